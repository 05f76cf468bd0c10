"""Ce que dit le jury."""

from contracts.listes.base import Liste


class ResultatCertification(Liste):
    """Ce que dit le jury, d’après France VAE."""

    TOTALE = "TOTALE", "Certification totale"
    PARTIELLE = "PARTIELLE", "Certification partielle"
    ECHEC = "ECHEC", "Échec"
    A_REPASSER = "A_REPASSER", "À repasser"
    ABSENT_JURY = "ABSENT_JURY", "Absent au jury"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Résultat non communiqué"


class Voie(Liste):
    """Voies d’accès à la certification, d’après l’accrochage de la Caisse des dépôts."""

    FORMATION = "FORMATION", "Formation"
    VAE = "VAE", "Validation des acquis de l’expérience"
    APPRENTISSAGE = "APPRENTISSAGE", "Apprentissage"
    CANDIDAT_LIBRE = "CANDIDAT_LIBRE", "Candidat libre"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Voie non communiquée"


class NiveauCecrl(Liste):
    """Cadre européen commun de référence pour les langues."""

    A1 = "A1", "A1"
    A2 = "A2", "A2"
    B1 = "B1", "B1"
    B2 = "B2", "B2"
    C1 = "C1", "C1"
    C2 = "C2", "C2"
