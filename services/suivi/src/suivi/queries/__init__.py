"""Ce que l’on peut lire du suivi, par qui y a droit : chaque lecture d’un parcours est notée."""

from suivi.queries import (
    abonnements,
    ecarts,
    evenements,
    exploitation,
    lecture,
    noms,
    parcours,
    vues,
)

__all__ = [
    "abonnements",
    "ecarts",
    "evenements",
    "exploitation",
    "lecture",
    "noms",
    "parcours",
    "vues",
]
