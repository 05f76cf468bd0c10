"""Ce qui se dit de la personne elle-même."""

from contracts.listes.base import Liste


class MotifEffacement(Liste):
    """Pourquoi l’on efface, d’après le RGPD (articles 5 et 17)."""

    DEMANDE_DE_LA_PERSONNE = "DEMANDE_DE_LA_PERSONNE", "Demande de la personne"
    DUREE_DE_CONSERVATION = "DUREE_DE_CONSERVATION", "Durée de conservation passée"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"
