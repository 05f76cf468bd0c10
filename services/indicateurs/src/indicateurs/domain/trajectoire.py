"""La trajectoire du Pacte : combien chaque année, et où l’on devrait en être."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from indicateurs.domain.periodes import DOUZE_MOIS, Cohorte, mois_suivant
from indicateurs.domain.points import Point


@dataclass(frozen=True)
class Cible:
    """Ce que le Pacte attend d’une année ; reconduite quand il s’est arrêté avant elle."""

    nombre: int
    annee: int  # the year of the pact whose level this is

    def au_mois(self, mois: int) -> float:
        """La part de l’année, mois par mois égaux."""
        return self.nombre * mois / DOUZE_MOIS


@dataclass(frozen=True)
class Avancement:
    """Une année, cumulée mois après mois, et sa cible s’il y en a une."""

    cohorte: Cohorte  # the months that are over, or all of them if none is
    cumul: Sequence[int]  # of those that are over
    entrees: int
    cible: Cible | None

    @property
    def annee(self) -> int:
        return self.cohorte.debut.year

    @property
    def atteint(self) -> int:
        return self.cumul[-1] if self.cumul else 0

    @property
    def attendu(self) -> float | None:
        """Ce que la cible attend à la fin du dernier mois passé."""
        return self.cible.au_mois(len(self.cumul)) if self.cible and self.cumul else None

    @property
    def au_rythme_actuel(self) -> int:
        """L’année, si tous ses mois ressemblent à la moyenne des mois passés."""
        return round(self.atteint * DOUZE_MOIS / len(self.cumul)) if self.cumul else 0


def cible(par_annee: Mapping[int, int], annee: int) -> Cible | None:
    """La cible de cette année ; après la dernière du Pacte, son niveau reconduit."""
    derniere = max(par_annee)
    retenue = min(annee, derniere)
    return Cible(par_annee[retenue], retenue) if retenue in par_annee else None


def avancer(serie: Sequence[Point], objectif: Cible | None, le: date) -> Avancement:
    """Où en est l’année de cette série, au soir du dernier mois passé le jour `le`."""
    passes = [point for point in serie if mois_suivant(point.fin) <= le]
    cumul, somme = [], 0
    for point in passes:
        somme += point.numerateur
        cumul.append(somme)
    entrees = sum(point.denominateur for point in passes)
    cohorte = Cohorte(serie[0].debut, (passes or serie)[-1].fin)
    return Avancement(cohorte, cumul, entrees, objectif)
