"""Les faits dont le parcours n’est pas encore trouvé."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "attentes",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("recu_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("empreinte", sa.LargeBinary(), nullable=False),
        sa.Column("personne", sa.LargeBinary(), nullable=False),
        sa.Column("evenement", sa.LargeBinary(), nullable=False),
        sa.Column("essaye_le", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("attentes_personne", "attentes", ["personne"])
    op.create_index("attentes_essaye_le", "attentes", ["essaye_le"])
