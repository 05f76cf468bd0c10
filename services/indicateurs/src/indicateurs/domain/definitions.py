"""Les indicateurs et leurs définitions (indicateurs.md §3), telles qu’on les publie."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from contracts.listes import TypeContrat
from indicateurs.domain import periodes
from indicateurs.domain.attentes import SANS_COUTURE

HEURES_PAR_MOIS: Final = 78  # above which a job counts (§3.4)

# Contracts that last by law or by their form: six months at least, then one.
DURABLE: Final = frozenset(
    {
        TypeContrat.CDI,
        TypeContrat.CDI_INTERIMAIRE,
        TypeContrat.CDI_INCLUSION,
        TypeContrat.CDD_6_MOIS_ET_PLUS,
        TypeContrat.APPRENTISSAGE,
        TypeContrat.PROFESSIONNALISATION,
    }
)
DURE_UN_MOIS: Final = DURABLE | {
    TypeContrat.CDD_1_A_6_MOIS,
    TypeContrat.CDD_INSERTION,
    TypeContrat.PEC,
    TypeContrat.ALTERNANCE_NON_PRECISEE,
    TypeContrat.FONCTION_PUBLIQUE,
    TypeContrat.CREATION_ENTREPRISE,
}

Unite = Literal["personne", "étape", "entrée"]


@dataclass(frozen=True)
class Indicateur:
    """Ce que l’on compte, sur quoi, et à partir de quand le nombre est sûr."""

    nom: str
    version: int
    libelle: str
    unite: Unite
    cohorte: str  # what happened in the month that makes the cohort
    numerateur: str
    denominateur: str
    definition: str
    inconnu: str | None  # what makes a unit unknown, if that can be seen
    horizon_mois: int = 0

    @property
    def identite(self) -> str:
        return f"{self.nom}, v{self.version}"

    def mur_le(self, dernier_mois: date) -> date:
        """Le jour à partir duquel la cohorte de ce mois ne bougera plus guère."""
        return periodes.mur_le(dernier_mois, self.horizon_mois)


def _acces(mois: int) -> Indicateur:
    return Indicateur(
        nom=f"taux_acces_{mois}m",
        version=1,
        libelle=f"Accès à la formation à {mois} mois",
        unite="personne",
        cohorte="orientées",
        numerateur=f"entrées dans les {mois} mois",
        denominateur="personnes orientées",
        definition=(
            "Personnes dont la première orientation est prononcée dans la période ; parmi elles, "
            f"celles qui entrent en formation de ce jour à la fin du {mois}e mois qui suit celui "
            "de l’orientation. Qui décède avant d’entrer n’est pas compté ; une entrée que "
            "personne ne dit compte comme absente. Ni la définition de la Dares, ni celle du "
            "Pacte, qui n’est pas écrite : ne pas les enchaîner."
        ),
        inconnu=None,
        horizon_mois=mois,
    )


def _emploi(mois: int) -> Indicateur:
    return Indicateur(
        nom=f"acces_emploi_{mois}m",
        version=1,
        libelle=f"Retour à l’emploi à {mois} mois",
        unite="personne",
        cohorte="sorties",
        numerateur="en emploi",
        denominateur="personnes sorties",
        definition=(
            "Personnes dont la dernière sortie du parcours est dans la période, abandons compris ; "
            f"parmi elles, celles qui commencent, du mois suivant la sortie à la fin du {mois}e, "
            "un travail de plus de 78 heures par mois ou d’un mois au moins (les dates ou la forme "
            "du contrat le disent). Un travail commencé le mois de la sortie fait connaître la "
            "situation, sans compter. Durable : CDI, ou six mois au moins."
        ),
        inconnu=(
            "Ni travail commencé depuis le mois de la sortie, ni nouvelle entrée, ni décès : "
            "sans emploi dans la borne basse, hors du compte dans la borne haute."
        ),
        horizon_mois=mois,
    )


ACCES_3M, ACCES_6M, ACCES_12M = _acces(3), _acces(6), _acces(12)
EMPLOI_6M, EMPLOI_12M = _emploi(6), _emploi(12)
ABANDON = Indicateur(
    nom="taux_abandon",
    version=1,
    libelle="Abandon",
    unite="étape",
    cohorte="sorties",
    numerateur="abandons et exclusions",
    denominateur="étapes sorties",
    definition=(
        "Étapes dont la sortie est dans la période, la dernière s’il en est dit plusieurs ; parmi "
        "elles, celles dont la sortie est un abandon ou une exclusion. Une suspension n’est pas un "
        "abandon ; une interruption par l’organisme, un transfert, une réussite avant terme non "
        "plus. Un abandon peut être contesté quinze jours : le recul de maturité les couvre."
    ),
    inconnu="La nature de la sortie n’est pas communiquée.",
)
CERTIFICATION = Indicateur(
    nom="taux_certification_net",
    version=1,
    libelle="Certification",
    unite="étape",
    cohorte="sorties",
    numerateur="certifications totales",
    denominateur="étapes certifiantes sorties",
    definition=(
        "Étapes certifiantes sorties dans la période, abandons compris ; parmi elles, celles dont "
        "le jury prononce la certification totale, au plus tard six mois après la sortie."
    ),
    inconnu=(
        "Aucun résultat connu, pour une étape menée à son terme : un abandon, une exclusion, une "
        "interruption, un transfert ou un décès sans jury n’est pas une certification."
    ),
    horizon_mois=6,
)
DELAI_ENTRE_ETAPES = Indicateur(
    nom="delai_entre_etapes",
    version=1,
    libelle="Délai entre deux étapes",
    unite="étape",
    cohorte="sorties",
    numerateur=f"suivies d’une entrée en {SANS_COUTURE} jours",
    denominateur="étapes sorties qu’une autre doit suivre",
    definition=(
        "Étapes sorties dans la période, décès exceptés, dont on connaît la suivante : une étape "
        "prescrite depuis celle-ci, ou où la personne est entrée depuis. L’attente va de la sortie "
        "à cette entrée, en jours civils, suspensions déduites ; elle est nulle si la personne y "
        f"est déjà. Parmi ces étapes, celles dont l’attente est de {SANS_COUTURE} jours au plus. "
        "Qui trouve d’abord un travail n’attend plus : son attente compte jusque-là, celle de qui "
        "attend encore jusqu’à aujourd’hui, dans la médiane et les quantiles (Kaplan-Meier)."
    ),
    inconnu=f"L’attente est interrompue, ou regardée, avant {SANS_COUTURE} jours.",
    horizon_mois=1,
)
COUTURES_OUVERTES = Indicateur(
    nom="coutures_ouvertes",
    version=1,
    libelle="Coutures ouvertes",
    unite="étape",
    cohorte="sorties",
    numerateur="coutures ouvertes",
    denominateur="étapes sorties",
    definition=(
        "Étapes sorties dans la période, décès exceptés ; parmi elles, celles que rien ne suit en "
        f"{SANS_COUTURE} jours : ni entrée, ni étape prescrite, ni travail."
    ),
    inconnu=f"Les {SANS_COUTURE} jours ne sont pas passés, et rien n’a encore suivi.",
    horizon_mois=1,
)
AES = Indicateur(
    nom="aes_realisees",
    version=1,
    libelle="Entrées dans un nouveau plan (AES)",
    unite="entrée",
    cohorte="entrées",
    numerateur="nouveaux plans de formation",
    denominateur="entrées",
    definition=(
        "Entrées en formation de la période, la première de chaque étape ; parmi elles, celles "
        "qui ouvrent un nouveau plan de formation. Une reprise après suspension n’en ouvre pas."
    ),
    inconnu="On n’a pas dit si l’entrée ouvre un nouveau plan.",
)
PARCOURS_ENGAGES = Indicateur(
    nom="parcours_engages",
    version=1,
    libelle="Parcours engagés",
    unite="entrée",
    cohorte="entrées",
    numerateur="parcours engagés",
    denominateur="entrées",
    definition=(
        "Entrées en formation de la période, la première de chaque étape ; parmi elles, la "
        "première de chaque parcours."
    ),
    inconnu=None,
)
ENTREES: Final = (AES, PARCOURS_ENGAGES)

INDICATEURS: Final = {
    indicateur.nom: indicateur
    for indicateur in (
        ACCES_3M,
        ACCES_6M,
        ACCES_12M,
        ABANDON,
        CERTIFICATION,
        EMPLOI_6M,
        EMPLOI_12M,
        DELAI_ENTRE_ETAPES,
        COUTURES_OUVERTES,
        *ENTREES,
    )
}
