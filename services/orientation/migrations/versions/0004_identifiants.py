"""Les numéros d’une personne dans d’autres systèmes : leurs empreintes, pour la reconnaître."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "identifiants",
        sa.Column("personne", sa.LargeBinary(), nullable=False),
        sa.Column("beneficiaire_id", sa.Uuid(), nullable=False),
        sa.Column("systeme", sa.Text(), nullable=False),
        sa.Column("attribue_le", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["beneficiaire_id"], ["beneficiaires.id"]),
        sa.PrimaryKeyConstraint("personne", "beneficiaire_id"),
    )
    op.create_index("ix_identifiants_beneficiaire_id", "identifiants", ["beneficiaire_id"])
