"""L’offre, les personnes, leurs parcours, et ce que le journal en dit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.migrations import install

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    install("confidential")
    op.create_table(
        "beneficiaires",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("prenom", sa.Text(), nullable=False),
        sa.Column("date_naissance", sa.Date()),
        sa.Column("commune", sa.Text()),
        sa.Column("declare_le", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("intitule", sa.Text(), nullable=False),
        sa.Column("rome", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("debut_le", sa.Date(), nullable=False),
        sa.Column("fin_le", sa.Date(), nullable=False),
        sa.Column("heures", sa.Float(), nullable=False),
        sa.Column("objectif", sa.Text(), nullable=False),
        sa.Column("certification", sa.Text()),
        sa.CheckConstraint("fin_le >= debut_le"),
        sa.CheckConstraint("heures >= 0"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sessions_par_date", "sessions", ["debut_le", "id"])
    op.create_table(
        "parcours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("beneficiaire_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("referent", sa.Text()),
        sa.Column("objectif", sa.Text(), nullable=False),
        sa.Column("rome", sa.Text()),
        sa.Column("ouvert_le", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["beneficiaire_id"], ["beneficiaires.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_parcours_beneficiaire_id", "parcours", ["beneficiaire_id"])
    op.create_table(
        "appris",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parcours_id", sa.Uuid(), nullable=False),
        sa.Column("evenement", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["parcours_id"], ["parcours.id"]),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("ix_appris_parcours_id", "appris", ["parcours_id"])
    op.create_table(
        "etapes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parcours_id", sa.Uuid(), nullable=False),
        sa.Column("type_etape", sa.Text(), nullable=False),
        sa.Column("axe", sa.Integer()),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("domaine", sa.Text()),
        sa.Column("prononcee_le", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("axe in (1, 2)"),
        sa.ForeignKeyConstraint(["parcours_id"], ["parcours.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_etapes_parcours_id", "etapes", ["parcours_id"])
    op.create_table(
        "positionnements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("etape_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("statut", sa.Text(), nullable=False),
        sa.Column("demande_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repondu_le", sa.DateTime(timezone=True)),
        sa.Column("entree_prevue_le", sa.Date()),
        sa.CheckConstraint("(statut = 'DEMANDE') = (repondu_le is null)"),
        sa.CheckConstraint("statut in ('DEMANDE', 'ACCEPTE', 'REFUSE')"),
        sa.ForeignKeyConstraint(["etape_id"], ["etapes.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("positionnements_par_etape", "positionnements", ["etape_id"])
    op.create_index(
        "positionnements_un_seul_vivant",
        "positionnements",
        ["etape_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("statut <> 'REFUSE'"),
    )
