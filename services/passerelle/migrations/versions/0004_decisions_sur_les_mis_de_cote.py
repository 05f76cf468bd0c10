"""Qui a relâché ou passé quoi, et pourquoi ; combien d’événements attendent."""

from kit.migrations import install

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    install("consumer_decision")
