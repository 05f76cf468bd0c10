"""Ce qui est effacé avec la personne, et depuis quand."""

import sqlalchemy as sa
from alembic import op

from kit.migrations import install

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    install("erasure")
    op.alter_column("beneficiaires", "nom", nullable=True)
    op.alter_column("beneficiaires", "prenom", nullable=True)
    op.add_column("beneficiaires", sa.Column("efface_le", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        None,
        "beneficiaires",
        "num_nonnulls(nom, prenom, date_naissance, commune) = 0"
        " or (efface_le is null and nom is not null and prenom is not null)",
    )
    op.create_check_constraint(None, "beneficiaires", "efface_le is not null or nom is not null")
    # ANALYZE keeps samples of what it sees: not of these.
    for colonne in ("nom", "prenom", "date_naissance", "commune"):
        op.execute(f"alter table beneficiaires alter {colonne} set statistics 0")
