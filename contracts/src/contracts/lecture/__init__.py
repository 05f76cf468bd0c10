"""La lecture commune d’un parcours : des événements aux états, la même pour tous les services.

Une fonction pure, `lire_parcours` : quel que soit l’ordre d’arrivée des événements, la même
réponse. Source : evenements.md §3.
"""

from contracts.lecture.base import Anomalie, Evenement, Raison
from contracts.lecture.difference import Ecart, NatureEcart, ecarts
from contracts.lecture.effets import Effets, effets, ordre
from contracts.lecture.etape import Etape, Suspension
from contracts.lecture.etats import EtatEtape, EtatParcours
from contracts.lecture.lecteurs import Designation, accessibles, designations, lecteurs
from contracts.lecture.mises_a_part import MiseAPart, appuis, mises_a_part
from contracts.lecture.parcours import Emploi, Parcours, evoluer, lire_parcours
from contracts.lecture.phrases import Nom, champ_dit, lu, valeur_dite
from contracts.lecture.relecture import Relecture

__all__ = [
    "Anomalie",
    "Designation",
    "Ecart",
    "Effets",
    "Emploi",
    "Etape",
    "EtatEtape",
    "EtatParcours",
    "Evenement",
    "MiseAPart",
    "NatureEcart",
    "Nom",
    "Parcours",
    "Raison",
    "Relecture",
    "Suspension",
    "accessibles",
    "appuis",
    "champ_dit",
    "designations",
    "ecarts",
    "effets",
    "evoluer",
    "lecteurs",
    "lire_parcours",
    "lu",
    "mises_a_part",
    "ordre",
    "valeur_dite",
]
