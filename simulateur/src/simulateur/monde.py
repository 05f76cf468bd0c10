"""Ce qui entoure les personnes : les organisations, l’offre, l’instant qu’il est."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from kit.clock import civil_date
from simulateur.client import Organisation, Pile
from simulateur.offre import Session
from simulateur.personnes import personne
from simulateur.vies import Vie


@dataclass(frozen=True)
class Monde:
    pile: Pile
    offre: Sequence[Session]
    maintenant: datetime

    @property
    def aujourd_hui(self) -> date:
        return civil_date(self.maintenant)

    @property
    def comite(self) -> Organisation:
        [comite] = self.pile.de_role("comite_passerelle")
        return comite

    def vie(self, hasard: Random) -> Vie:
        """Une vie qui commence. France Travail et Cap emploi ont leur système, qui rapporte."""
        qui = personne(hasard, self.pile, self.aujourd_hui)
        ailleurs = qui.conseiller.role in {"france_travail", "cap_emploi"}
        return Vie(qui, hasard, ailleurs=ailleurs)

    def session(
        self, hasard: Random, type_etape: str, depuis: date, sauf: Organisation | None = None
    ) -> Session | None:
        """Une des deux premières sessions de ce type à commencer depuis ce jour."""
        a_venir = [
            une
            for une in self.offre
            if une.debut_le >= depuis and une.type_etape == type_etape and une.organisme != sauf
        ]
        return hasard.choice(a_venir[:2]) if a_venir else None

    def autre_organisme(self, hasard: Random, sauf: Organisation) -> Organisation:
        tous = self.pile.de_role("organisme_formation")
        return hasard.choice([un for un in tous if un != sauf])
