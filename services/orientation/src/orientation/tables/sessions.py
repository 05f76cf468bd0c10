"""L’offre : les sessions telles que leurs organismes les publient."""

from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.listes import TypeEtape
from orientation.domain import Session, SessionInconnue
from orientation.tables.schema import sessions


async def ranger_session(tx: AsyncConnection, session: Session) -> None:
    """Publier la session, ou la changer si elle est à la même organisation."""
    valeurs = vars(session)
    ecriture = insert(sessions).values(valeurs)
    ecriture = ecriture.on_conflict_do_update(
        index_elements=["id"],
        set_={nom: valeur for nom, valeur in valeurs.items() if nom != "id"},
        where=sessions.c.organisation == session.organisation,
    )
    if (await tx.execute(ecriture)).rowcount == 0:
        raise SessionInconnue


async def lire_session(tx: AsyncConnection, session_id: UUID) -> Session:
    lecture = select(sessions).where(sessions.c.id == session_id)
    ligne = (await tx.execute(lecture)).mappings().one_or_none()
    if ligne is None:
        raise SessionInconnue
    return _session(ligne)


async def lire_sessions(
    tx: AsyncConnection, rome: str | None, depuis: date | None, apres: UUID | None, limite: int
) -> list[Session]:
    """L’offre par date de début ; `apres` : la dernière session de la page précédente."""
    place = tuple_(sessions.c.debut_le, sessions.c.id)
    lecture = select(sessions).order_by(sessions.c.debut_le, sessions.c.id).limit(limite)
    if rome:
        lecture = lecture.where(sessions.c.rome == rome)
    if depuis:
        lecture = lecture.where(sessions.c.debut_le >= depuis)
    if apres:
        derniere = select(sessions.c.debut_le, sessions.c.id).where(sessions.c.id == apres)
        lecture = lecture.where(place > derniere.scalar_subquery())
    return [_session(ligne) for ligne in (await tx.execute(lecture)).mappings()]


def _session(ligne: RowMapping) -> Session:
    return Session(**{**ligne, "objectif": TypeEtape[ligne["objectif"]]})
