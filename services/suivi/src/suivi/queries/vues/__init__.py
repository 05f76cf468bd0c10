"""Ce que le suivi montre d’un parcours, tel qu’un partenaire le reçoit."""

from suivi.queries.vues.base import AnomalieVue, ReferenceVue
from suivi.queries.vues.chronologie import (
    AttenteVue,
    ChronologieVue,
    CorrectionVue,
    LigneVue,
    RectificationVue,
    StatutVue,
)
from suivi.queries.vues.difference import DifferenceVue, EcartVue, LectureVue
from suivi.queries.vues.parcours import AcompleterVue, ParcoursVue

__all__ = [
    "AcompleterVue",
    "AnomalieVue",
    "AttenteVue",
    "ChronologieVue",
    "CorrectionVue",
    "DifferenceVue",
    "EcartVue",
    "LectureVue",
    "LigneVue",
    "ParcoursVue",
    "RectificationVue",
    "ReferenceVue",
    "StatutVue",
]
