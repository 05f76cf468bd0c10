"""Ce qui est vrai du suivi : ce que la porte prend, et ce qu’elle refuse."""

from suivi.domain import reception

__all__ = ["reception"]
