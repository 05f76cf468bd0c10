"""Les saisines et les décisions telles qu’elles sont rangées."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    Uuid,
    cast,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from contracts.base import Cible
from contracts.lecture.base import Evenement
from contracts.listes import Decision
from contracts.passerelle import EtapeVisee
from kit.consumer import Record
from passerelle.domain import DecisionRendue, Saisine, SaisineInconnue

metadata = MetaData()
saisines = Table(
    "saisines",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("parcours_id", Uuid, nullable=False),
    Column("etape_id", Uuid, nullable=False),
    Column("deposant", Text, nullable=False),
    Column("comite", Text, nullable=False),
    Column("etape_visee", JSONB, nullable=False),
    Column("attestation", JSONB(none_as_null=True)),
    Column("urgence", Boolean, nullable=False),
    Column("deposee_le", DateTime(timezone=True), nullable=False),
)
# Its key is the saisine: a second decision has no place to be.
decisions = Table(
    "decisions",
    metadata,
    Column("saisine_id", ForeignKey("saisines.id"), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("decision", Text, nullable=False),
    Column("conditions", ARRAY(Text), nullable=False),
    Column("mise_en_oeuvre_le", Date),
    Column("presents", Integer, nullable=False),
    Column("membres", Integer, nullable=False),
    Column("organismes", ARRAY(Text), nullable=False),
    Column("organisme_formateur", Text),
    Column("alternative", Text),
    Column("rendue_le", DateTime(timezone=True), nullable=False),
    CheckConstraint("presents <= membres and presents * 2 >= membres"),
    CheckConstraint("decision <> 'VALIDEE_SOUS_CONDITIONS' or conditions <> '{}'"),
    CheckConstraint("decision not in ('REORIENTEE', 'NON_VALIDEE') or alternative is not null"),
)
# Of the journal, what a comité looks at: whoever is referred was in a parcours before.
appris = Table(
    "appris",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("parcours_id", Uuid, nullable=False, index=True),
    Column("evenement", JSONB, nullable=False),
)

_NOTER_APPRIS = text(
    "insert into appris (source, id, parcours_id, evenement)"
    " select e.source, e.id, e.parcours_id, cast(e.evenement as jsonb)"
    " from unnest(cast(:sources as text[]), cast(:ids as text[]), cast(:parcours as uuid[]),"
    " cast(:evenements as text[])) as e (source, id, parcours_id, evenement)"
    " on conflict do nothing"
)


async def noter_saisine(tx: AsyncConnection, saisine: Saisine) -> None:
    attestation = saisine.attestation
    documents = {
        "etape_visee": saisine.etape_visee.model_dump(mode="json"),
        "attestation": attestation.model_dump(mode="json") if attestation else None,
    }
    await tx.execute(insert(saisines), vars(saisine) | documents)


async def reserver_saisine(tx: AsyncConnection, saisine_id: UUID) -> Saisine:
    """Prendre la main sur la saisine et sa décision, jusqu’à la fin de la transaction."""
    lecture = select(saisines).where(saisines.c.id == saisine_id).with_for_update()
    return _saisine((await tx.execute(lecture)).mappings().one_or_none())


async def lire_saisine(tx: AsyncConnection, saisine_id: UUID) -> Saisine:
    lecture = select(saisines).where(saisines.c.id == saisine_id)
    return _saisine((await tx.execute(lecture)).mappings().one_or_none())


async def lire_saisine_de(tx: AsyncConnection, evenement_id: UUID) -> Saisine:
    """La saisine que cet événement a déposée, ou décidée."""
    decidee = select(decisions.c.saisine_id).where(decisions.c.id == evenement_id)
    lecture = select(saisines).where(or_(saisines.c.id == evenement_id, saisines.c.id.in_(decidee)))
    return _saisine((await tx.execute(lecture)).mappings().one_or_none())


async def noter_decision(tx: AsyncConnection, rendue: DecisionRendue) -> None:
    await tx.execute(insert(decisions), vars(rendue))


async def lire_decision(tx: AsyncConnection, saisine_id: UUID) -> DecisionRendue | None:
    lecture = select(decisions).where(decisions.c.saisine_id == saisine_id)
    ligne = (await tx.execute(lecture)).mappings().one_or_none()
    if ligne is None:
        return None
    return DecisionRendue(**{**ligne, "decision": Decision[ligne["decision"]]})


async def noter_appris(tx: AsyncConnection, retenus: Sequence[Record]) -> None:
    """Garder des événements du journal ; le redire ne change rien."""
    colonnes = {
        "sources": [record.source for record in retenus],
        "ids": [record.id for record in retenus],
        "parcours": [record.stream for record in retenus],
        "evenements": [record.value.decode() for record in retenus],
    }
    await tx.execute(_NOTER_APPRIS, colonnes)


async def relire(tx: AsyncConnection, parcours_id: UUID) -> list[Evenement]:
    lecture = select(cast(appris.c.evenement, Text)).where(appris.c.parcours_id == parcours_id)
    return [catalogue.lire(evenement) for evenement in await tx.scalars(lecture)]


def _saisine(ligne: RowMapping | None) -> Saisine:
    if ligne is None:
        raise SaisineInconnue
    attestation = ligne["attestation"]
    documents = {
        "etape_visee": EtapeVisee.model_validate(ligne["etape_visee"]),
        "attestation": attestation and Cible.model_validate(attestation),
    }
    return Saisine(**{**ligne, **documents})
