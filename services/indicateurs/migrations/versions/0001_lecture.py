"""Où l’on en est dans la lecture du journal."""

from kit.migrations import install

revision = "0001"
down_revision = None


def upgrade() -> None:
    install("consumer")
