"""Qui a relâché ou passé quoi, et pourquoi ; combien d’événements attendent."""

from kit.migrations import install

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    install("consumer_decision")
