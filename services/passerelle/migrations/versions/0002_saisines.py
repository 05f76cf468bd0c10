"""Les saisines, leur décision, et ce que le journal en dit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.migrations import install

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    install("confidential")
    op.create_table(
        "appris",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parcours_id", sa.Uuid(), nullable=False),
        sa.Column("evenement", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("ix_appris_parcours_id", "appris", ["parcours_id"])
    op.create_table(
        "saisines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parcours_id", sa.Uuid(), nullable=False),
        sa.Column("etape_id", sa.Uuid(), nullable=False),
        sa.Column("deposant", sa.Text(), nullable=False),
        sa.Column("comite", sa.Text(), nullable=False),
        sa.Column("etape_visee", postgresql.JSONB(), nullable=False),
        sa.Column("attestation", postgresql.JSONB()),
        sa.Column("urgence", sa.Boolean(), nullable=False),
        sa.Column("deposee_le", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "decisions",
        sa.Column("saisine_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("conditions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("mise_en_oeuvre_le", sa.Date()),
        sa.Column("presents", sa.Integer(), nullable=False),
        sa.Column("membres", sa.Integer(), nullable=False),
        sa.Column("organismes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("organisme_formateur", sa.Text()),
        sa.Column("alternative", sa.Text()),
        sa.Column("rendue_le", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision <> 'VALIDEE_SOUS_CONDITIONS' or conditions <> '{}'"),
        sa.CheckConstraint(
            "decision not in ('REORIENTEE', 'NON_VALIDEE') or alternative is not null"
        ),
        sa.CheckConstraint("presents <= membres and presents * 2 >= membres"),
        sa.ForeignKeyConstraint(["saisine_id"], ["saisines.id"]),
        sa.PrimaryKeyConstraint("saisine_id"),
        sa.UniqueConstraint("id"),
    )
