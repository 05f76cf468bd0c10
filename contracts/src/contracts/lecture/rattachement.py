"""De quelle étape parle un événement qui ne le dit pas (evenements.md §1, « Étape »)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from contracts.base import DonneesEtape
from contracts.catalogue import FaitDeParcours
from contracts.orientation import OrientationPrononcee


class Rattachement:
    """Ce que l’on sait d’avance des étapes d’un parcours, avant d’en dérouler la vie.

    Tout vient des événements qui disent leur étape : l’ordre d’arrivée n’y change rien.
    """

    def __init__(self, evenements: Sequence[FaitDeParcours]) -> None:
        self._par_session: dict[UUID, list[tuple[datetime, UUID]]] = {}
        self._par_dossier: dict[tuple[str, str], UUID] = {}
        self.orientees: set[UUID] = set()
        for evenement in evenements:
            data = evenement.data
            if isinstance(data, DonneesEtape) and data.etape_id:
                self._retenir_session(evenement.time, data, data.etape_id)
                self._retenir_dossier(data, data.etape_id)
                if isinstance(evenement, OrientationPrononcee):
                    self.orientees.add(data.etape_id)

    def etape(self, evenement: FaitDeParcours, en_cours: Callable[[], UUID | None]) -> UUID | None:
        """L’étape de l’événement, créée si rien ne la dit ; `None` s’il n’en a pas.

        `en_cours` : l’étape en cours à la date de l’événement, demandée en dernier recours.
        """
        data = evenement.data
        if not isinstance(data, DonneesEtape):
            return getattr(data, "etape_id", None)
        etape_id = (
            data.etape_id
            or self._connue(evenement.time, data)
            or en_cours()
            or self._nouvelle(evenement)
        )
        # A dossier may say one étape and the session another: the session stays where it was.
        if data.session_id not in self._par_session:
            self._retenir_session(evenement.time, data, etape_id)
        self._retenir_dossier(data, etape_id)
        return etape_id

    def _connue(self, le: datetime, data: DonneesEtape) -> UUID | None:
        if data.dossier_ref:
            dossier = (data.dossier_ref.systeme, data.dossier_ref.valeur)
            if dossier in self._par_dossier:
                return self._par_dossier[dossier]
        if data.session_id not in self._par_session:
            return None
        # A person may come back on the same session in another étape: the one of that date.
        etapes = self._par_session[data.session_id]
        return next((etape for depuis, etape in reversed(etapes) if depuis <= le), etapes[0][1])

    def _nouvelle(self, evenement: FaitDeParcours) -> UUID:
        """Une étape déduite : toujours la même pour la même session ou le même dossier."""
        data = evenement.data
        nom = f"{evenement.source} {evenement.id}"
        if isinstance(data, DonneesEtape):
            if data.session_id:
                nom = f"session {data.session_id}"
            elif data.dossier_ref:
                nom = f"dossier {data.dossier_ref.systeme} {data.dossier_ref.valeur}"
        return uuid5(evenement.subject, nom)

    def _retenir_session(self, le: datetime, data: DonneesEtape, etape_id: UUID) -> None:
        if data.session_id:
            self._par_session.setdefault(data.session_id, []).append((le, etape_id))

    def _retenir_dossier(self, data: DonneesEtape, etape_id: UUID) -> None:
        if data.dossier_ref:
            dossier = (data.dossier_ref.systeme, data.dossier_ref.valeur)
            self._par_dossier.setdefault(dossier, etape_id)
