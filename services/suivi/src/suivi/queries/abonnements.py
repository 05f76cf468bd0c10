"""L’abonnement d’une organisation, ce qui lui a été envoyé, et chaque tentative."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncEngine

from suivi import tables
from suivi.domain.abonnements import AbonnementInconnu

RECENTS = 100


class _Vue(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AbonnementVue(_Vue):
    """Où les messages sont envoyés ; sans `types`, tous le sont."""

    id: UUID
    url: str
    types: list[str] | None
    actif: bool
    cree_le: datetime


class EnvoiVue(_Vue):
    """Un message, et ce qu’il en est advenu à la dernière tentative."""

    id: str
    type: str
    source: str
    evenement: str
    parcours: UUID | None
    cree_le: datetime
    tentatives: int
    prochaine_le: datetime | None
    livre_le: datetime | None
    issue: str | None
    statut: int | None


class TentativeVue(_Vue):
    """Une tentative : quand, combien de temps, et ce que le récepteur a répondu."""

    rang: int
    commencee_le: datetime
    duree_ms: int
    issue: str
    statut: int | None
    extrait: str


async def abonnement(db: AsyncEngine, organisation: UUID) -> AbonnementVue | None:
    async with db.connect() as tx:
        ligne = await tables.abonnements.lire(tx, organisation)
    return AbonnementVue.model_validate(ligne) if ligne else None


async def envois(db: AsyncEngine, organisation: UUID, abonnement_id: UUID) -> list[EnvoiVue]:
    await _verifier(db, organisation, abonnement_id)
    async with db.connect() as tx:
        lignes = await tables.abonnements.lire_envois(tx, abonnement_id, RECENTS)
    return [EnvoiVue.model_validate(ligne) for ligne in lignes]


async def tentatives(
    db: AsyncEngine, organisation: UUID, abonnement_id: UUID, envoi_id: str
) -> list[TentativeVue]:
    await _verifier(db, organisation, abonnement_id)
    async with db.connect() as tx:
        lignes = await tables.abonnements.lire_tentatives(tx, abonnement_id, envoi_id)
    return [TentativeVue.model_validate(ligne) for ligne in lignes]


async def _verifier(db: AsyncEngine, organisation: UUID, abonnement_id: UUID) -> None:
    trouve = await abonnement(db, organisation)
    if trouve is None or trouve.id != abonnement_id:
        raise AbonnementInconnu
