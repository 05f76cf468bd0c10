"""Ce qui est vrai d’un parcours suivi : qui peut le lire, et ce que la porte prend."""

from suivi.domain import lecteurs, reception

__all__ = ["lecteurs", "reception"]
