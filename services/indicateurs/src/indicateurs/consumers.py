"""La porte Kafka des indicateurs : le journal, et rien d’autre."""

from indicateurs import projections

journal = projections.suivre
