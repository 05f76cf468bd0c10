"""Les places, leurs réservations, et ce que le journal dit de qui en attend une."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "appris",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parcours_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("evenement", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("ix_appris_parcours_id", "appris", ["parcours_id"])
    op.create_index("ix_appris_session_id", "appris", ["session_id"])
    op.create_table(
        "places",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("capacite", sa.Integer(), nullable=False),
        sa.Column("reservees", sa.Integer(), nullable=False),
        sa.CheckConstraint("reservees between 0 and capacite"),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("parcours_id", sa.Uuid(), nullable=False),
        sa.Column("etape_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("reservee_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("garantie_le", sa.DateTime(timezone=True)),
        sa.Column("entree_prevue_le", sa.Date()),
        sa.CheckConstraint("(garantie_le is null) = (entree_prevue_le is null)"),
        sa.ForeignKeyConstraint(["session_id"], ["places.session_id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id", "parcours_id", "etape_id"),
    )
