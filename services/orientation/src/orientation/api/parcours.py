"""Le parcours : l’ouvrir, prescrire une étape, positionner, accepter, refuser."""

from uuid import UUID

from contracts.commande import Recu
from kit.access import TheAccess
from kit.clock import Now, civil_date
from kit.db import Database
from kit.http import Router
from orientation import commands, queries
from orientation.api.auteurs import Auteur, Lecteur, acte_de
from orientation.domain import (
    Accord,
    Ouverture,
    Placement,
    Prescription,
    Refus,
)

router = Router(prefix="/v1", tags=["orientation"])


class ParcoursRecu(Recu):
    parcours_id: UUID


class EtapeRecue(Recu):
    etape_id: UUID


class PositionnementRecu(Recu):
    positionnement_id: UUID


@router.post("/parcours", status_code=201, summary="Ouvrir un parcours")
async def ouvrir(ouverture: Ouverture, auteur: Auteur, db: Database, now: Now) -> ParcoursRecu:
    """Un parcours vers un objectif, pour une personne que l’on a déclarée."""
    evenement = await commands.ouvrir(db, ouverture, acte_de(auteur, "parcours", ouverture, now))
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
    acte = acte_de(auteur, "orientation", prescription, now)
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
    acte = acte_de(auteur, "positionnement", placement, now)
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
    acte = acte_de(auteur, "positionnement", accord, now)
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
    acte = acte_de(auteur, "positionnement", refus, now)
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
