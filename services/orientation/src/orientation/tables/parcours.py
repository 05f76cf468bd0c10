"""Les parcours, leurs étapes et leurs positionnements."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.listes import TypeEtape
from orientation.domain import (
    Etape,
    EtapeInconnue,
    Parcours,
    ParcoursInconnu,
    Positionnement,
    PositionnementInconnu,
    Statut,
)
from orientation.tables.schema import etapes, parcours, positionnements, sessions

_POSITIONNEMENTS = (
    select(*positionnements.c, etapes.c.parcours_id, sessions.c.organisation.label("organisme"))
    .join(etapes, etapes.c.id == positionnements.c.etape_id)
    .join(sessions, sessions.c.id == positionnements.c.session_id)
)


async def noter_parcours(tx: AsyncConnection, nouveau: Parcours) -> None:
    await tx.execute(insert(parcours), vars(nouveau))


async def lire_parcours(tx: AsyncConnection, parcours_id: UUID) -> Parcours:
    lecture = select(parcours).where(parcours.c.id == parcours_id)
    ligne = (await tx.execute(lecture)).mappings().one_or_none()
    if ligne is None:
        raise ParcoursInconnu
    return Parcours(**ligne)


async def lire_parcours_de(tx: AsyncConnection, beneficiaire_id: UUID) -> list[UUID]:
    lecture = select(parcours.c.id).where(parcours.c.beneficiaire_id == beneficiaire_id)
    return list(await tx.scalars(lecture.order_by(parcours.c.id)))


async def noter_etape(tx: AsyncConnection, etape: Etape) -> None:
    await tx.execute(insert(etapes), vars(etape))


async def reserver_etape(tx: AsyncConnection, etape_id: UUID) -> Etape:
    """Prendre la main sur l’étape et ses positionnements, jusqu’à la fin de la transaction."""
    lecture = select(etapes).where(etapes.c.id == etape_id).with_for_update()
    ligne = (await tx.execute(lecture)).mappings().one_or_none()
    if ligne is None:
        raise EtapeInconnue
    return _etape(ligne)


async def lire_etapes(tx: AsyncConnection, parcours_id: UUID) -> list[Etape]:
    lecture = select(etapes).where(etapes.c.parcours_id == parcours_id)
    lignes = await tx.execute(lecture.order_by(etapes.c.prononcee_le, etapes.c.id))
    return [_etape(ligne) for ligne in lignes.mappings()]


async def noter_positionnement(tx: AsyncConnection, positionnement: Positionnement) -> None:
    valeurs = vars(positionnement)
    colonnes = {nom: valeurs[nom] for nom in positionnements.c.keys()}  # noqa: SIM118
    await tx.execute(insert(positionnements), colonnes)


async def reserver_positionnement(tx: AsyncConnection, positionnement_id: UUID) -> Positionnement:
    """Prendre la main sur le positionnement, jusqu’à la fin de la transaction."""
    lecture = _POSITIONNEMENTS.where(positionnements.c.id == positionnement_id)
    lecture = lecture.with_for_update(of=positionnements)
    ligne = (await tx.execute(lecture)).mappings().one_or_none()
    if ligne is None:
        raise PositionnementInconnu
    return _positionnement(ligne)


async def lire_positionnements(
    tx: AsyncConnection, etape_ids: Collection[UUID]
) -> list[Positionnement]:
    lecture = _POSITIONNEMENTS.where(positionnements.c.etape_id.in_(etape_ids))
    lecture = lecture.order_by(positionnements.c.demande_le, positionnements.c.id)
    return [_positionnement(ligne) for ligne in (await tx.execute(lecture)).mappings()]


async def changer_statut(
    tx: AsyncConnection,
    positionnement_id: UUID,
    statut: Statut,
    le: datetime,
    entree_prevue_le: date | None = None,
) -> None:
    reponse = {"statut": statut, "repondu_le": le, "entree_prevue_le": entree_prevue_le}
    ou = positionnements.c.id == positionnement_id
    await tx.execute(update(positionnements).where(ou).values(reponse))


def _etape(ligne: RowMapping) -> Etape:
    return Etape(**{**ligne, "type_etape": TypeEtape[ligne["type_etape"]]})


def _positionnement(ligne: RowMapping) -> Positionnement:
    return Positionnement(**{**ligne, "statut": Statut[ligne["statut"]]})
