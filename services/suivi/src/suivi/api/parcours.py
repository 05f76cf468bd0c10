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
from suivi.queries.vues import ChronologieVue, DifferenceVue, ParcoursVue

router = Router(tags=["parcours"])

_Lire = Annotated[Caller, authorized("parcours:lire")]


async def _consultation(caller: _Lire, db: Database, access: TheAccess, now: Now) -> Consultation:
    return Consultation(db, access, caller, now)


_Consultation = Annotated[Consultation, Depends(_consultation)]


_Au = Annotated[date | None, Query(description="Jusqu’où lire la vie de la personne.")]
_ConnuLe = Annotated[
    datetime | date | None, Query(description="Ce que l’on savait alors : un instant, un jour.")
]
_Version = Annotated[int | None, Query(ge=0, description="Exactement ce que disait cette version.")]


async def _lecture(  # noqa: PLR0913 - the coordinates of one reading
    parcours_id: UUID,
    consultation: _Consultation,
    *,
    au: _Au = None,
    connu_le: _ConnuLe = None,
    version: _Version = None,
    version_lue: Annotated[
        int | None, Query(ge=0, description="Jusqu’où dire ce qui n’était pas encore connu.")
    ] = None,
) -> Lecture:
    return await queries.lecture.relire(
        consultation,
        parcours_id,
        au=au or clock.civil_date(consultation.le),
        connu_le=_instant(connu_le),
        version=version,
        version_lue=version_lue,
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
    """L’état à une date, tel que connu à un instant, sur quoi il repose, et ce qui est à part.

    `version` répète une réponse exactement, pour toujours. 404 pour qui n’y a pas droit. La
    lecture est notée.
    """
    return ParcoursVue.de(lecture)


@router.get("/v1/parcours/{parcours_id}/difference", summary="Ce qui diffère entre deux lectures")
async def difference(  # noqa: PLR0913 - the coordinates of a second reading
    avant: _Lecture,
    consultation: _Consultation,
    access: TheAccess,
    *,
    puis_au: _Au = None,
    puis_connu_le: _ConnuLe = None,
    puis_version: _Version = None,
) -> DifferenceVue:
    """De la lecture `au`, `connu_le` à la lecture `puis_au`, `puis_connu_le`, en phrases.

    Sans `puis_au`, la même date ; sans `puis_connu_le`, ce que l’on sait maintenant : ce que l’on
    a appris depuis.
    """
    apres = await queries.lecture.relire(
        consultation,
        avant.parcours_id,
        au=puis_au or avant.parcours.au,
        connu_le=_instant(puis_connu_le),
        version=puis_version,
    )
    return await queries.parcours.difference(access, avant, apres)


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
