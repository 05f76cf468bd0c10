"""Où s’est arrêtée chaque vie du journal, s’il est un jour restauré."""

from kit.migrations import install

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    install("epoch")
