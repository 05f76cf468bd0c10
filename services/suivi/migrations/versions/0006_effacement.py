"""Ce qui est effacé avec la personne, et depuis quand."""

from alembic import op

from kit.migrations import install

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    install("erasure")
    op.execute("grant usage on schema confidential to suivi_lecteur")
    op.execute("grant select on confidential.erased to suivi_lecteur")
