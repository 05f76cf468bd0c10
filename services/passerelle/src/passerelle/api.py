"""La porte HTTP du comité passerelle."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from contracts import problemes
from contracts.commande import Acte, Demande, Recu
from kit.access import Caller, TheAccess, authorized
from kit.clock import Now, civil_date
from kit.db import Database
from kit.errors import FieldError, Invalid, MissingScope
from kit.http import Router
from kit.ids import uuid7
from kit.observability import current_traceparent
from passerelle import commands, queries
from passerelle.domain import SOURCE, Decider, Saisir

router = Router(prefix="/v1", tags=["passerelle"])

_ECRIRE = "evenements:ecrire"
Auteur = Annotated[Caller, authorized(_ECRIRE)]
Lecteur = Annotated[Caller, authorized("parcours:lire")]


class SaisineRecue(Recu):
    saisine_id: UUID


@router.post("/saisines", status_code=201, summary="Saisir le comité passerelle")
async def saisir(demande: Saisir, auteur: Auteur, db: Database, now: Now) -> SaisineRecue:
    """Demander au comité nommé de décider de la suite d’une étape."""
    evenement = await commands.saisir(db, demande, _acte(auteur, demande, now))
    return SaisineRecue.de(evenement, saisine_id=evenement.data.saisine_id)


@router.get("/saisines/{saisine_id}", summary="Lire une saisine et sa décision")
async def saisine(
    saisine_id: UUID, lecteur: Lecteur, db: Database, access: TheAccess, now: Now
) -> queries.SaisineVue:
    """Avec ce que le journal dit de l’étape ; la lecture est notée."""
    vue = await queries.saisine(db, saisine_id, lecteur.organisation.source, le=civil_date(now))
    await access.record_reading(lecteur, "saisine", saisine_id, now)
    return vue


@router.post("/saisines/{saisine_id}/decision", status_code=201, summary="Rendre la décision")
async def decider(
    saisine_id: UUID, demande: Decider, auteur: Auteur, db: Database, now: Now
) -> SaisineRecue:
    """L’hôte du comité saisi dit la décision et ses raisons, une fois (409 ensuite)."""
    evenement = await commands.decider(db, saisine_id, demande, _acte(auteur, demande, now))
    return SaisineRecue.de(evenement, saisine_id=saisine_id)


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
    """Le bilan ou la motivation, pour les parties de la saisine ; la lecture est notée."""
    textes = await queries.confidence(db, source, evenement_id, lecteur.organisation.source)
    await access.record_reading(lecteur, "confidence", f"{source} {evenement_id}", now)
    return textes


def _acte(auteur: Caller, demande: Demande, now: datetime) -> Acte:
    """Qui décide et quand : pris une fois, à la porte."""
    if not auteur.may(_ECRIRE, "passerelle"):
        raise MissingScope
    le = demande.survenu_le or now
    if le > now:
        code, phrase = problemes.field("date_future", {})
        raise Invalid(FieldError(code, "/survenu_le", phrase))
    return Acte(SOURCE, uuid7(), auteur.organisation.source, le, current_traceparent())
