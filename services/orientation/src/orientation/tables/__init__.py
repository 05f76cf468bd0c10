"""L’orientation telle qu’elle est rangée."""

from orientation.tables.appris import noter_appris, relire
from orientation.tables.beneficiaires import (
    changer_en_effacee,
    lire_beneficiaire,
    noter_beneficiaire,
    noter_identifiants,
    rapprocher,
    reserver_beneficiaire,
)
from orientation.tables.parcours import (
    changer_statut,
    lire_etapes,
    lire_parcours,
    lire_parcours_de,
    lire_positionnements,
    noter_etape,
    noter_parcours,
    noter_positionnement,
    reserver_etape,
    reserver_positionnement,
)
from orientation.tables.schema import metadata
from orientation.tables.sessions import lire_session, lire_sessions, ranger_session

__all__ = [
    "changer_en_effacee",
    "changer_statut",
    "lire_beneficiaire",
    "lire_etapes",
    "lire_parcours",
    "lire_parcours_de",
    "lire_positionnements",
    "lire_session",
    "lire_sessions",
    "metadata",
    "noter_appris",
    "noter_beneficiaire",
    "noter_etape",
    "noter_identifiants",
    "noter_parcours",
    "noter_positionnement",
    "ranger_session",
    "rapprocher",
    "relire",
    "reserver_beneficiaire",
    "reserver_etape",
    "reserver_positionnement",
]
