"""Rapprocher : trouver le parcours d’un fait par la personne dont il parle, ou le garder."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.base import DossierRef
from contracts.catalogue import EvenementPoste, lire, lire_tel_quel
from kit import log, observability
from kit.db import is_outage
from kit.secrets import Vault, same
from suivi import tables
from suivi.commands.noter import retenir
from suivi.commands.personnes import Personnes
from suivi.domain.rapprochement import choisir
from suivi.domain.reception import ConflitIdentifiant

PAGE = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EnAttente:
    """Le fait est gardé, hors du journal, jusqu’à ce que l’on sache de quel parcours il parle."""


@dataclass(frozen=True)
class ARapprocher:
    """Un fait tel que la porte l’a reçu, avant que ses confidences soient mises à part."""

    evenement: EvenementPoste
    empreinte: bytes
    personne: bytes


@dataclass(frozen=True)
class Rapprochement:
    """Les faits qui attendent, et par qui l’on sait de quel parcours ils parlent."""

    db: AsyncEngine
    vault: Vault
    personnes: Personnes

    async def trouver(self, faits: Sequence[ARapprocher]) -> list[UUID | None]:
        """Le parcours de chacun, si l’on en sait un et un seul."""
        parcours = await self.personnes.parcours({fait.personne for fait in faits})
        if not parcours:
            return [None] * len(faits)
        async with self.db.connect() as tx:
            return [
                await _choisir(tx, parcours.get(fait.personne, ()), fait.evenement)
                for fait in faits
            ]

    async def garder(
        self, faits: Sequence[ARapprocher], le: datetime
    ) -> list[EnAttente | log.Receipt | ConflitIdentifiant]:
        """Garder ce qui n’est pas encore au journal. Redit, un fait attend toujours."""
        async with self.db.begin() as tx:
            await tables.attentes.noter(tx, [self._ligne(fait, le) for fait in faits])
            issues = [await _issue(tx, fait) for fait in faits]
            for fait, issue in zip(faits, issues, strict=True):
                if isinstance(issue, log.Receipt):
                    await tables.attentes.retirer(tx, fait.evenement.reference)
        return issues

    async def reprendre(self, le: datetime) -> None:
        """Mettre au journal les faits dont le parcours est maintenant connu."""
        async with self.db.begin() as tx:
            essayees = await tables.attentes.essayer(tx, le, PAGE)
        connues = await self.personnes.parcours(essayees)
        async with self.db.connect() as tx:
            lignes = await tables.attentes.de_personnes(tx, [p for p in essayees if connues.get(p)])
        for ligne in lignes:
            await self._reprendre(ligne, connues[ligne.personne])

    async def _reprendre(self, ligne: tables.attentes.Ligne, candidats: Sequence[UUID]) -> None:
        try:
            clair = self.vault.open(ligne.evenement, _contexte(ligne.source, ligne.id))
            evenement = lire_tel_quel(clair)
            async with self.db.begin() as tx:
                parcours_id = await _choisir(tx, candidats, evenement)
                if not (parcours_id and await tables.attentes.retirer(tx, evenement.reference)):
                    return
                place = evenement.model_copy(update={"subject": parcours_id}).separer()
                recus = await log.append(tx, place, fingerprints=[ligne.empreinte])
                await retenir(tx, zip([place], recus, strict=True))
        except Exception as erreur:
            if is_outage(erreur):
                raise
            # It stays where it is: the others do not wait behind it.
            _log.error(
                "a fact cannot leave the waiting line", reason=observability.describe(erreur)
            )

    def _ligne(self, fait: ARapprocher, le: datetime) -> dict[str, object]:
        evenement = fait.evenement
        clair = evenement.model_dump_json(exclude_none=True).encode()
        return {
            "source": evenement.source,
            "id": evenement.id,
            "type": evenement.type,
            "organisation": evenement.origin,
            "recu_le": le,
            "empreinte": fait.empreinte,
            "personne": fait.personne,
            "evenement": self.vault.seal(clair, _contexte(evenement.source, evenement.id)),
            "essaye_le": le,
        }


async def _issue(
    tx: AsyncConnection, fait: ARapprocher
) -> EnAttente | log.Receipt | ConflitIdentifiant:
    reference = fait.evenement.reference
    entree = await log.find(tx, *reference)
    if entree is not None:
        return log.Receipt("duplicate", entree.partition, entree.position, entree.version)
    ligne = await tables.attentes.lire(tx, reference)
    if ligne is not None and not same(ligne.empreinte, fait.empreinte):
        return ConflitIdentifiant()
    return EnAttente()


async def _choisir(
    tx: AsyncConnection, candidats: Collection[UUID], evenement: EvenementPoste
) -> UUID | None:
    dossiers: dict[UUID, set[DossierRef]] = {}
    if len(candidats) > 1:
        for parcours_id in candidats:
            lus = [lire(entree.body).data for entree in await log.read(tx, parcours_id)]
            vus = {getattr(data, "dossier_ref", None) for data in lus}
            dossiers[parcours_id] = {dossier for dossier in vus if dossier}
    return choisir(candidats, getattr(evenement.data, "dossier_ref", None), dossiers)


def _contexte(source: str, id_: str) -> bytes:
    return f"{source} {id_}".encode()
