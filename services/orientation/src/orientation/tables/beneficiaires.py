"""Les personnes : le seul endroit où un nom est écrit ; leurs numéros n’y sont qu’en empreinte."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from orientation.domain import Beneficiaire, BeneficiaireInconnu, Identite
from orientation.tables.schema import beneficiaires, identifiants, parcours


async def noter_beneficiaire(
    tx: AsyncConnection, beneficiaire_id: UUID, identite: Identite, organisation: str, le: datetime
) -> None:
    valeurs = {"id": beneficiaire_id, "organisation": organisation, "declare_le": le}
    await tx.execute(insert(beneficiaires), valeurs | dict(identite))


async def lire_beneficiaire(tx: AsyncConnection, beneficiaire_id: UUID) -> Beneficiaire:
    return _beneficiaire((await tx.execute(_lecture(beneficiaire_id))).mappings().one_or_none())


async def reserver_beneficiaire(
    tx: AsyncConnection, beneficiaire_id: UUID, *, partage: bool = False
) -> Beneficiaire:
    """Prendre la main sur la personne ; `partage` : avec d’autres qui ne l’effacent pas."""
    lecture = _lecture(beneficiaire_id).with_for_update(read=partage)
    return _beneficiaire((await tx.execute(lecture)).mappings().one_or_none())


async def changer_en_effacee(tx: AsyncConnection, beneficiaire_id: UUID, le: datetime) -> None:
    """Ne garder de la personne que son identifiant, qui l’a déclarée, et le jour."""
    rien = dict.fromkeys(Identite.model_fields)
    ou = beneficiaires.c.id == beneficiaire_id
    await tx.execute(update(beneficiaires).where(ou).values(**rien, efface_le=le))
    await tx.execute(delete(identifiants).where(identifiants.c.beneficiaire_id == beneficiaire_id))


async def noter_identifiants(
    tx: AsyncConnection, beneficiaire_id: UUID, personnes: Mapping[bytes, str], le: datetime
) -> None:
    """Retenir ses numéros, empreinte → système ; les redire ne change rien."""
    lignes = [
        {"personne": p, "systeme": s, "beneficiaire_id": beneficiaire_id, "attribue_le": le}
        for p, s in personnes.items()
    ]
    if lignes:
        await tx.execute(insert(identifiants).on_conflict_do_nothing(), lignes)


async def rapprocher(
    tx: AsyncConnection, personnes: Collection[bytes]
) -> dict[bytes, tuple[UUID, ...]]:
    """Les parcours de chaque personne connue par un de ces numéros."""
    lecture = (
        select(identifiants.c.personne, parcours.c.id)
        .join(parcours, parcours.c.beneficiaire_id == identifiants.c.beneficiaire_id)
        .where(identifiants.c.personne.in_(personnes))
        .order_by(parcours.c.id)
    )
    trouves: dict[bytes, tuple[UUID, ...]] = {}
    for personne, parcours_id in await tx.execute(lecture):
        trouves[personne] = (*trouves.get(personne, ()), parcours_id)
    return trouves


def _lecture(beneficiaire_id: UUID) -> Select[Any]:
    colonnes = [c for c in beneficiaires.c if c.name != "declare_le"]
    return select(*colonnes).where(beneficiaires.c.id == beneficiaire_id)


def _beneficiaire(ligne: RowMapping | None) -> Beneficiaire:
    if ligne is None:
        raise BeneficiaireInconnu
    return Beneficiaire(**ligne)
