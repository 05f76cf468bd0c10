"""Comment on est placé sur une session, et ce que l’organisme répond."""

from contracts.listes.base import Liste


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
