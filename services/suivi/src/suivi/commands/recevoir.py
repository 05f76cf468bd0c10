"""La porte des faits : chaque document est écrit et accusé, ou refusé en disant pourquoi."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.base import Reference
from contracts.catalogue import EvenementPoste
from kit import erasure, json, log, observability
from kit.access import Caller
from kit.errors import Invalid, Refusal
from kit.http.bodies import MAX_DOCUMENT
from kit.http.refusals import TooLarge
from suivi import domain
from suivi.commands.noter import retenir
from suivi.commands.rapprocher import ARapprocher, EnAttente, Rapprochement
from suivi.domain.effacement import ParcoursEfface

# What says how the call travelled, not what happened: a resend may differ by it.
_HORS_CONTENU = {"traceparent", "tracestate"}


Issue = log.Receipt | EnAttente | Refusal


@dataclass(frozen=True)
class Accuse:
    """Ce qu’il est advenu d’un document : écrit, déjà écrit, gardé en attente, ou refusé."""

    evenement: EvenementPoste | None
    issue: Issue


class Reception:
    """Reçoit les faits de tous, et les écrit ensemble quand ils arrivent ensemble."""

    def __init__(
        self, db: AsyncEngine, empreinte: Callable[[bytes], bytes], rapprochement: Rapprochement
    ) -> None:
        self._db = db
        self._empreinte = empreinte
        self._rapprochement = rapprochement
        # Those met already: the next facts of one are refused without undoing a whole transaction.
        self._effaces: dict[UUID, datetime] = {}
        self.writer = log.Writer(db, self._retenir)

    async def recevoir(
        self, documents: Sequence[object], caller: Caller, le: datetime, *, essai: bool = False
    ) -> list[Accuse]:
        """Un accusé par document, dans l’ordre. Ce qui est accepté est durable.

        À l’essai, la réponse est la même et rien n’est gardé.
        """
        examines = await self._ecarter(
            [self._examiner(document, caller, le) for document in documents]
        )
        places, attentes = await self._rapprocher(examines)
        if essai:
            issues: dict[int, Issue] = dict.fromkeys(attentes, EnAttente())
        else:
            issues = await self._garder(attentes, le)
        recus = list(places.values())
        ecrits = await (self._essayer(recus) if essai else self._ecrire(recus))
        issues |= zip(places, map(_accepte, ecrits), strict=True)
        return [
            Accuse(None, examen)
            if isinstance(examen, Refusal)
            else Accuse(examen.evenement, issues[rang])
            for rang, examen in enumerate(examines)
        ]

    async def _rapprocher(
        self, examines: Sequence["_Recu | ARapprocher | Refusal"]
    ) -> tuple[dict[int, "_Recu"], dict[int, ARapprocher]]:
        """Par rang : ce qui va au journal, et ce dont on ne sait pas le parcours."""
        places = {rang: e for rang, e in enumerate(examines) if isinstance(e, _Recu)}
        attentes = {rang: e for rang, e in enumerate(examines) if isinstance(e, ARapprocher)}
        if attentes:
            trouves = await self._rapprochement.trouver(list(attentes.values()))
            for (rang, fait), parcours_id in zip(list(attentes.items()), trouves, strict=True):
                if parcours_id:
                    del attentes[rang]
                    evenement = fait.evenement.model_copy(update={"subject": parcours_id})
                    places[rang] = _Recu(evenement.separer(), fait.empreinte)
        return dict(sorted(places.items())), attentes

    async def _garder(self, attentes: dict[int, ARapprocher], le: datetime) -> dict[int, Issue]:
        if not attentes:
            return {}
        gardes = await self._rapprochement.garder(list(attentes.values()), le)
        return dict(zip(attentes, gardes, strict=True))

    def _examiner(
        self, document: object, caller: Caller, le: datetime
    ) -> "_Recu | ARapprocher | Refusal":
        def peut_ecrire(famille: str) -> bool:
            return caller.may("evenements:ecrire", famille)

        organisation = caller.organisation.source
        try:
            fait = domain.reception.examiner(document, organisation, le, peut_ecrire)
            contenu = json.canonical(_contenu(document))
            if len(contenu) > MAX_DOCUMENT:
                raise TooLarge
        except Refusal as refus:
            return refus
        empreinte = self._empreinte(contenu)
        if fait.personne:
            return ARapprocher(fait.evenement, empreinte, self._empreinte(fait.personne.cle))
        return _Recu(fait.evenement.separer(), empreinte)

    async def _ecarter(
        self, examines: list["_Recu | ARapprocher | Refusal"]
    ) -> list["_Recu | ARapprocher | Refusal"]:
        """D’un parcours que l’on sait effacé, ne laisser passer que ce qui y était déjà."""
        vises = [e for e in examines if isinstance(e, _Recu) and e.flux in self._effaces]
        if not vises:
            return examines
        async with self._db.connect() as tx:
            nouveaux = {e.reference for e in vises if not await log.find(tx, *e.reference)}
        return [
            ParcoursEfface(self._effaces[e.flux])
            if isinstance(e, _Recu) and e.flux in self._effaces and e.reference in nouveaux
            else e
            for e in examines
        ]

    async def _retenir(
        self, tx: AsyncConnection, consignes: Iterable[tuple[log.CloudEvent, log.Receipt]]
    ) -> None:
        lus = [(e, recu) for e, recu in consignes if isinstance(e, EvenementPoste)]
        effaces = await _effaces(tx, lus)
        if effaces:
            self._effaces |= effaces
            # The writer halves the group until this one is alone, and answers it so.
            raise ParcoursEfface(min(effaces.values()))
        await retenir(tx, lus)

    async def _ecrire(self, recus: Sequence["_Recu"]) -> list[log.Receipt | Refusal]:
        spans = [observability.start("append", parent=r.evenement.traceparent) for r in recus]
        try:
            return await self.writer.submit_many(
                [r.evenement for r in recus],
                [r.empreinte for r in recus],
                [traceparent for traceparent, _ in spans],
            )
        finally:
            for _, end in spans:
                end(None)

    async def _essayer(self, recus: Sequence["_Recu"]) -> list[log.Receipt | Refusal]:
        async with self._db.connect() as tx:
            evenements = [r.evenement for r in recus]
            issues = await log.append(tx, *evenements, fingerprints=[r.empreinte for r in recus])
            lus = list(zip(evenements, issues, strict=True))
            effaces = await _effaces(tx, lus)
            await tx.rollback()
        return [
            ParcoursEfface(effaces[e.subject])
            if issue.status == "new" and e.subject in effaces
            else issue
            for e, issue in lus
        ]


@dataclass(frozen=True)
class _Recu:
    evenement: EvenementPoste
    empreinte: bytes

    @property
    def flux(self) -> UUID:
        return self.evenement.subject

    @property
    def reference(self) -> Reference:
        return self.evenement.reference


async def _effaces(
    tx: AsyncConnection, consignes: Iterable[tuple[EvenementPoste, log.Receipt]]
) -> dict[UUID, datetime]:
    """Les parcours effacés dont on dit là quelque chose de nouveau."""
    flux = {e.subject for e, recu in consignes if recu.status == "new"}
    return await erasure.erased(tx, flux) if flux else {}


def _contenu(document: object) -> dict[str, object]:
    if not isinstance(document, dict):
        raise TypeError
    return {nom: valeur for nom, valeur in document.items() if nom not in _HORS_CONTENU}


def _accepte(issue: log.Receipt | Refusal) -> log.Receipt | Refusal:
    if isinstance(issue, log.Receipt) and issue.status == "conflict":
        return domain.reception.ConflitIdentifiant()
    if isinstance(issue, Invalid):
        return domain.reception.evenement_impossible_a_garder()
    return issue
