"""La personne et le travail."""

from contracts.listes.base import Liste


class TypeContrat(Liste):
    """Contrats de travail, d’après Immersion Facilitée et « les emplois » de l’inclusion."""

    CDI = "CDI", "CDI"
    CDI_INTERIMAIRE = "CDI_INTERIMAIRE", "CDI intérimaire"
    CDI_INCLUSION = "CDI_INCLUSION", "CDI inclusion"
    CDD_6_MOIS_ET_PLUS = "CDD_6_MOIS_ET_PLUS", "CDD de 6 mois et plus"
    CDD_1_A_6_MOIS = "CDD_1_A_6_MOIS", "CDD de 1 à 6 mois"
    CDD_MOINS_1_MOIS = "CDD_MOINS_1_MOIS", "CDD de moins d’un mois"
    INTERIM = "INTERIM", "Intérim"
    CDD_INSERTION = "CDD_INSERTION", "CDD d’insertion"
    PEC = "PEC", "Parcours emploi compétences"
    APPRENTISSAGE = "APPRENTISSAGE", "Apprentissage"
    PROFESSIONNALISATION = "PROFESSIONNALISATION", "Professionnalisation"
    SAISONNIER = "SAISONNIER", "Saisonnier"
    CREATION_ENTREPRISE = "CREATION_ENTREPRISE", "Création d’entreprise"
    FONCTION_PUBLIQUE = "FONCTION_PUBLIQUE", "Fonction publique"
    ALTERNANCE_NON_PRECISEE = "ALTERNANCE_NON_PRECISEE", "Alternance non précisée"
    AUTRE = "AUTRE", "Autre contrat"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Contrat non communiqué"


class SourceEmploi(Liste):
    """D’où l’on sait qu’elle travaille, la source la plus sûre d’abord."""

    DPAE = "DPAE", "Déclaration préalable à l’embauche"
    DSN = "DSN", "Déclaration sociale nominative"
    FRANCE_TRAVAIL = "FRANCE_TRAVAIL", "France Travail"
    PRESCRIPTEUR = "PRESCRIPTEUR", "Prescripteur"
    ORGANISME = "ORGANISME", "Organisme de formation"
    ENQUETE = "ENQUETE", "Enquête"
    PERSONNE = "PERSONNE", "La personne"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Source non communiquée"
