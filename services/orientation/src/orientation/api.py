"""La porte HTTP de l’orientation."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import Field

from contracts import problemes
from contracts.base import BeneficiaireRef, Valeur
from contracts.commande import Acte, Demande, Recu
from kit.access import Caller, TheAccess, authorized
from kit.clock import Now, civil_date
from kit.db import Database
from kit.errors import FieldError, Invalid, MissingScope
from kit.http import Router, ServiceOnly
from kit.ids import uuid7
from kit.observability import current_traceparent
from kit.secrets import Fingerprint
from orientation import commands, queries
from orientation.domain import (
    SOURCE,
    Accord,
    Declaration,
    Effacement,
    Ouverture,
    Placement,
    Prescription,
    Publication,
    Refus,
)

router = Router(prefix="/v1", tags=["orientation"])
interne = Router(prefix="/interne")

_ECRIRE = "evenements:ecrire"
_LIRE = authorized("parcours:lire")
Auteur = Annotated[Caller, authorized(_ECRIRE)]
Lecteur = Annotated[Caller, _LIRE]


def _empreinte(request: Request) -> Fingerprint:
    empreinte: Fingerprint = request.app.state.empreinte
    return empreinte


TheEmpreinte = Annotated[Fingerprint, Depends(_empreinte)]


class ARapprocher(Valeur):
    personnes: tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...]


class BeneficiaireDeclare(Valeur):
    beneficiaire_id: UUID


class ParcoursRecu(Recu):
    parcours_id: UUID


class EtapeRecue(Recu):
    etape_id: UUID


class PositionnementRecu(Recu):
    positionnement_id: UUID


@router.post("/beneficiaires", status_code=201, summary="Déclarer une personne")
async def declarer(
    declaration: Declaration, auteur: Auteur, db: Database, now: Now, empreinte: TheEmpreinte
) -> BeneficiaireDeclare:
    """Le nom reste ici : aucun événement ne le porte. De ses numéros, seule l’empreinte."""
    _habiliter(auteur, "beneficiaire")
    beneficiaire_id, organisation = uuid7(), auteur.organisation.source
    await commands.declarer(
        db, beneficiaire_id, declaration, organisation=organisation, le=now, empreinte=empreinte
    )
    return BeneficiaireDeclare(beneficiaire_id=beneficiaire_id)


@router.post(
    "/beneficiaires/{beneficiaire_id}/identifiants",
    status_code=201,
    summary="Dire le numéro d’une personne dans un autre système",
)
async def identifier(  # noqa: PLR0913 - who says it, of whom, when
    beneficiaire_id: UUID,
    numero: BeneficiaireRef,
    *,
    auteur: Auteur,
    db: Database,
    now: Now,
    empreinte: TheEmpreinte,
) -> BeneficiaireDeclare:
    """Les faits qui attendaient ce numéro rejoignent alors son parcours."""
    _habiliter(auteur, "beneficiaire")
    organisation = auteur.organisation.source
    await commands.identifier(
        db, beneficiaire_id, numero, organisation=organisation, le=now, empreinte=empreinte
    )
    return BeneficiaireDeclare(beneficiaire_id=beneficiaire_id)


@router.get("/beneficiaires/{beneficiaire_id}", summary="Lire l’identité d’une personne")
async def beneficiaire(
    beneficiaire_id: UUID,
    lecteur: Annotated[Caller, authorized("personnes:lire")],
    db: Database,
    access: TheAccess,
    now: Now,
) -> queries.BeneficiaireVu:
    """Pour la structure qui l’a déclarée ; la lecture est notée."""
    personne = await queries.beneficiaire(db, beneficiaire_id, lecteur.organisation.source)
    await access.record_reading(lecteur, "beneficiaire", beneficiaire_id, now)
    return personne


@router.post(
    "/beneficiaires/{beneficiaire_id}/effacement", status_code=201, summary="Effacer une personne"
)
async def effacer(
    beneficiaire_id: UUID, effacement: Effacement, auteur: Auteur, db: Database, now: Now
) -> Recu:
    """Son identité et ses confidences, partout et pour toujours ; à la structure qui l’a déclarée.

    Le journal reste, sans rien qui la nomme ni qu’elle ait confié. Ses parcours ne se lisent plus
    et n’acceptent plus rien (410 `PARCOURS_EFFACE`).
    """
    acte = _acte(auteur, "beneficiaire", effacement, now)
    return Recu.de(await commands.effacer(db, beneficiaire_id, effacement, acte))


@router.put("/sessions/{session_id}", summary="Publier ou changer une session")
async def publier(
    session_id: UUID, publication: Publication, auteur: Auteur, db: Database
) -> queries.SessionVue:
    """L’organisme de formation annonce sa session ; lui seul la change ensuite."""
    _habiliter(auteur, "offre")
    await commands.publier(db, session_id, publication, auteur.organisation.source)
    return await queries.session(db, session_id)


@router.get("/sessions", summary="Chercher une session", dependencies=[_LIRE])
async def sessions(
    db: Database,
    rome: str | None = None,
    depuis: date | None = None,
    apres: UUID | None = None,
    limite: Annotated[int, Query(ge=1, le=500)] = 100,
) -> queries.Offre:
    """L’offre par date de début, à partir du jour `depuis`."""
    return await queries.sessions(db, rome=rome, depuis=depuis, apres=apres, limite=limite)


@router.get("/sessions/{session_id}", summary="Lire une session", dependencies=[_LIRE])
async def session(session_id: UUID, db: Database) -> queries.SessionVue:
    return await queries.session(db, session_id)


@router.post("/parcours", status_code=201, summary="Ouvrir un parcours")
async def ouvrir(ouverture: Ouverture, auteur: Auteur, db: Database, now: Now) -> ParcoursRecu:
    """Un parcours vers un objectif, pour une personne que l’on a déclarée."""
    evenement = await commands.ouvrir(db, ouverture, _acte(auteur, "parcours", ouverture, now))
    return ParcoursRecu.de(evenement, parcours_id=evenement.subject)


@router.get("/parcours/{parcours_id}", summary="Lire un parcours et ses étapes")
async def parcours(
    parcours_id: UUID, lecteur: Lecteur, db: Database, access: TheAccess, now: Now
) -> queries.ParcoursVu:
    """Ce qui est décidé ici, et ce que le journal en dit ; la lecture est notée."""
    vu = await queries.parcours(db, parcours_id, lecteur.organisation.source, le=civil_date(now))
    await access.record_reading(lecteur, "parcours", parcours_id, now)
    return vu


@router.post("/parcours/{parcours_id}/orientations", status_code=201, summary="Prescrire une étape")
async def prescrire(
    parcours_id: UUID, prescription: Prescription, auteur: Auteur, db: Database, now: Now
) -> EtapeRecue:
    """Crée l’étape : un type, et une session ou un domaine."""
    acte = _acte(auteur, "orientation", prescription, now)
    evenement = await commands.prescrire(db, parcours_id, prescription, acte)
    return EtapeRecue.de(evenement, etape_id=evenement.data.etape_id)


@router.post(
    "/parcours/{parcours_id}/positionnements",
    status_code=201,
    summary="Positionner la personne sur une session",
)
async def positionner(
    parcours_id: UUID, placement: Placement, auteur: Auteur, db: Database, now: Now
) -> PositionnementRecu:
    """Refusé (409) si l’étape attend déjà la réponse de cette session, ou l’a déjà."""
    acte = _acte(auteur, "positionnement", placement, now)
    evenement = await commands.positionner(db, parcours_id, placement, acte)
    return PositionnementRecu.de(evenement, positionnement_id=acte.id)


@router.post(
    "/positionnements/{positionnement_id}/avis-favorable",
    status_code=201,
    summary="Accepter la personne",
)
async def accepter(
    positionnement_id: UUID, accord: Accord, auteur: Auteur, db: Database, now: Now
) -> PositionnementRecu:
    """L’organisme de la session accepte. Refusé (409) s’il a déjà répondu."""
    acte = _acte(auteur, "positionnement", accord, now)
    evenement = await commands.accepter(db, positionnement_id, accord, acte)
    return PositionnementRecu.de(evenement, positionnement_id=positionnement_id)


@router.post(
    "/positionnements/{positionnement_id}/refus",
    status_code=201,
    summary="Refuser avec ses raisons",
)
async def refuser(
    positionnement_id: UUID, refus: Refus, auteur: Auteur, db: Database, now: Now
) -> PositionnementRecu:
    """L’organisme dit pourquoi, et propose autre chose ou dit pourquoi rien (409 sinon)."""
    acte = _acte(auteur, "positionnement", refus, now)
    evenement = await commands.refuser(db, positionnement_id, refus, acte)
    return PositionnementRecu.de(evenement, positionnement_id=positionnement_id)


@router.get("/confidences/{source}/{evenement_id}", summary="Lire ce qu’un événement tait")
async def confidence(  # noqa: PLR0913 - a reading is noted, by whom and when
    source: str,
    evenement_id: UUID,
    *,
    lecteur: Lecteur,
    db: Database,
    access: TheAccess,
    now: Now,
) -> dict[str, str]:
    """Pour qui suit le parcours et pour qui l’a écrit ; la lecture est notée."""
    textes = await queries.confidence(db, source, evenement_id, lecteur.organisation.source)
    await access.record_reading(lecteur, "confidence", f"{source} {evenement_id}", now)
    return textes


@interne.get(
    "/beneficiaires/{beneficiaire_id}", include_in_schema=False, dependencies=[ServiceOnly]
)
async def nom(beneficiaire_id: UUID, db: Database) -> queries.NomVu:
    """Le nom à montrer ; le service qui demande a vérifié qui le verra, et le note."""
    return await queries.nom(db, beneficiaire_id)


@interne.post("/rapprochements", include_in_schema=False, dependencies=[ServiceOnly])
async def rapprocher(demande: ARapprocher, db: Database) -> dict[str, tuple[UUID, ...]]:
    """Les parcours de qui a ces numéros, donnés et rendus par leurs empreintes."""
    trouves = await queries.rapprocher(db, map(bytes.fromhex, demande.personnes))
    return {personne.hex(): parcours for personne, parcours in trouves.items()}


def _habiliter(auteur: Caller, famille: str) -> None:
    if not auteur.may(_ECRIRE, famille):
        raise MissingScope


def _acte(auteur: Caller, famille: str, demande: Demande, now: datetime) -> Acte:
    """Qui décide et quand : pris une fois, à la porte."""
    _habiliter(auteur, famille)
    le = demande.survenu_le or now
    if le > now:
        code, phrase = problemes.field("date_future", {})
        raise Invalid(FieldError(code, "/survenu_le", phrase))
    return Acte(SOURCE, uuid7(), auteur.organisation.source, le, current_traceparent())
