"""Les listes de codes, chaque code avec le libellé que l’on dit.

Les codes viennent du champ (France Travail, missions locales, pacte régional, LHEO) et chaque
liste dit d’où. Toute liste de motifs, de causes et de natures a `AUTRE` et `NON_COMMUNIQUE`, car
un trou n’est pas un refus.
"""

from contracts.listes.base import Liste
from contracts.listes.beneficiaire import MotifEffacement
from contracts.listes.certification import NiveauCecrl, ResultatCertification, Voie
from contracts.listes.emploi import SourceEmploi, TypeContrat
from contracts.listes.evenement import MotifAnnulation, MotifContestation, MotifCorrection
from contracts.listes.orientation import PUBLICS_SENSIBLES, PublicCible, RoleReferent, TypeEtape
from contracts.listes.passerelle import DECISIONS_NEGATIVES, Decision
from contracts.listes.positionnement import (
    Canal,
    Modalite,
    MotifRefus,
    MotifSansAlternative,
    TypeAlternative,
)
from contracts.listes.suivi import (
    MotifAbandon,
    MotifSuspension,
    NatureSortie,
    Qualification,
    Responsabilite,
    StatutReprise,
)

__all__ = [
    "DECISIONS_NEGATIVES",
    "PUBLICS_SENSIBLES",
    "Canal",
    "Decision",
    "Liste",
    "Modalite",
    "MotifAbandon",
    "MotifAnnulation",
    "MotifContestation",
    "MotifCorrection",
    "MotifEffacement",
    "MotifRefus",
    "MotifSansAlternative",
    "MotifSuspension",
    "NatureSortie",
    "NiveauCecrl",
    "PublicCible",
    "Qualification",
    "Responsabilite",
    "ResultatCertification",
    "RoleReferent",
    "SourceEmploi",
    "StatutReprise",
    "TypeAlternative",
    "TypeContrat",
    "TypeEtape",
    "Voie",
]
