"""Les listes de codes, chaque code avec le libellé que l’on dit.

Les codes viennent du champ (France Travail, missions locales, pacte régional, LHEO) et chaque
liste dit d’où. Toute liste de motifs, de causes et de natures a `AUTRE` et `NON_COMMUNIQUE`, car
un trou n’est pas un refus.
"""

from enum import StrEnum
from typing import Any, Self

from pydantic import GetJsonSchemaHandler


class Liste(StrEnum):
    """Un code et son libellé."""

    libelle: str

    def __new__(cls, code: str, libelle: str) -> Self:
        membre = str.__new__(cls, code)
        membre._value_ = code
        membre.libelle = libelle
        return membre

    @classmethod
    def __get_pydantic_json_schema__(
        cls,
        schema: Any,
        handler: GetJsonSchemaHandler,
    ) -> dict[str, Any]:
        """Publier chaque code avec son libellé."""
        codes = "\n".join(f"- {membre} : {membre.libelle}" for membre in cls)
        return handler(schema) | {"description": f"{cls.__doc__}\n\n{codes}"}


class TypeEtape(Liste):
    """Les trois types de formation du pacte, d’après l’objectif général de LHEO."""

    PREPARATOIRE = "PREPARATOIRE", "Préparatoire"
    CERTIFIANT = "CERTIFIANT", "Certifiant ou qualifiant"
    PROFESSIONNALISANT = "PROFESSIONNALISANT", "Professionnalisant"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Type non communiqué"


class PublicCible(Liste):
    """Publics cibles du pacte. Certains codes sont sensibles et ne partent pas par webhook."""

    DE_INFRA_BAC = "DE_INFRA_BAC", "Demandeur d’emploi infra-bac"
    JEUNE_INFRA_26 = "JEUNE_INFRA_26", "Moins de 26 ans"
    NEET = "NEET", "Ni en emploi, ni en études, ni en formation"
    INVISIBLE = "INVISIBLE", "« Invisible », non inscrit"
    QPV = "QPV", "Quartier prioritaire"
    ZRR = "ZRR", "Zone de revitalisation rurale"
    BOE = "BOE", "Bénéficiaire de l’obligation d’emploi"
    RSA = "RSA", "Bénéficiaire du RSA"
    ASS = "ASS", "Allocation de solidarité spécifique"
    AAH = "AAH", "Allocation aux adultes handicapés"
    PARENT_ISOLE = "PARENT_ISOLE", "Parent isolé"
    ILLETTRISME = "ILLETTRISME", "Situation d’illettrisme"
    ILLECTRONISME = "ILLECTRONISME", "Situation d’illectronisme"
    SOUS_MAIN_DE_JUSTICE = "SOUS_MAIN_DE_JUSTICE", "Sous main de justice"
    PRIMO_ARRIVANT = "PRIMO_ARRIVANT", "Primo-arrivant"
    SORTIE_IAE = "SORTIE_IAE", "Sortie de l’insertion par l’activité économique"
    SORTANT_ASE = "SORTANT_ASE", "Sortant de l’aide sociale à l’enfance"
    DELD = "DELD", "Demandeur d’emploi de longue durée"
    SANS_DOMICILE = "SANS_DOMICILE", "Sans domicile"
    DECROCHEUR = "DECROCHEUR", "Décrocheur"


PUBLICS_SENSIBLES = frozenset(
    {
        PublicCible.BOE,
        PublicCible.AAH,
        PublicCible.SOUS_MAIN_DE_JUSTICE,
        PublicCible.PRIMO_ARRIVANT,
        PublicCible.ILLETTRISME,
    }
)


class RoleReferent(Liste):
    """À quel titre on suit la personne (liste du projet)."""

    CEP = "CEP", "Conseil en évolution professionnelle"
    SECURISATION_OF = "SECURISATION_OF", "Sécurisation par l’organisme de formation"
    PARTAGE = "PARTAGE", "Référent partagé"
    AUTRE = "AUTRE", "Autre référent"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Rôle non communiqué"


class Modalite(Liste):
    """Modalités d’enseignement, d’après LHEO 2.3."""

    PRESENTIEL = "PRESENTIEL", "Présentiel"
    MIXTE = "MIXTE", "Mixte"
    DISTANCE = "DISTANCE", "À distance"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Modalité non communiquée"


class Canal(Liste):
    """Par où la demande est venue, d’après les rendez-vous de France Travail, regroupés."""

    ENTRETIEN = "ENTRETIEN", "Entretien"
    TELEPHONE = "TELEPHONE", "Téléphone"
    VISIO = "VISIO", "Visioconférence"
    SYSTEME_PARTENAIRE = "SYSTEME_PARTENAIRE", "Système du partenaire"
    AUTRE = "AUTRE", "Autre canal"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Canal non communiqué"


