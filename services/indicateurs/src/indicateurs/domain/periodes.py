"""Des mois, des cohortes, et à partir de quand un chiffre est sûr."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Self

# A cohort is mature once its horizon is past by this much (règle d). It covers the fifteen days
# during which an abandon may be contested (§3.2).
RECUL: Final = timedelta(days=45)


@dataclass(frozen=True)
class Cohorte:
    """De quel mois à quel mois (compris), et de qui l’on parle."""

    debut: date
    fin: date
    axe: int | None = None
    public: str | None = None

    def reculer(self, mois: int) -> Self:
        """La même, tant de mois plus tôt : celle dont l’horizon tombe dans la période."""
        return replace(
            self, debut=mois_suivant(self.debut, -mois), fin=mois_suivant(self.fin, -mois)
        )


def mois_de(jour: date) -> date:
    return jour.replace(day=1)


def mois_suivant(mois: date, nombre: int = 1) -> date:
    """Le premier jour du mois, `nombre` mois plus loin."""
    rang = mois.year * 12 + mois.month - 1 + nombre
    return date(rang // 12, rang % 12 + 1, 1)


def les_mois(debut: date, fin: date) -> Iterator[date]:
    """Du premier au dernier, compris."""
    while debut <= fin:
        yield debut
        debut = mois_suivant(debut)


def mur_le(mois: date, horizon: int) -> date:
    """Le jour à partir duquel la cohorte de ce mois ne bougera plus guère."""
    return mois_suivant(mois, horizon + 1) + RECUL


def dernier_mois_mur(le: date) -> date:
    """Le dernier mois mûr de ce qui s’observe sans attendre."""
    mois = mois_de(le)
    while mur_le(mois, 0) > le:
        mois = mois_suivant(mois, -1)
    return mois
