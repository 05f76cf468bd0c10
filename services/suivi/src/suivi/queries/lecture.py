"""Relire le journal d’un parcours : à une version, ou tel que connu à un instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import Reference
from contracts.catalogue import PAR_TYPE, FaitDeParcours, Rectification, lire
from contracts.lecture import Parcours, lire_parcours
from kit import erasure, log
from kit.access import Access, Reader
from kit.errors import NotFound
from suivi import tables
from suivi.domain.effacement import ParcoursEfface


class ParcoursInconnu(NotFound):
    """Ce parcours n’existe pas, ou pas pour cette organisation."""

    def __init__(self) -> None:
        super().__init__("Aucun parcours que vous puissiez lire n’a cet identifiant.")


class VersionInconnue(NotFound):
    """Le parcours n’a pas encore cette version."""

    def __init__(self, derniere: int) -> None:
        super().__init__(f"La dernière version de ce parcours est la {derniere}.")


@dataclass(frozen=True)
class Lecture:
    """Le journal d’un parcours, arrêté à une version qui ne changera plus."""

    parcours_id: UUID
    connu_le: datetime
    version: int
    entrees: Sequence[log.Entry]
    parcours: Parcours

    def entree(self, reference: Reference) -> log.Entry:
        return next(e for e in self.entrees if (e.source, e.id) == reference)


@dataclass(frozen=True)
class Consultation:
    """Qui lit, pour quelle organisation, et quand : toute lecture d’un parcours est notée."""

    db: AsyncEngine
    access: Access
    reader: Reader
    le: datetime

    @property
    def organisation(self) -> UUID:
        return self.reader.organisation.id

    async def noter(self, action: str, objet: object) -> None:
        await self.access.record_reading(self.reader, action, objet, self.le)


async def relire(
    consultation: Consultation,
    parcours_id: UUID,
    *,
    au: date,
    connu_le: datetime | None = None,
    version: int | None = None,
) -> Lecture:
    """Le parcours au soir de `au`, tel que connu à `connu_le`, ou exactement à `version`.

    `ParcoursInconnu` pour qui n’y a pas droit comme s’il n’existait pas ; `ParcoursEfface` pour
    les autres, si la personne l’est. La lecture est notée
    avant d’être rendue.
    """
    db, organisation = consultation.db, consultation.organisation
    if version is None:
        connu_le, arretee = await log.settle(db, parcours_id, connu_le)
    else:
        arretee = version
    async with tables.droits.lecture(db, organisation) as tx:
        if not await tables.droits.lire(tx, parcours_id, organisation):
            raise ParcoursInconnu
        if efface_le := await erasure.erased_at(tx, parcours_id):
            raise ParcoursEfface(efface_le)
        entrees = await log.read(tx, parcours_id, version=arretee)
    if version is not None and len(entrees) != version:
        raise VersionInconnue(len(entrees))
    await consultation.noter("lire un parcours", parcours_id)
    if connu_le is None:
        connu_le = entrees[-1].recorded_at if entrees else consultation.le
    return await _lecture(db, parcours_id, connu_le, entrees, au)


async def _lecture(
    db: AsyncEngine, parcours_id: UUID, connu_le: datetime, entrees: Sequence[log.Entry], au: date
) -> Lecture:
    journal = evenements(entrees)
    return Lecture(
        parcours_id=parcours_id,
        connu_le=connu_le,
        version=len(entrees),
        entrees=entrees,
        parcours=lire_parcours(journal, au, await _ailleurs(db, journal, connu_le)),
    )


def evenements(entrees: Sequence[log.Entry]) -> list[FaitDeParcours | Rectification]:
    """Les événements du journal, avec leur place ; ceux de demain sont laissés de côté."""
    return [lire(log.message(entree)) for entree in entrees if entree.type in PAR_TYPE]


async def _ailleurs(
    db: AsyncEngine, journal: Sequence[FaitDeParcours | Rectification], connu_le: datetime
) -> set[Reference]:
    """Les cibles absentes de ce parcours que l’on savait alors être dans un autre."""
    ici = {evenement.reference for evenement in journal}
    absentes = {Reference(*e.target) for e in journal if e.target} - ici
    if not absentes:
        return set()
    # As the writer: another parcours is no secret here, only that it is another one.
    async with db.connect() as tx:
        trouvees = [await log.find(tx, *cible) for cible in sorted(absentes)]
    return {
        Reference(entree.source, entree.id)
        for entree in trouvees
        if entree and entree.recorded_at <= connu_le
    }
