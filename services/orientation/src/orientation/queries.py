"""Ce que l’orientation montre."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts import catalogue, lecture
from contracts.base import Cible, Valeur
from contracts.catalogue import FaitDeParcours
from contracts.lecture import EtatEtape, EtatParcours
from contracts.listes import TypeEtape
from kit import confidential, erasure, log
from orientation import domain, tables
from orientation.domain import (
    ConfidenceInconnue,
    Etape,
    ParcoursEfface,
    ParcoursInconnu,
    Positionnement,
    Session,
    Statut,
)


class BeneficiaireVu(Valeur):
    beneficiaire_id: UUID
    nom: str
    prenom: str
    date_naissance: date | None
    commune: str | None


class NomVu(Valeur):
    """De quoi appeler la personne par son nom, pour nos propres services."""

    id: UUID
    prenom: str
    nom: str


class SessionVue(Valeur):
    session_id: UUID
    organisation: str
    intitule: str
    rome: str
    commune: str
    debut_le: date
    fin_le: date
    heures: float
    objectif: TypeEtape
    certification: str | None

    @classmethod
    def de(cls, session: Session) -> Self:
        return cls(session_id=session.id, **asdict(session))


class Offre(Valeur):
    """Une page de l’offre ; `suite` se passe en `apres` pour lire la suivante."""

    sessions: tuple[SessionVue, ...]
    suite: UUID | None


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


class SelonLeJournal(Valeur):
    """Ce que l’on en a appris : le journal peut avoir une seconde de plus."""

    etat: EtatEtape | EtatParcours | None
    dernier_fait: FaitVu | None


class PositionnementVu(Valeur):
    positionnement_id: UUID
    session_id: UUID
    organisme: str
    statut: Statut
    demande_le: datetime
    repondu_le: datetime | None
    entree_prevue_le: date | None


class EtapeVue(Valeur):
    etape_id: UUID
    type_etape: TypeEtape
    axe: int | None
    session_id: UUID | None
    domaine: str | None
    prononcee_le: datetime | None
    positionnements: tuple[PositionnementVu, ...]
    journal: SelonLeJournal | None


class ParcoursVu(Valeur):
    parcours_id: UUID
    beneficiaire_id: UUID
    organisation: str
    referent: str | None
    objectif: str
    rome: str | None
    ouvert_le: datetime
    etapes: tuple[EtapeVue, ...]
    journal: SelonLeJournal


async def beneficiaire(db: AsyncEngine, beneficiaire_id: UUID, organisation: str) -> BeneficiaireVu:
    """La personne, pour la structure qui l’a déclarée."""
    async with db.connect() as tx:
        personne = await tables.lire_beneficiaire(tx, beneficiaire_id)
    domain.connaitre(personne, organisation)
    return BeneficiaireVu(beneficiaire_id=personne.id, **asdict(personne))


async def nom(db: AsyncEngine, beneficiaire_id: UUID) -> NomVu:
    async with db.connect() as tx:
        personne = await tables.lire_beneficiaire(tx, beneficiaire_id)
    domain.connaitre(personne, personne.organisation)
    return NomVu(id=personne.id, prenom=personne.prenom, nom=personne.nom)


async def rapprocher(db: AsyncEngine, personnes: Iterable[bytes]) -> dict[bytes, tuple[UUID, ...]]:
    async with db.connect() as tx:
        return await tables.rapprocher(tx, list(personnes))


async def session(db: AsyncEngine, session_id: UUID) -> SessionVue:
    async with db.connect() as tx:
        return SessionVue.de(await tables.lire_session(tx, session_id))


async def sessions(
    db: AsyncEngine, *, rome: str | None, depuis: date | None, apres: UUID | None, limite: int
) -> Offre:
    async with db.connect() as tx:
        page = await tables.lire_sessions(tx, rome, depuis, apres, limite)
    vues = tuple(SessionVue.de(session) for session in page)
    return Offre(sessions=vues, suite=page[-1].id if len(page) == limite else None)


async def parcours(db: AsyncEngine, parcours_id: UUID, organisation: str, le: date) -> ParcoursVu:
    """Le parcours et ses étapes, pour qui le suit et pour les organismes positionnés."""
    async with db.connect() as tx:
        parcours = await tables.lire_parcours(tx, parcours_id)
        etapes = await tables.lire_etapes(tx, parcours_id)
        positionnements = await tables.lire_positionnements(tx, [etape.id for etape in etapes])
        appris = await tables.relire(tx, parcours_id)
        efface_le = await erasure.erased_at(tx, parcours_id)
    if organisation not in parcours.suivi_par | {p.organisme for p in positionnements}:
        raise ParcoursInconnu
    if efface_le:
        raise ParcoursEfface(efface_le)
    journal = lecture.lire_parcours(appris, le)
    return ParcoursVu(
        parcours_id=parcours.id,
        **asdict(parcours),
        etapes=tuple(_etapes(etapes, positionnements, journal.etapes)),
        journal=_journal(journal.etat, journal.evenements),
    )


async def confidence(
    db: AsyncEngine, source: str, evenement_id: UUID, organisation: str
) -> dict[str, str]:
    """Les textes gardés d’un événement, pour qui suit le parcours et pour qui les a écrits."""
    async with db.connect() as tx:
        textes = await confidential.read(tx, source, str(evenement_id))
        entree = await log.find(tx, source, str(evenement_id))
        if textes is None or entree is None:
            raise ConfidenceInconnue
        parcours = await tables.lire_parcours(tx, entree.stream)
    auteur = catalogue.lire(entree.body).organisation
    if organisation not in parcours.suivi_par | {auteur}:
        raise ConfidenceInconnue
    return textes


def _etapes(
    etapes: Iterable[Etape],
    positionnements: Sequence[Positionnement],
    apprises: Iterable[lecture.Etape],
) -> Iterator[EtapeVue]:
    """Les étapes prescrites ici, puis celles que seul le journal connaît."""
    selon_le_journal = {etape.id: etape for etape in apprises}
    for etape in etapes:
        apprise = selon_le_journal.pop(etape.id, None)
        yield EtapeVue(
            etape_id=etape.id,
            **asdict(etape),
            positionnements=tuple(
                PositionnementVu(positionnement_id=p.id, **asdict(p))
                for p in positionnements
                if p.etape_id == etape.id
            ),
            journal=apprise and _journal(apprise.etat, apprise.evenements),
        )
    for apprise in selon_le_journal.values():
        yield EtapeVue(
            etape_id=apprise.id,
            type_etape=apprise.type_etape,
            axe=apprise.axe,
            session_id=apprise.session_id,
            domaine=apprise.intitule,
            prononcee_le=apprise.orientee_le,
            positionnements=(),
            journal=_journal(apprise.etat, apprise.evenements),
        )


def _journal(
    etat: EtatEtape | EtatParcours | None, evenements: Sequence[FaitDeParcours]
) -> SelonLeJournal:
    fait = domain.dernier_fait(evenements)
    return SelonLeJournal(etat=etat, dernier_fait=fait and FaitVu.de(fait))
