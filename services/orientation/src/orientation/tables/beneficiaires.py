"""Les personnes : le seul endroit où un nom est écrit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from orientation.domain import Beneficiaire, BeneficiaireInconnu, Identite
from orientation.tables.schema import beneficiaires


async def noter_beneficiaire(
    tx: AsyncConnection, beneficiaire_id: UUID, identite: Identite, organisation: str, le: datetime
) -> None:
    valeurs = {"id": beneficiaire_id, "organisation": organisation, "declare_le": le}
    await tx.execute(insert(beneficiaires), valeurs | dict(identite))


async def lire_beneficiaire(tx: AsyncConnection, beneficiaire_id: UUID) -> Beneficiaire:
    lecture = select(*[c for c in beneficiaires.c if c.name != "declare_le"]).where(
        beneficiaires.c.id == beneficiaire_id
    )
    ligne = (await tx.execute(lecture)).mappings().one_or_none()
    if ligne is None:
        raise BeneficiaireInconnu
    return Beneficiaire(**ligne)
