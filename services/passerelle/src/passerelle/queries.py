"""Ce que le comité passerelle montre."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import Cible, Valeur
from contracts.catalogue import FaitDeParcours
from contracts.lecture import EtatEtape
from contracts.listes import Decision
from contracts.passerelle import EtapeVisee, Quorum
from kit import confidential, erasure
from passerelle import domain, tables
from passerelle.domain import (
    SOURCE,
    ConfidenceInconnue,
    DecisionRendue,
    ParcoursEfface,
    SaisineInconnue,
)


class DecisionVue(Valeur):
    evenement: Cible
    decision: Decision
    conditions: tuple[str, ...]
    mise_en_oeuvre_le: date | None
    quorum: Quorum
    membres: tuple[str, ...]
    organisme_formateur: str | None
    alternative: str | None
    rendue_le: datetime

    @classmethod
    def de(cls, rendue: DecisionRendue) -> Self:
        return cls(
            evenement=Cible(source=SOURCE, id=str(rendue.id)),
            decision=rendue.decision,
            conditions=rendue.conditions,
            mise_en_oeuvre_le=rendue.mise_en_oeuvre_le,
            quorum=Quorum(presents=rendue.presents, membres=rendue.membres),
            membres=rendue.organismes,
            organisme_formateur=rendue.organisme_formateur,
            alternative=rendue.alternative,
            rendue_le=rendue.rendue_le,
        )


class FaitVu(Valeur):
    evenement: Cible
    type: str
    libelle: str
    survenu_le: datetime

    @classmethod
    def de(cls, fait: FaitDeParcours) -> Self:
        return cls(
            evenement=Cible(source=fait.source, id=fait.id),
            type=fait.type,
            libelle=fait.libelle,
            survenu_le=fait.survenu_le,
        )


class EtapeSelonLeJournal(Valeur):
    """Ce que l’on a appris de l’étape : le journal peut avoir une seconde de plus."""

    etat: EtatEtape | None
    faits: tuple[FaitVu, ...]


class SaisineVue(Valeur):
    saisine_id: UUID
    evenement: Cible
    parcours_id: UUID
    etape_id: UUID
    deposant: str
    comite: str
    etape_visee: EtapeVisee
    attestation: Cible | None
    urgence: bool
    deposee_le: datetime
    decision: DecisionVue | None
    journal: EtapeSelonLeJournal


async def saisine(db: AsyncEngine, saisine_id: UUID, organisation: str, le: date) -> SaisineVue:
    """La saisine et sa décision, pour ses parties et pour l’organisme que le comité désigne."""
    async with db.connect() as tx:
        saisine = await tables.lire_saisine(tx, saisine_id)
        rendue = await tables.lire_decision(tx, saisine_id)
        journal = await tables.relire(tx, saisine.parcours_id)
        efface_le = await erasure.erased_at(tx, saisine.parcours_id)
    designe = rendue.organisme_formateur if rendue else None
    if organisation not in domain.parties(saisine, rendue, journal) | {designe}:
        raise SaisineInconnue
    if efface_le:
        raise ParcoursEfface(efface_le)
    montre = domain.journal_montre(saisine, organisation, journal)
    etat, faits = domain.situation(montre, saisine.etape_id, le)
    return SaisineVue(
        saisine_id=saisine.id,
        evenement=Cible(source=SOURCE, id=str(saisine.id)),
        **vars(saisine),
        decision=DecisionVue.de(rendue) if rendue else None,
        journal=EtapeSelonLeJournal(etat=etat, faits=tuple(map(FaitVu.de, faits))),
    )


async def confidence(
    db: AsyncEngine, source: str, evenement_id: UUID, organisation: str
) -> dict[str, str]:
    """Le bilan ou la motivation, pour les parties de la saisine."""
    async with db.connect() as tx:
        textes = await confidential.read(tx, source, str(evenement_id))
        if textes is None:
            raise ConfidenceInconnue
        saisine = await tables.lire_saisine_de(tx, evenement_id)
        rendue = await tables.lire_decision(tx, saisine.id)
        journal = await tables.relire(tx, saisine.parcours_id)
    if organisation not in domain.parties(saisine, rendue, journal):
        raise ConfidenceInconnue
    return textes
