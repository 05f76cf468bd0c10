"""Ce que l’on prescrit, à qui, et qui suit la personne."""

from contracts.listes.base import Liste


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