class MotifRefus(Liste):
    """Pourquoi un organisme ne prend pas la personne, d’après DORA et « les emplois »."""

    PREREQUIS_NON_MAITRISES = "PREREQUIS_NON_MAITRISES", "Prérequis non maîtrisés"
    PROJET_A_CONSOLIDER = "PROJET_A_CONSOLIDER", "Projet à consolider"
    FREIN_MOBILITE = "FREIN_MOBILITE", "Frein de mobilité"
    FREIN_GARDE = "FREIN_GARDE", "Garde d’enfant"
    FREIN_LOGEMENT = "FREIN_LOGEMENT", "Frein de logement"
    FREIN_SANTE = "FREIN_SANTE", "Frein de santé"
    FREIN_FINANCIER = "FREIN_FINANCIER", "Frein financier"
    FREIN_NUMERIQUE = "FREIN_NUMERIQUE", "Frein numérique"
    NIVEAU_LANGUE = "NIVEAU_LANGUE", "Niveau de langue"
    SESSION_COMPLETE = "SESSION_COMPLETE", "Session complète"
    SESSION_ANNULEE = "SESSION_ANNULEE", "Session annulée"
    NON_ELIGIBLE_FINANCEMENT = "NON_ELIGIBLE_FINANCEMENT", "Non éligible au financement"
    DEJA_EN_EMPLOI = "DEJA_EN_EMPLOI", "Déjà en emploi"
    DEJA_EN_FORMATION = "DEJA_EN_FORMATION", "Déjà en formation"
    NON_JOIGNABLE = "NON_JOIGNABLE", "Non joignable"
    ABSENT_RI = "ABSENT_RI", "Absent à la réunion d’information"
    DOUBLON = "DOUBLON", "Doublon"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"


class TypeAlternative(Liste):
    """Ce qui est proposé à la place (liste du projet)."""

    AUTRE_SESSION = "AUTRE_SESSION", "Une autre session"
    PRESTATION = "PRESTATION", "Une prestation"
    IMMERSION = "IMMERSION", "Une immersion en entreprise"
    REMISE_A_NIVEAU = "REMISE_A_NIVEAU", "Une remise à niveau"
    AUTRE = "AUTRE", "Une autre alternative"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Alternative non communiquée"


class MotifSansAlternative(Liste):
    """Pourquoi rien n’est proposé à la place (liste du projet)."""

    AUCUNE_SESSION_PROCHE = "AUCUNE_SESSION_PROCHE", "Aucune session proche"
    REFUSEE_PAR_LA_PERSONNE = "REFUSEE_PAR_LA_PERSONNE", "Refusée par la personne"
    RENVOI_AU_PRESCRIPTEUR = "RENVOI_AU_PRESCRIPTEUR", "Renvoi au prescripteur"
    AUTRE = "AUTRE", "Autre raison"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Raison non communiquée"


class MotifSuspension(Liste):
    """Pourquoi la personne suspend son étape, d’après les suspensions de l’IAE."""

    EMPLOI_COURT = "EMPLOI_COURT", "Emploi court"
    MALADIE = "MALADIE", "Maladie"
    MATERNITE_PATERNITE = "MATERNITE_PATERNITE", "Maternité ou paternité"
    PARENTALITE_GARDE = "PARENTALITE_GARDE", "Garde d’enfant"
    MOBILITE = "MOBILITE", "Mobilité"
    LOGEMENT = "LOGEMENT", "Logement"
    JUSTICE = "JUSTICE", "Justice"
    FORCE_MAJEURE = "FORCE_MAJEURE", "Force majeure"
    INTERRUPTION_OF = "INTERRUPTION_OF", "Interruption par l’organisme"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"


class StatutReprise(Liste):
    """Sous quel statut la personne reprend (liste du projet)."""

    MEME_ORGANISME = "MEME_ORGANISME", "Même organisme"
    AUTRE_ORGANISME = "AUTRE_ORGANISME", "Autre organisme"
    AUTRE_STATUT = "AUTRE_STATUT", "Autre statut"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Statut non communiqué"


