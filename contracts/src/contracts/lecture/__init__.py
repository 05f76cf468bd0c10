"""La lecture commune d’un parcours : des événements aux états, la même pour tous les services.

Une fonction pure, `lire_parcours` : quel que soit l’ordre d’arrivée des événements, la même
réponse. Source : evenements.md §3.
"""

from contracts.lecture.base import Anomalie, Evenement, Raison
from contracts.lecture.effets import Effets, effets, ordre
from contracts.lecture.etape import Etape, Suspension
from contracts.lecture.etats import EtatEtape, EtatParcours
from contracts.lecture.lecteurs import Designation, accessibles, designations, lecteurs
from contracts.lecture.parcours import Emploi, Parcours, evoluer, lire_parcours

__all__ = [
    "Anomalie",
    "Designation",
    "Effets",
    "Emploi",
    "Etape",
    "EtatEtape",
    "EtatParcours",
    "Evenement",
    "Parcours",
    "Raison",
    "Suspension",
    "accessibles",
    "designations",
    "effets",
    "evoluer",
    "lecteurs",
    "lire_parcours",
    "ordre",
]
