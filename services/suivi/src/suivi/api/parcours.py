"""Lire un parcours : son état, sa chronologie, un événement, ses confidences."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from contracts.base import Identifiant, Reference, Source
from kit import clock
from kit.access import Caller, TheAccess, authorized
from kit.clock import Now
from kit.db import Database
from kit.http import Router
from suivi import queries
from suivi.queries.lecture import Consultation, Lecture
from suivi.queries.vues import ChronologieVue, ParcoursVue

router = Router(tags=["parcours"])

_Lire = Annotated[Caller, authorized("parcours:lire")]


async def _consultation(caller: _Lire, db: Database, access: TheAccess, now: Now) -> Consultation:
    return Consultation(db, access, caller, now)


_Consultation = Annotated[Consultation, Depends(_consultation)]


async def _lecture(  # noqa: PLR0913 - the coordinates of one reading
    parcours_id: UUID,
    consultation: _Consultation,
    now: Now,
    *,
    au: Annotated[date | None, Query(description="Jusqu’où lire la vie de la personne.")] = None,
    connu_le: Annotated[
        datetime | date | None, Query(description="Ce que l’on savait alors : un instant, un jour.")
    ] = None,
    version: Annotated[
        int | None, Query(ge=1, description="Exactement ce que disait cette version.")
    ] = None,
) -> Lecture:
    return await queries.lecture.relire(
        consultation,
        parcours_id,
        au=au or clock.civil_date(now),
        connu_le=_instant(connu_le),
        version=version,
    )


_Lecture = Annotated[Lecture, Depends(_lecture)]


def _instant(connu_le: datetime | date | None) -> datetime | None:
    """Un instant ; un jour va jusqu’à son dernier instant, à Paris."""
    if connu_le is None:
        return None
    if isinstance(connu_le, datetime):
        return connu_le if connu_le.tzinfo else connu_le.replace(tzinfo=clock.PARIS)
    return clock.midnight_after(connu_le) - timedelta(microseconds=1)


@router.get("/v1/parcours/{parcours_id}", summary="Où en est un parcours")
async def parcours(lecture: _Lecture) -> ParcoursVue:
    """L’état à une date, tel que connu à un instant. 404 pour qui n’y a pas droit.

    `version` répète une réponse exactement, pour toujours. La lecture est notée.
    """
    return ParcoursVue.de(lecture)


@router.get("/v1/parcours/{parcours_id}/chronologie", summary="Tout ce qui est arrivé")
async def chronologie(lecture: _Lecture, access: TheAccess) -> ChronologieVue:
    """Dans l’ordre de la vie de la personne, y compris ce qui ne compte pas, et pourquoi."""
    return await queries.parcours.chronologie(access, lecture)


@router.get(
    "/v1/parcours/{parcours_id}/evenements/{version}",
    summary="Un événement en entier",
    response_class=Response,
)
async def evenement(
    parcours_id: UUID, version: Annotated[int, Path(ge=1)], consultation: _Consultation
) -> Response:
    """Là où mène le `dataref` d’un webhook."""
    contenu = await queries.parcours.evenement(consultation, parcours_id, version)
    return Response(contenu, media_type="application/cloudevents+json")


@router.get("/v1/confidences/{source}/{id}", summary="Les textes gardés à part d’un événement")
async def confidences(
    source: Annotated[Source, Path()],
    id: Annotated[Identifiant, Path()],  # noqa: A002 - the name partners know
    consultation: _Consultation,
) -> dict[str, str]:
    """Pour leur auteur et pour qui répond de la personne. La lecture est notée."""
    return await queries.parcours.confidences(consultation, Reference(source, id))
