"""Ce qui a été dit d’une personne, et ce qui en compte : corrigé, et non annulé."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from kit.clock import civil_date
from simulateur import vies
from simulateur.vies import Etape

# In the order of life, for what happens at the same instant.
_RANGS = {
    nom: rang
    for rang, noms in enumerate(
        (
            [vies.OUVERTURE],
            [vies.ORIENTATION],
            [vies.DEMANDE, vies.AVIS, vies.REFUS],
            [vies.RESERVATION, vies.GARANTIE],
            [vies.ENTREE],
            [vies.ATTESTATION],
            [vies.SUSPENSION],
            [vies.SAISINE, vies.DECISION],
            [vies.REPRISE],
            [vies.ABANDON],
            [vies.SORTIE],
            [vies.CERTIFICATION],
            [vies.EMPLOI],
        )
    )
    for nom in noms
}


class Reference(NamedTuple):
    source: str
    id: str


@dataclass(frozen=True)
class Dit:
    """Ce qui a été dit, tel que le journal doit l’avoir."""

    reference: Reference
    nom: str
    le: datetime
    etape: Etape | None
    data: Mapping[str, Any]
    cible: Reference | None = None

    @property
    def jour(self) -> date:
        return civil_date(self.le)

    @property
    def ordre(self) -> tuple[datetime, int, Reference]:
        return self.le, _RANGS[self.nom], self.reference


def effectifs(tous: Mapping[Reference, Dit]) -> list[Dit]:
    """Les faits qui comptent, tels que corrigés. Ce qui est annulé ne compte pas."""
    rectifications = [dit for dit in tous.values() if dit.cible]
    annules = _annules(rectifications)
    corrigent = defaultdict(list)
    for dit in rectifications:
        if dit.nom == vies.CORRECTION and dit.reference not in annules:
            corrigent[dit.cible].append(dit)
    return [
        _corrige(dit, corrigent[dit.reference])
        for dit in tous.values()
        if not dit.cible and dit.reference not in annules
    ]


def _annules(rectifications: Sequence[Dit]) -> set[Reference]:
    """Les références annulées par une annulation qui ne l’est pas elle-même."""
    par = {dit.cible: dit.reference for dit in rectifications if dit.nom == vies.ANNULATION}

    def annule(reference: Reference) -> bool:
        return reference in par and not annule(par[reference])

    return {cible for cible in par if cible and annule(cible)}


def _corrige(dit: Dit, corrections: Sequence[Dit]) -> Dit:
    le, data = dit.le, dict(dit.data)
    for correction in sorted(corrections, key=lambda dit: (dit.le, dit.reference)):
        for pointeur, valeur in correction.data["champs"].items():
            if pointeur == "/time":
                le = datetime.fromisoformat(valeur)
            else:
                data[pointeur.removeprefix("/data/")] = valeur
    return Dit(dit.reference, dit.nom, le, dit.etape, data)
