"""Ce qui est effacé avec la personne, et depuis quand."""

from kit.migrations import install

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    install("erasure")
