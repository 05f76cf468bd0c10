"""Ce que l’on demande à voir : une période, un axe, un public ; et qui a le droit de chercher."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import Depends

from contracts.listes import PublicCible
from indicateurs import domain
from indicateurs.domain import DOUZE_MOIS, Axe, Cohorte
from kit.access import Person
from kit.clock import Now, civil_date
from kit.errors import NotFound
from kit.pages import Visitor

REGION: Final = "region"


@dataclass(frozen=True)
class Demande:
    """La période que l’on regarde, et jusqu’où vont les courbes."""

    periode: Cohorte
    suite: date
    precise: bool  # its months were asked for
    region: bool

    @property
    def question(self) -> str:
        """Ce qui, dans une adresse, redemande la même chose."""
        return self.periode.question if self.precise else urlencode(self.periode.filtres)


def demande(  # noqa: PLR0913 - the fields of the form
    personne: Visitor,
    now: Now,
    *,
    debut: str = "",
    fin: str = "",
    axe: Literal[""] | Axe = "",
    public: Literal[""] | PublicCible = "",
) -> Demande:
    """Ce que la région cherche ; pour les autres, ce qu’elle publie.

    Sans mois choisi, les douze derniers mois mûrs, et les courbes jusqu’à aujourd’hui. Qui n’est
    pas de la région ne choisit ni mois, ni axe, ni public : de deux tableaux qui ne diffèrent que
    d’un mois, une soustraction ferait ce que le secret statistique tait.
    """
    region = personne.organisation.role == REGION
    aujourd_hui = civil_date(now)
    if not region:
        debut = fin = axe = public = ""
    premier = domain.mois_ecrit(debut, "debut") if debut else None
    dernier = domain.mois_ecrit(fin, "fin") if fin else domain.dernier_mois_mur(aujourd_hui)
    if not fin:
        dernier = max(dernier, premier or dernier)
    premier = premier or domain.mois_suivant(dernier, 1 - DOUZE_MOIS)
    precise = bool(debut or fin)
    periode = Cohorte(premier, dernier, axe or None, public or None)
    suite = dernier if precise else domain.mois_de(aujourd_hui)
    return Demande(periode, suite, precise, region)


async def _region(personne: Visitor) -> Person:
    """La région lit les événements derrière ses chiffres, sans personne ni parcours.

    Un événement est celui d’un parcours : les autres n’en lisent que les leurs, au suivi, et ne
    savent pas d’ici qu’il en existe d’autres (architecture.md §7 : 404, jamais 403).
    """
    if personne.organisation.role != REGION:
        raise NotFound
    return personne


LaDemande = Annotated[Demande, Depends(demande)]
DeLaRegion = Annotated[Person, Depends(_region)]
