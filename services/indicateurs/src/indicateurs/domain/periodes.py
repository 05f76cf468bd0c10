"""Des mois, des cohortes, et à partir de quand un chiffre est sûr."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlencode

from pydantic import BeforeValidator

from kit.errors import FieldError, Invalid

DOUZE_MOIS: Final = 12

# A cohort is mature once its horizon is past by this much (règle d). It covers the fifteen days
# during which an abandon may be contested (§3.2).
RECUL: Final = timedelta(days=45)

Axe = Annotated[Literal[1, 2], BeforeValidator(lambda axe: int(axe) if axe in {"1", "2"} else axe)]


@dataclass(frozen=True)
class Cohorte:
    """De quel mois à quel mois (compris), et de qui l’on parle."""

    debut: date
    fin: date
    axe: int | None = None
    public: str | None = None

    def __post_init__(self) -> None:
        if self.debut > self.fin:
            detail = "Le premier mois doit précéder le dernier"
            raise Invalid(FieldError("PERIODE_INVERSEE", "?debut", detail))

    @property
    def question(self) -> str:
        """Ce qui, dans une adresse, redemande cette cohorte."""
        mois = {"debut": f"{self.debut:%Y-%m}", "fin": f"{self.fin:%Y-%m}"}
        return urlencode(mois | self.filtres)

    @property
    def filtres(self) -> dict[str, str]:
        """De qui l’on parle, quand ce n’est pas de tout le monde."""
        filtres = {"axe": self.axe, "public": self.public}
        return {nom: str(valeur) for nom, valeur in filtres.items() if valeur is not None}

    def reculer(self, mois: int) -> Self:
        """La même, tant de mois plus tôt : celle dont l’horizon tombe dans la période."""
        return replace(
            self, debut=mois_suivant(self.debut, -mois), fin=mois_suivant(self.fin, -mois)
        )


def mois_ecrit(texte: str, nom: str) -> date:
    """Le mois que dit une adresse, au paramètre de ce nom : `2026-03`."""
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", texte):
        detail = "Un mois est attendu, par exemple 2026-03"
        raise Invalid(FieldError("FORMAT_MOIS", f"?{nom}", detail))
    return date.fromisoformat(f"{texte}-01")


def mois_de(jour: date) -> date:
    return jour.replace(day=1)


def mois_suivant(mois: date, nombre: int = 1) -> date:
    """Le premier jour du mois, `nombre` mois plus loin."""
    rang = mois.year * 12 + mois.month - 1 + nombre
    return date(rang // 12, rang % 12 + 1, 1)


def les_mois(cohorte: Cohorte) -> Iterator[date]:
    mois = cohorte.debut
    while mois <= cohorte.fin:
        yield mois
        mois = mois_suivant(mois)


def annee(numero: int) -> Cohorte:
    return Cohorte(date(numero, 1, 1), date(numero, 12, 1))


def mur_le(mois: date, horizon: int) -> date:
    """Le jour à partir duquel la cohorte de ce mois ne bougera plus guère."""
    return mois_suivant(mois, horizon + 1) + RECUL


def dernier_mois_mur(le: date) -> date:
    """Le dernier mois mûr de ce qui s’observe sans attendre."""
    mois = mois_de(le)
    while mur_le(mois, 0) > le:
        mois = mois_suivant(mois, -1)
    return mois
