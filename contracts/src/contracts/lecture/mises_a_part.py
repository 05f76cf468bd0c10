"""Sur quoi une lecture repose, et ce qu’elle met à part en disant pourquoi."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.base import Reference, jour
from contracts.evenement import EvenementCorrige
from contracts.lecture.base import Evenement, Raison
from contracts.lecture.effets import ordre
from contracts.lecture.parcours import Parcours


@dataclass(frozen=True, order=True)
class MiseAPart:
    """Un événement mis à part : pourquoi, par lesquels, et les champs s’il est corrigé."""

    evenement: Reference
    raison: Raison
    par: tuple[Reference, ...] = ()
    champs: tuple[str, ...] = ()


def appuis(parcours: Parcours) -> list[Evenement]:
    """Ce sur quoi les états reposent : les faits vécus, et les rectifications effectives.

    Une rectification vaut par ce que l’on sait, quelle que soit sa date.
    """
    return sorted([*parcours.evenements, *parcours.effets.rectifications], key=ordre)


def mises_a_part(
    parcours: Parcours, pas_encore_connus: Iterable[Reference] = ()
) -> list[MiseAPart]:
    """Tout événement est un appui, ou est ici. Un appui corrigé y est pour ses champs d’origine."""
    lus = parcours.effets
    trouvees = [MiseAPart(reference, Raison.PAS_ENCORE_CONNU) for reference in pas_encore_connus]
    trouvees += [
        MiseAPart(evenement.reference, Raison.POSTERIEUR)
        for evenement in lus.evenements
        if jour(evenement.time) > parcours.au
    ]
    trouvees += [
        MiseAPart(reference, raison, tuple(a.reference for a in lus.annulations.get(reference, ())))
        for reference, raison in lus.sans_effet.items()
    ]
    trouvees += [
        MiseAPart(reference, Raison.CORRIGE, (par,), champs)
        for reference, corrections in lus.corrections.items()
        if reference not in lus.sans_effet
        for par, champs in _champs(corrections).items()
    ]
    return sorted(trouvees)


def _champs(corrections: Iterable[EvenementCorrige]) -> dict[Reference, tuple[str, ...]]:
    """Les champs que chaque correction l’emporte à dire ; de plusieurs, la dernière."""
    gagnantes = {
        champ: correction.reference
        for correction in corrections
        for champ in correction.data.champs
    }
    return {
        par: tuple(champ for champ, gagnante in gagnantes.items() if gagnante == par)
        for par in gagnantes.values()
    }
