"""Une lecture datée : jusqu’où l’on lit la vie de la personne, et ce que l’on savait alors."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from contracts.base import Reference
from contracts.evenement import EvenementCorrige
from contracts.lecture.base import Evenement
from contracts.lecture.parcours import Parcours


@dataclass(frozen=True)
class Relecture:
    """Un parcours lu jusqu’à une date, tel que connu à un instant."""

    parcours: Parcours
    connu_le: datetime

    @cached_property
    def comptent(self) -> dict[Reference, Evenement]:
        """Ce qui compte, tel que corrigé : les faits d’ici à la date lue, les rectifications."""
        appuis = (*self.parcours.evenements, *self.parcours.effets.rectifications)
        return {evenement.reference: evenement for evenement in appuis}

    @cached_property
    def connus(self) -> set[Reference]:
        lus = self.parcours.effets
        faits = {evenement.reference for evenement in lus.evenements}
        return {*faits, *self.comptent, *lus.sans_effet}

    def corrections(self, reference: Reference) -> dict[Reference, EvenementCorrige]:
        return {c.reference: c for c in self.parcours.effets.corrections.get(reference, ())}
