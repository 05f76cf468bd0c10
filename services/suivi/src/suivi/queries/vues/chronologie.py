"""Les événements d’un parcours dans l’ordre de la vie, et ce qu’il est advenu d’un envoi."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from suivi.queries.vues.base import AnomalieVue, ReferenceVue, Vue
from suivi.queries.vues.parcours import AcompleterVue


class RectificationVue(Vue):
    """Ce qui annule un événement, ou le conteste."""

    evenement: ReferenceVue
    connue_le: datetime
    par: str | None
    motif: str


class CorrectionVue(RectificationVue):
    champs: dict[str, object]


class LigneVue(Vue):
    """Un événement de la chronologie, dans l’ordre de la vie de la personne."""

    source: str
    id: str
    type: str
    nom: str
    libelle: str
    survenu_le: datetime
    enregistre_le: datetime
    version: int
    position: int
    partition: int
    organisation: str | None
    organisation_nom: str | None = None
    etape_id: UUID | None = None
    causationid: str | None
    trace_id: str | None
    sans_effet: str | None
    tardif: bool
    corrections: list[CorrectionVue]
    annulations: list[RectificationVue]
    contestations: list[RectificationVue]
    anomalies: list[AnomalieVue] = Field(default_factory=list)
    confidences: list[str]


class ChronologieVue(Vue):
    """Tout ce qui est arrivé, y compris ce qui ne compte pas, et pourquoi."""

    parcours_id: UUID
    au: date
    connu_le: datetime | None
    version: int
    evenements: list[LigneVue]


class AttenteVue(Vue):
    """Un fait gardé dont on ne sait pas encore de quel parcours il parle."""

    source: str
    id: str
    type: str
    recu_le: datetime
    effet: Literal["EN_ATTENTE_DE_RAPPROCHEMENT"] = "EN_ATTENTE_DE_RAPPROCHEMENT"
    a_faire: str = (
        "Rien : il ira au journal quand le conseiller de la personne aura déclaré ce numéro. "
        "Pour ne pas attendre, le renvoyer avec le `subject` de son parcours."
    )


class StatutVue(Vue):
    """Ce qu’il est advenu d’un événement envoyé."""

    source: str
    id: str
    type: str
    parcours_id: UUID
    enregistre_le: datetime
    partition: int
    position: int
    version: int
    effet: str = Field(description="`PRIS_EN_COMPTE`, ou la raison pour laquelle il ne compte pas.")
    parcours_non_ouvert: bool
    a_faire: str | None
    anomalies: list[AnomalieVue]
    a_completer: list[AcompleterVue]
