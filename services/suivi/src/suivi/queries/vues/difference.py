"""Ce qui diffère entre deux lectures d’un parcours."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from contracts.lecture import Ecart, NatureEcart
from suivi.queries.lecture import Lecture
from suivi.queries.vues.base import ReferenceVue, Vue


class LectureVue(Vue):
    """Une lecture : jusqu’où, et ce que l’on savait."""

    au: date
    connu_le: datetime | None = Field(description="Quand on a su le dernier de ses événements.")
    version: int

    @classmethod
    def de(cls, lecture: Lecture) -> Self:
        return cls(au=lecture.parcours.au, connu_le=lecture.connu_le, version=lecture.version)


class EcartVue(Vue):
    """Une différence, et sa phrase."""

    nature: NatureEcart
    nature_libelle: str
    phrase: str
    evenements: list[ReferenceVue]

    @classmethod
    def de(cls, ecart: Ecart) -> Self:
        return cls(
            nature=ecart.nature,
            nature_libelle=ecart.nature.libelle,
            phrase=ecart.phrase,
            evenements=[ReferenceVue.de(reference) for reference in ecart.evenements],
        )


class DifferenceVue(Vue):
    """Ce qui diffère, d’une lecture à la suivante ; rien si les deux disent la même chose."""

    parcours_id: UUID
    avant: LectureVue
    apres: LectureVue
    ecarts: list[EcartVue]
