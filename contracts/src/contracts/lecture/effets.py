"""Quels événements comptent, et tels que corrigés (evenements.md §3, règles 1 et 2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from contracts.base import Reference
from contracts.catalogue import FaitDeParcours, Rectification, lire
from contracts.evenement import EvenementAnnule, EvenementCorrige
from contracts.parcours import ParcoursOuvert

Evenement = FaitDeParcours | Rectification


@dataclass(frozen=True)
class Anomalie:
    """Ce qui contredit quoi, en une phrase, et les événements en cause."""

    code: str
    phrase: str
    evenements: tuple[Reference, ...]


class SansEffet(StrEnum):
    """Pourquoi un événement du journal ne compte pas."""

    ANNULE = "annule"
    EN_ATTENTE_DE_CIBLE = "en_attente_de_cible"
    CIBLE_AILLEURS = "cible_ailleurs"
    CYCLE = "cycle"
    NON_HABILITE = "non_habilite"
    ILLISIBLE = "illisible"


@dataclass(frozen=True)
class Effets:
    """Ce que le journal d’un flux donne à lire, quel que soit l’ordre d’arrivée."""

    evenements: tuple[FaitDeParcours, ...]  # effective, corrected, in the order of life
    corrections: Mapping[Reference, tuple[EvenementCorrige, ...]]  # by fact, the last one wins
    sans_effet: Mapping[Reference, SansEffet]
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
    une = _Rectifications(ouvertures, ailleurs, _referents(ouvertures)).appliquer()
    autres = [e for e in connus if e.reference not in ouvrent]
    reste = _Rectifications(autres, ailleurs, _referents(une.evenements)).appliquer()
    return Effets(
        evenements=tuple(sorted(une.evenements + reste.evenements, key=ordre)),
        corrections={**une.corrections, **reste.corrections},
        sans_effet={**une.sans_effet, **reste.sans_effet},
        anomalies=tuple(
            sorted(une.anomalies + reste.anomalies, key=lambda a: (a.evenements, a.code))
        ),
    )


class _Rectifications:
    """Chaque rectification a une cible et une seule : on la suit, de proche en proche."""

    def __init__(
        self,
        journal: Iterable[Evenement],
        ailleurs: Collection[Reference],
        referents: Collection[str],
    ) -> None:
        self.par_reference = {e.reference: e for e in journal}
        self.sans_effet: dict[Reference, SansEffet] = {}
        self.anomalies: list[Anomalie] = []
        self.corrections: dict[Reference, tuple[EvenementCorrige, ...]] = {}
        self._evenements: dict[Reference, Evenement] = {}
        self._referents = referents
        self._visant: dict[Reference, set[Reference]] = defaultdict(set)
        cycles = self._cycles()
        for rectification in self.par_reference.values():
            if isinstance(rectification, Rectification):
                pourquoi = self._vaine(rectification, cycles, ailleurs)
                if pourquoi is None:
                    self._visant[rectification.data.cible.reference].add(rectification.reference)
                else:
                    self.sans_effet[rectification.reference] = pourquoi

    def appliquer(self) -> Effets:
        for reference in self._des_rectifications_a_leurs_cibles():
            self._evenements[reference] = self._corriger(reference)
            if any(self._effective(r, EvenementAnnule) for r in self._visant[reference]):
                self.sans_effet[reference] = SansEffet.ANNULE
        faits = [
            evenement
            for reference, evenement in self._evenements.items()
            if reference not in self.sans_effet and not isinstance(evenement, Rectification)
        ]
        return Effets(
            evenements=tuple(faits),
            corrections=self.corrections,
            sans_effet=self.sans_effet,
            anomalies=tuple(self.anomalies),
        )

    def _effective(self, reference: Reference, nature: type[Rectification]) -> bool:
        """Effective : aucune ne l’annule. Annuler une annulation la rétablit."""
        return reference not in self.sans_effet and isinstance(self._evenements[reference], nature)

    def _corriger(self, reference: Reference) -> Evenement:
        """L’événement avec ses corrections : champ par champ, la plus grande l’emporte."""
        evenement = self.par_reference[reference]
        corrections = [
            correction
            for r in self._visant[reference]
            if self._effective(r, EvenementCorrige)
            and isinstance(correction := self._evenements[r], EvenementCorrige)
        ]
        for correction in sorted(corrections, key=lambda c: (c.time, c.source, c.id)):
            try:
                evenement = _remplacer(evenement, correction.data.champs)
            except (ValidationError, LookupError, TypeError, ValueError):
                phrase = (
                    "La correction donnerait un événement illisible, ou en changerait la cible : "
                    "elle est sans effet."
                )
                self._signaler("correction_illisible", phrase, correction.reference, reference)
                self.sans_effet[correction.reference] = SansEffet.ILLISIBLE
            else:
                deja = self.corrections.get(reference, ())
                self.corrections[reference] = (*deja, correction)
        return evenement

    def _des_rectifications_a_leurs_cibles(self) -> Iterator[Reference]:
        """Chaque événement après ceux qui le visent. Sans récursion : la file peut être longue."""
        restent = {r: len(self._visant.get(r, ())) for r in self.par_reference}
        prets = [r for r, nombre in restent.items() if nombre == 0]
        while prets:
            reference = prets.pop()
            yield reference
            evenement = self.par_reference[reference]
            if isinstance(evenement, Rectification):
                cible = evenement.data.cible.reference
                if reference in self._visant.get(cible, ()):
                    restent[cible] -= 1
                    if restent[cible] == 0:
                        prets.append(cible)

    def _vaine(
        self, rectification: Rectification, cycles: set[Reference], ailleurs: Collection[Reference]
    ) -> SansEffet | None:
        cible = rectification.data.cible.reference
        if rectification.reference in cycles:
            phrase = "Ces rectifications se visent en rond : aucune n’a d’effet."
            self._signaler("cycle", phrase, rectification.reference, cible)
            return SansEffet.CYCLE
        if cible in ailleurs:
            phrase = "La rectification vise un événement d’un autre parcours : elle est sans effet."
            self._signaler("cible_ailleurs", phrase, rectification.reference, cible)
            return SansEffet.CIBLE_AILLEURS
        if cible not in self.par_reference:
            return SansEffet.EN_ATTENTE_DE_CIBLE
        emetteur = rectification.organisation
        if emetteur not in {self.par_reference[cible].organisation, *self._referents}:
            phrase = "Seuls l’émetteur d’un événement et le référent de la personne le rectifient."
            self._signaler("non_habilite", phrase, rectification.reference, cible)
            return SansEffet.NON_HABILITE
        return None

    def _cycles(self) -> set[Reference]:
        trouves: set[Reference] = set()
        vus: set[Reference] = set()
        for depart in self.par_reference:
            chemin: list[Reference] = []
            ici: Reference | None = depart
            while ici is not None and ici not in vus:
                vus.add(ici)
                chemin.append(ici)
                suivant = self.par_reference.get(ici)
                vise = isinstance(suivant, Rectification)
                ici = suivant.data.cible.reference if vise else None  # type: ignore[union-attr]
            if ici in chemin:
                trouves.update(chemin[chemin.index(ici) :])
        return trouves

    def _signaler(self, code: str, phrase: str, *references: Reference) -> None:
        self.anomalies.append(Anomalie(code, phrase, references))


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


def _remplacer(evenement: Evenement, champs: Mapping[str, Any]) -> Evenement:
    document = evenement.model_dump(mode="json", exclude_none=True)
    for pointeur, valeur in champs.items():
        *chemin, feuille = pointeur.removeprefix("/").split("/")
        ici: Any = document
        for pas in chemin:
            ici = ici[int(pas)] if isinstance(ici, list) else ici.setdefault(pas, {})
        if isinstance(ici, list):
            ici[int(feuille)] = valeur
        else:
            ici[feuille] = valeur
    lu = lire(document)
    if lu.target != evenement.target:
        # Whoever may say this of one event may not say it of another: annul, and say it anew.
        raise ValueError(lu.target)
    return lu
