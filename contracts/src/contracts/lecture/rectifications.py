"""Rectifier sans rien effacer : corrections, annulations, contestations (règle 1 de la lecture)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from contracts.base import Reference
from contracts.catalogue import Rectification, lire
from contracts.evenement import EvenementAnnule, EvenementConteste, EvenementCorrige
from contracts.lecture.base import Anomalie, Evenement, Raison

R = TypeVar("R", bound=Rectification)


class Rectifications:
    """Ce que valent des événements et leurs rectifications.

    Chaque rectification a une cible et une seule : on la suit, de proche en proche. `referents` :
    qui répond de la personne, et peut donc rectifier ce que d’autres ont dit.
    """

    def __init__(
        self,
        journal: Iterable[Evenement],
        ailleurs: Collection[Reference],
        referents: Collection[str],
    ) -> None:
        self.sans_effet: dict[Reference, Raison] = {}
        self.anomalies: list[Anomalie] = []
        self.corrections: dict[Reference, tuple[EvenementCorrige, ...]] = {}
        self.annulations: dict[Reference, tuple[EvenementAnnule, ...]] = {}
        self.contestations: dict[Reference, tuple[EvenementConteste, ...]] = {}
        self._par_reference = {e.reference: e for e in journal}
        self._evenements: dict[Reference, Evenement] = {}
        self._referents = referents
        self._visant: dict[Reference, set[Reference]] = defaultdict(set)
        cycles = self._cycles()
        for rectification in self._par_reference.values():
            if isinstance(rectification, Rectification):
                pourquoi = self._vaine(rectification, cycles, ailleurs)
                if pourquoi is None:
                    self._visant[rectification.data.cible.reference].add(rectification.reference)
                else:
                    self.sans_effet[rectification.reference] = pourquoi
        for reference in self._des_rectifications_a_leurs_cibles():
            self._evenements[reference] = self._corriger(reference)
            if annulations := self._effectives(reference, EvenementAnnule):
                self.annulations[reference] = annulations
                self.sans_effet[reference] = Raison.ANNULE
        for evenement in self.effectifs:
            if contestations := self._effectives(evenement.reference, EvenementConteste):
                self.contestations[evenement.reference] = contestations
                self._signaler_les_contestations(evenement, contestations)

    @property
    def effectifs(self) -> list[Evenement]:
        """Ce qui compte, tel que corrigé : aucune annulation effective ne le vise."""
        return [e for r, e in self._evenements.items() if r not in self.sans_effet]

    def _effectives(self, reference: Reference, nature: type[R]) -> tuple[R, ...]:
        """Celles de cette nature qui visent l’événement. Annuler une annulation la rétablit."""
        visant = (self._evenements[r] for r in self._visant[reference] if r not in self.sans_effet)
        trouvees = [evenement for evenement in visant if isinstance(evenement, nature)]
        return tuple(sorted(trouvees, key=_grandeur))

    def _corriger(self, reference: Reference) -> Evenement:
        """L’événement avec ses corrections : champ par champ, la plus grande l’emporte."""
        evenement = self._par_reference[reference]
        for correction in self._effectives(reference, EvenementCorrige):
            try:
                evenement = _remplacer(evenement, correction.data.champs)
            except (ValidationError, LookupError, TypeError, ValueError):
                phrase = (
                    "La correction donnerait un événement illisible, ou en changerait la cible : "
                    "elle est sans effet."
                )
                self._signaler("correction_illisible", phrase, correction.reference, reference)
                self.sans_effet[correction.reference] = Raison.ILLISIBLE
            else:
                deja = self.corrections.get(reference, ())
                self.corrections[reference] = (*deja, correction)
        return evenement

    def _signaler_les_contestations(
        self, evenement: Evenement, contestations: Iterable[EvenementConteste]
    ) -> None:
        """L’événement garde son effet ; le corriger après coup répond à qui le conteste."""
        corrections = self.corrections.get(evenement.reference, ())
        reponses = [_grandeur(correction) for correction in corrections]
        for contestation in contestations:
            if all(_grandeur(contestation) > reponse for reponse in reponses):
                phrase = (
                    f"« {evenement.libelle} » est contesté : "
                    f"{contestation.data.motif.libelle.lower()}. "
                    "Il compte tel qu’il est dit, tant que nul n’a répondu."
                )
                self._signaler("contestation", phrase, evenement.reference, contestation.reference)

    def _des_rectifications_a_leurs_cibles(self) -> Iterator[Reference]:
        """Chaque événement après ceux qui le visent. Sans récursion : la file peut être longue."""
        restent = {r: len(self._visant.get(r, ())) for r in self._par_reference}
        prets = [r for r, nombre in restent.items() if nombre == 0]
        while prets:
            reference = prets.pop()
            yield reference
            evenement = self._par_reference[reference]
            if isinstance(evenement, Rectification):
                cible = evenement.data.cible.reference
                if reference in self._visant.get(cible, ()):
                    restent[cible] -= 1
                    if restent[cible] == 0:
                        prets.append(cible)

    def _vaine(
        self, rectification: Rectification, cycles: set[Reference], ailleurs: Collection[Reference]
    ) -> Raison | None:
        cible = rectification.data.cible.reference
        if rectification.reference in cycles:
            phrase = "Ces rectifications se visent en rond : aucune n’a d’effet."
            self._signaler("cycle", phrase, rectification.reference, cible)
            return Raison.CYCLE
        if cible in ailleurs:
            phrase = "La rectification vise un événement d’un autre parcours : elle est sans effet."
            self._signaler("cible_ailleurs", phrase, rectification.reference, cible)
            return Raison.CIBLE_AILLEURS
        if cible not in self._par_reference:
            return Raison.EN_ATTENTE_DE_CIBLE
        emetteur = rectification.organisation
        if emetteur not in {self._par_reference[cible].organisation, *self._referents}:
            phrase = "Seuls l’émetteur d’un événement et le référent de la personne le rectifient."
            self._signaler("non_habilite", phrase, rectification.reference, cible)
            return Raison.NON_HABILITE
        return None

    def _cycles(self) -> set[Reference]:
        trouves: set[Reference] = set()
        vus: set[Reference] = set()
        for depart in self._par_reference:
            chemin: list[Reference] = []
            ici: Reference | None = depart
            while ici is not None and ici not in vus:
                vus.add(ici)
                chemin.append(ici)
                suivant = self._par_reference.get(ici)
                vise = isinstance(suivant, Rectification)
                ici = suivant.data.cible.reference if vise else None  # type: ignore[union-attr]
            if ici in chemin:
                trouves.update(chemin[chemin.index(ici) :])
        return trouves

    def _signaler(self, code: str, phrase: str, *references: Reference) -> None:
        self.anomalies.append(Anomalie(code, phrase, references))


def _grandeur(rectification: Rectification) -> tuple[datetime, str, str]:
    """De plusieurs, la plus grande l’emporte, quel que soit l’ordre où on les apprend."""
    return rectification.time, rectification.source, rectification.id


def _remplacer(evenement: Evenement, champs: Mapping[str, Any]) -> Evenement:
    document = evenement.dit.model_dump(mode="json", exclude_none=True)
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
