"""Ce que toutes les réponses partagent : désigner un événement, dire ce qui cloche."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from contracts.base import Reference
from contracts.lecture import Anomalie


class Vue(BaseModel):
    model_config = ConfigDict(frozen=True, use_enum_values=True)


class ReferenceVue(Vue):
    """Ce qui désigne un événement."""

    source: str
    id: str

    @classmethod
    def de(cls, reference: Reference) -> Self:
        return cls(source=reference.source, id=reference.id)


class AnomalieVue(Vue):
    """Ce qui contredit quoi : le fait est gardé, et c’est à son émetteur de le rectifier."""

    code: str
    phrase: str
    evenements: list[ReferenceVue]

    @classmethod
    def de(cls, anomalie: Anomalie) -> Self:
        return cls(
            code=anomalie.code,
            phrase=anomalie.phrase,
            evenements=[ReferenceVue.de(r) for r in anomalie.evenements],
        )
