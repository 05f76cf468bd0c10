"""Le journal de ses propres décisions, et où l’on en est dans la lecture des autres."""

from kit.migrations import install

revision = "0001"
down_revision = None


def upgrade() -> None:
    install("log")
    install("consumer")
