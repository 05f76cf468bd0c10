"""Les indicateurs et leurs définitions (indicateurs.md §3), sans calcul ni base."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from contracts.listes import TypeContrat

# A cohort is mature once its horizon is past by this much (règle d).
RECUL: Final = timedelta(days=45)
# Under this denominator, nothing is published (règle e).
SECRET: Final = 20
# An abandon stands once nobody contested it for this long (§3.2).
CONTESTATION: Final = timedelta(days=15)
SANS_COUTURE: Final = 30  # days between two étapes (§3.9)
HEURES_PAR_MOIS: Final = 78  # above which a job counts (§3.4)
SEMAINES_PAR_MOIS: Final = 52 / 12

# Contracts whose form says that they last (§3.4): a month at least, then six.
DURE_UN_MOIS: Final = frozenset(
    {
        TypeContrat.CDI,
        TypeContrat.CDI_INTERIMAIRE,
        TypeContrat.CDI_INCLUSION,
        TypeContrat.CDD_6_MOIS_ET_PLUS,
        TypeContrat.CDD_1_A_6_MOIS,
        TypeContrat.APPRENTISSAGE,
        TypeContrat.PROFESSIONNALISATION,
        TypeContrat.FONCTION_PUBLIQUE,
        TypeContrat.ALTERNANCE_NON_PRECISEE,
    }
)

Unite = Literal["personne", "étape"]


@dataclass(frozen=True)
class Indicateur:
    """Ce que l’on compte, sur quoi, et à partir de quand le nombre est sûr."""

    nom: str
    version: int
    libelle: str
    unite: Unite
    numerateur: str
    denominateur: str
    definition: str
    horizon_mois: int = 0
    recul: timedelta = RECUL

    @property
    def identite(self) -> str:
        return f"{self.nom}, v{self.version}"

    def mur_le(self, dernier_mois: date) -> date:
        """Le jour à partir duquel la cohorte de ce mois ne bougera plus guère."""
        return mois_suivant(dernier_mois, self.horizon_mois + 1) + self.recul


@dataclass(frozen=True)
class Cohorte:
    """De quel mois à quel mois (compris), et de qui l’on parle."""

    debut: date
    fin: date
    axe: int | None = None
    public: str | None = None


def mois_suivant(mois: date, nombre: int = 1) -> date:
    """Le premier jour du mois, `nombre` mois plus loin."""
    rang = mois.year * 12 + mois.month - 1 + nombre
    return date(rang // 12, rang % 12 + 1, 1)


def _acces(mois: int) -> Indicateur:
    return Indicateur(
        nom=f"taux_acces_{mois}m",
        version=1,
        libelle=f"Accès à la formation à {mois} mois",
        unite="personne",
        numerateur=f"entrées dans les {mois} mois",
        denominateur="personnes orientées",
        definition=(
            "Personnes dont la première orientation est prononcée dans la période ; parmi elles, "
            f"celles qui entrent en formation depuis ce jour et avant la fin du {mois}e mois qui "
            "suit celui de l’orientation. Ni la définition de la Dares, ni celle du pacte : ne pas "
            "les enchaîner."
        ),
        horizon_mois=mois,
    )


def _emploi(mois: int) -> Indicateur:
    return Indicateur(
        nom=f"acces_emploi_{mois}m",
        version=1,
        libelle=f"Retour à l’emploi à {mois} mois",
        unite="personne",
        numerateur="en emploi",
        denominateur="sortants",
        definition=(
            "Personnes dont la dernière sortie est dans la période, abandons compris ; parmi "
            f"elles, celles qui commencent, entre le mois suivant la sortie et le {mois}e, un "
            "travail de plus de 78 heures par mois ou d’un mois au moins. Une personne dont on ne "
            "sait rien compte sans emploi dans la borne basse et ne compte pas dans la borne haute."
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
    numerateur="abandons et exclusions",
    denominateur="étapes sorties",
    definition=(
        "Étapes sorties dans la période ; parmi elles, celles dont la sortie est un abandon ou une "
        "exclusion. Une suspension n’est pas un abandon ; une interruption par l’organisme, un "
        "transfert, une réussite avant terme non plus."
    ),
    recul=CONTESTATION,
)
CERTIFICATION = Indicateur(
    nom="taux_certification_net",
    version=1,
    libelle="Certification",
    unite="étape",
    numerateur="certifications totales",
    denominateur="étapes certifiantes sorties",
    definition=(
        "Étapes certifiantes sorties dans la période, abandons compris ; parmi elles, celles dont "
        "le jury prononce la certification totale dans les six mois après la sortie."
    ),
    horizon_mois=6,
)
DELAI_ENTRE_ETAPES = Indicateur(
    nom="delai_entre_etapes",
    version=1,
    libelle="Délai entre deux étapes",
    unite="étape",
    numerateur=f"entrées à l’étape suivante en {SANS_COUTURE} jours",
    denominateur="sorties qu’un travail ne suit pas d’abord",
    definition=(
        "Sorties de la période que suit une nouvelle entrée, ou rien encore : qui a d’abord trouvé "
        "un travail n’attend plus. Parmi elles, celles que suit une entrée en "
        f"{SANS_COUTURE} jours civils au plus. La médiane et les quantiles comptent aussi ceux qui "
        "attendent encore (Kaplan-Meier)."
    ),
    recul=timedelta(days=SANS_COUTURE),
)

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
    )
}


def quantile(attentes: list[tuple[int, bool]], part: float) -> int | None:
    """Le nombre de jours au bout duquel `part` des attentes ont fini (Kaplan-Meier).

    `attentes` : (jours, finie). Une attente non finie compte jusqu’à ses jours. `None` si cette
    part n’est pas encore atteinte.
    """
    restent, survie = len(attentes), 1.0
    for jours in sorted({jours for jours, _ in attentes}):
        finies = sum(finie for j, finie in attentes if j == jours)
        if finies:
            survie *= 1 - finies / restent
            if survie <= 1 - part:
                return jours
        restent -= sum(j == jours for j, _ in attentes)
    return None
