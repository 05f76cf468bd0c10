"""L’entrée et le déroulé : suspendre, reprendre, abandonner, sortir."""

from contracts.listes.base import Liste


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