class MotifAbandon(Liste):
    """Les huit motifs du pacte, pour que les résultats se comparent à 2017."""

    ABANDON_DU_PROJET = "ABANDON_DU_PROJET", "Abandon du projet de formation"
    ABSENCE_NON_JUSTIFIEE = "ABSENCE_NON_JUSTIFIEE", "Absence ou abandon non justifié"
    MALADIE_MATERNITE_PATERNITE = (
        "MALADIE_MATERNITE_PATERNITE",
        "Maladie, maternité ou paternité",
    )
    CREATION_REPRISE_ENTREPRISE = (
        "CREATION_REPRISE_ENTREPRISE",
        "Création ou reprise d’entreprise",
    )
    RAISON_MATERIELLE = "RAISON_MATERIELLE", "Raison matérielle"
    AUTRE_FORMATION = "AUTRE_FORMATION", "Retenu sur une autre formation"
    RETOUR_EMPLOI = "RETOUR_EMPLOI", "Retour à l’emploi"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"


class Qualification(Liste):
    """Niveaux de qualification, d’après la table des abandons du pacte."""

    EMPLOYE_QUALIFIE = "EMPLOYE_QUALIFIE", "Employé qualifié"
    EMPLOYE_NON_QUALIFIE = "EMPLOYE_NON_QUALIFIE", "Employé non qualifié"
    OUVRIER_QUALIFIE_P1_P2 = "OUVRIER_QUALIFIE_P1_P2", "Ouvrier qualifié (P1, P2)"
    MANOEUVRE = "MANOEUVRE", "Manœuvre"
    OUVRIER_SPECIALISE = "OUVRIER_SPECIALISE", "Ouvrier spécialisé"
    TECHNICIEN_DESSINATEUR = "TECHNICIEN_DESSINATEUR", "Technicien, dessinateur"
    CADRE = "CADRE", "Cadre"
    AGENT_DE_MAITRISE = "AGENT_DE_MAITRISE", "Agent de maîtrise"
    OUVRIER_QUALIFIE_P3_P4_OHQ = "OUVRIER_QUALIFIE_P3_P4_OHQ", "Ouvrier qualifié (P3, P4, OHQ)"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Qualification non communiquée"


class Responsabilite(Liste):
    """De qui vient l’interruption, d’après EDOF."""

    BENEFICIAIRE = "BENEFICIAIRE", "La personne"
    OF = "OF", "L’organisme de formation"
    TIERS = "TIERS", "Un tiers"
    FORCE_MAJEURE = "FORCE_MAJEURE", "Force majeure"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Responsabilité non communiquée"


class NatureSortie(Liste):
    """Comment une étape se termine, d’après EDOF et le tableau de bord de l’apprentissage."""

    TERME_ATTEINT = "TERME_ATTEINT", "Terme atteint"
    TERME_ANTICIPE_REUSSITE = "TERME_ANTICIPE_REUSSITE", "Terme anticipé, réussite"
    ABANDON = "ABANDON", "Abandon"
    EXCLUSION = "EXCLUSION", "Exclusion"
    INTERRUPTION_OF = "INTERRUPTION_OF", "Interruption par l’organisme"
    TRANSFERT = "TRANSFERT", "Transfert"
    DECES = "DECES", "Décès"
    AUTRE = "AUTRE", "Autre sortie"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Nature non communiquée"


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


class Decision(Liste):
    """Ce que le comité passerelle décide."""

    VALIDEE = "VALIDEE", "Validée"
    VALIDEE_SOUS_CONDITIONS = "VALIDEE_SOUS_CONDITIONS", "Validée sous conditions"
    AJOURNEE = "AJOURNEE", "Ajournée"
    REORIENTEE = "REORIENTEE", "Réorientée"
    NON_VALIDEE = "NON_VALIDEE", "Non validée"


DECISIONS_NEGATIVES = frozenset({Decision.REORIENTEE, Decision.NON_VALIDEE})


class MotifAnnulation(Liste):
    """Pourquoi un événement est retiré, d’après le tableau de bord de l’apprentissage."""

    ERREUR_SAISIE = "ERREUR_SAISIE", "Erreur de saisie"
    DOUBLON = "DOUBLON", "Doublon"
    MAUVAISE_PERSONNE = "MAUVAISE_PERSONNE", "Mauvaise personne"
    FAIT_NON_REALISE = "FAIT_NON_REALISE", "Fait non réalisé"
    SUPPRIME_A_LA_SOURCE = "SUPPRIME_A_LA_SOURCE", "Supprimé à la source"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"


class MotifCorrection(Liste):
    """Pourquoi un événement est corrigé (liste du projet)."""

    ERREUR_SAISIE = "ERREUR_SAISIE", "Erreur de saisie"
    PRECISION_RECUE = "PRECISION_RECUE", "Précision reçue depuis"
    AUTRE = "AUTRE", "Autre motif"
    NON_COMMUNIQUE = "NON_COMMUNIQUE", "Motif non communiqué"
