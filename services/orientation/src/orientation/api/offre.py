"""L’offre : les sessions que les organismes annoncent."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.db import Database
from kit.http import Router
from orientation import commands, queries
from orientation.api.auteurs import LIRE, Auteur, habiliter
from orientation.domain import (
    Publication,
)

router = Router(prefix="/v1", tags=["orientation"])


@router.put("/sessions/{session_id}", summary="Publier ou changer une session")
async def publier(
    session_id: UUID, publication: Publication, auteur: Auteur, db: Database
) -> queries.SessionVue:
    """L’organisme de formation annonce sa session ; lui seul la change ensuite."""
    habiliter(auteur, "offre")
    await commands.publier(db, session_id, publication, auteur.organisation.source)
    return await queries.session(db, session_id)


@router.get("/sessions", summary="Chercher une session", dependencies=[LIRE])
async def sessions(
    db: Database,
    rome: str | None = None,
    depuis: date | None = None,
    apres: UUID | None = None,
    limite: Annotated[int, Query(ge=1, le=500)] = 100,
) -> queries.Offre:
    """L’offre par date de début, à partir du jour `depuis`."""
    return await queries.sessions(db, rome=rome, depuis=depuis, apres=apres, limite=limite)


@router.get("/sessions/{session_id}", summary="Lire une session", dependencies=[LIRE])
async def session(session_id: UUID, db: Database) -> queries.SessionVue:
    return await queries.session(db, session_id)
