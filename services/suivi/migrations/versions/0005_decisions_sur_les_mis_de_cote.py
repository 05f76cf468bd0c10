"""Qui a relâché ou passé quoi, et pourquoi ; combien d’événements attendent."""

from kit.migrations import install

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    install("consumer_decision")
