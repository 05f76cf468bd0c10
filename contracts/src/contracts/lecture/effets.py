"""Quels événements comptent, et tels que corrigés (evenements.md §3, règles 1 et 2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.base import Reference
from contracts.catalogue import FaitDeParcours, Rectification
from contracts.evenement import EvenementAnnule, EvenementConteste, EvenementCorrige
from contracts.lecture.base import Anomalie, Evenement, Raison
from contracts.lecture.rectifications import Rectifications
from contracts.parcours import ParcoursOuvert


@dataclass(frozen=True)
class Effets:
    """Ce que le journal d’un flux donne à lire, quel que soit l’ordre d’arrivée."""

    evenements: tuple[FaitDeParcours, ...]  # effective, corrected, in the order of life
    rectifications: tuple[Rectification, ...]  # effective, corrected, in the order of life
    # What rectifies each event, in the order of life: of corrections, the last one wins.
    corrections: Mapping[Reference, tuple[EvenementCorrige, ...]]
    annulations: Mapping[Reference, tuple[EvenementAnnule, ...]]
    contestations: Mapping[Reference, tuple[EvenementConteste, ...]]
    sans_effet: Mapping[Reference, Raison]
    anomalies: tuple[Anomalie, ...]

    @property
    def referents(self) -> frozenset[str]:
        """Qui répond de la personne, d’après l’ouverture telle qu’elle compte."""
        return _referents(self.evenements)


def ordre(evenement: Evenement) -> tuple[Any, ...]:
    """L’ordre de la vie : date d’effet, rang du type, source, identifiant. Jamais la position."""
    return evenement.time, evenement.rang, evenement.source, evenement.id


def effets(journal: Iterable[Evenement], ailleurs: Collection[Reference] = ()) -> Effets:
    """Les événements qui comptent.

    `ailleurs` : les cibles que l’on sait être dans un autre flux. Les inconnues attendent.
    """
    connus = {evenement.reference: evenement for evenement in journal}.values()
    ouvrent = _de_l_ouverture(connus)
    ouvertures = [e for e in connus if e.reference in ouvrent]
    # Who answers for the person is read from the opening as corrected; who may correct it, from
    # the opening as it was first said: otherwise each would depend on the other.
    une = Rectifications(ouvertures, ailleurs, _referents(ouvertures))
    autres = [e for e in connus if e.reference not in ouvrent]
    reste = Rectifications(autres, ailleurs, _referents(une.effectifs))
    effectifs = sorted((*une.effectifs, *reste.effectifs), key=ordre)
    return Effets(
        evenements=tuple(e for e in effectifs if not isinstance(e, Rectification)),
        rectifications=tuple(e for e in effectifs if isinstance(e, Rectification)),
        corrections={**une.corrections, **reste.corrections},
        annulations={**une.annulations, **reste.annulations},
        contestations={**une.contestations, **reste.contestations},
        sans_effet={**une.sans_effet, **reste.sans_effet},
        anomalies=tuple(
            sorted((*une.anomalies, *reste.anomalies), key=lambda a: (a.evenements, a.code))
        ),
    )


def _de_l_ouverture(journal: Iterable[Evenement]) -> set[Reference]:
    """L’ouverture du parcours et ce qui la rectifie, de proche en proche."""
    visant: dict[Reference, list[Reference]] = defaultdict(list)
    for evenement in journal:
        if isinstance(evenement, Rectification):
            visant[evenement.data.cible.reference].append(evenement.reference)
    trouves: set[Reference] = set()
    a_suivre = [e.reference for e in journal if isinstance(e, ParcoursOuvert)]
    while a_suivre:
        reference = a_suivre.pop()
        trouves.add(reference)
        a_suivre.extend(visant[reference])
    return trouves


def _referents(journal: Iterable[Evenement]) -> frozenset[str]:
    """Qui répond de la personne : la structure qui a ouvert le parcours, et le référent dit."""
    ouvertures = [e for e in journal if isinstance(e, ParcoursOuvert)]
    return frozenset(
        urn
        for o in ouvertures
        for urn in (o.organisation, o.data.referent.organisme.urn if o.data.referent else None)
        if urn
    )
