"""Ce que toutes les commandes ont en commun : ce qu’on leur dit, et ce qu’elles répondent."""

from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from pydantic import ConfigDict, Field, ValidationInfo, model_validator

from contracts.base import Cible, Evenement, Instant, Reference, Valeur


class Demande(Valeur):
    """Le corps d’une commande. `survenu_le` date une décision prise avant d’être saisie."""

    model_config = ConfigDict(extra="forbid")

    survenu_le: Instant | None = None

    @model_validator(mode="before")
    @classmethod
    def _rien_de_plus(cls, document: object, info: ValidationInfo) -> object:
        """Refuser un champ non prévu à toute profondeur : la configuration s’arrête au premier."""
        if isinstance(document, dict) and info.context is None:
            cls.model_validate(document, extra="forbid", context={})
        return document


class Acte(NamedTuple):
    """Qui décide, où et quand, pris à la porte ; et l’identifiant de l’événement qui le dira.

    Ce que l’événement crée (un parcours, une place, une saisine) porte le même identifiant.
    """

    source: str
    id: UUID
    organisation: str
    le: datetime
    traceparent: str | None = None

    def enveloppe(self, parcours_id: UUID, cause: Reference | None = None) -> dict[str, Any]:
        """L’enveloppe de l’événement qui dit cette décision, que `cause` a amenée."""
        return {
            "source": self.source,
            "id": str(self.id),
            "subject": parcours_id,
            "time": self.le,
            "organisation": self.organisation,
            "correlationid": str(parcours_id),
            "causationid": cause and f"{cause.source} {cause.id}",
            "traceparent": self.traceparent,
        }


class Recu(Valeur):
    """Ce que répond une commande : l’événement écrit, et ce qu’il lui manque encore."""

    evenement: Cible
    a_completer: dict[str, str] = Field({}, description="Champ → ce qui est attendu.")

    @classmethod
    def de(cls, evenement: Evenement, **cree: UUID) -> Self:
        cible = Cible(source=evenement.source, id=evenement.id)
        return cls(evenement=cible, a_completer=evenement.a_completer, **cree)
