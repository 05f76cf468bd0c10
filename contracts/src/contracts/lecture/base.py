"""Les mots de la lecture : ce qu’elle lit, ce qui cloche, et pourquoi un événement est à part."""

from dataclasses import dataclass

from contracts.base import Reference
from contracts.catalogue import FaitDeParcours, Rectification
from contracts.listes import Liste

Evenement = FaitDeParcours | Rectification


@dataclass(frozen=True)
class Anomalie:
    """Ce qui contredit quoi, en une phrase, et les événements en cause."""

    code: str
    phrase: str
    evenements: tuple[Reference, ...]


class Raison(Liste):
    """Pourquoi une lecture met un événement à part."""

    POSTERIEUR = "POSTERIEUR", "Postérieur à la date lue"
    PAS_ENCORE_CONNU = "PAS_ENCORE_CONNU", "Pas encore connu"
    CORRIGE = "CORRIGE", "Corrigé"
    ANNULE = "ANNULE", "Annulé"
    EN_ATTENTE_DE_CIBLE = "EN_ATTENTE_DE_CIBLE", "En attente de l’événement visé"
    CIBLE_AILLEURS = "CIBLE_AILLEURS", "Vise un autre parcours"
    CYCLE = "CYCLE", "Rectifications en rond"
    NON_HABILITE = "NON_HABILITE", "Rectification non habilitée"
    ILLISIBLE = "ILLISIBLE", "Correction illisible"
