"""Pourquoi l’on rectifie."""

from contracts.listes.base import Liste


class MotifAnnulation(Liste):
    """Pourquoi un événement est retiré, d’après le tableau de bord de l’apprentissage."""

    ERREUR_SAISIE = "ERREUR_SAISIE", "Erreur de saisie"
    DOUBLON = "DOUBLON", "Doublon"
    MAUVAISE_PERSONNE = "MAUVAISE_PERSONNE", "Mauvaise personne"
    FAIT_NON_REALISE = "FAIT_NON_REALISE", "Fait non réalisé"
    SUPPRIME_A_LA_SOURCE = "SUPPRIME_A_LA_SOURCE", "Supprimé à la source"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"


class MotifContestation(Liste):
    """Ce que l’on conteste d’un événement (liste du projet)."""

    FAIT_NON_REALISE = "FAIT_NON_REALISE", "Fait non réalisé"
    DATE_INEXACTE = "DATE_INEXACTE", "Date inexacte"
    CONTENU_INEXACT = "CONTENU_INEXACT", "Contenu inexact"
    MAUVAISE_PERSONNE = "MAUVAISE_PERSONNE", "Mauvaise personne"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"


class MotifCorrection(Liste):
    """Pourquoi un événement est corrigé (liste du projet)."""

    ERREUR_SAISIE = "ERREUR_SAISIE", "Erreur de saisie"
    PRECISION_RECUE = "PRECISION_RECUE", "Précision reçue depuis"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"
