"""Relire le journal d’un parcours : à une version, ou tel que connu à un instant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import Reference
from contracts.catalogue import PAR_TYPE, lire
from contracts.lecture import Evenement, Parcours, lire_parcours
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
    """Le journal d’un parcours, arrêté à une version qui ne changera plus.

    `jusqu_a` : l’instant dont on demande ce que l’on savait. `journal` : les événements de ses
    entrées. `suites` : ce que le journal a noté depuis. `ailleurs` : les cibles que l’on savait
    être dans un autre parcours.
    """

    parcours_id: UUID
    jusqu_a: datetime
    entrees: Sequence[log.Entry]
    journal: Sequence[Evenement]
    suites: Sequence[log.Entry]
    ailleurs: Collection[Reference]
    parcours: Parcours

    @property
    def version(self) -> int:
        return len(self.entrees)

    @property
    def version_lue(self) -> int:
        """La dernière version du journal à cette lecture."""
        return len(self.entrees) + len(self.suites)

    @property
    def connu_le(self) -> datetime | None:
        """Quand on a su le dernier événement de cette version."""
        return self.entrees[-1].recorded_at if self.entrees else None

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


async def relire(  # noqa: PLR0913 - the coordinates of one reading
    consultation: Consultation,
    parcours_id: UUID,
    *,
    au: date,
    connu_le: datetime | None = None,
    version: int | None = None,
    version_lue: int | None = None,
) -> Lecture:
    """Le parcours au soir de `au`, tel que connu à `connu_le`, ou exactement à `version`.

    `version_lue` : jusqu’où lire ce qui n’était pas encore connu à `version` ; à défaut, rien.
    `ParcoursInconnu` pour qui n’y a pas droit comme s’il n’existait pas ; `ParcoursEfface` pour
    les autres, si la personne l’est. La lecture est notée
    avant d’être rendue.
    """
    db, organisation = consultation.db, consultation.organisation
    if version is None:
        jusqu_a, arretee = await log.settle(db, parcours_id, connu_le)
        derniere = None
    else:
        arretee, derniere = version, max(version, version_lue or 0)
    async with tables.droits.lecture(db, organisation) as tx:
        if not await tables.droits.lire(tx, parcours_id, organisation):
            raise ParcoursInconnu
        if efface_le := await erasure.erased_at(tx, parcours_id):
            raise ParcoursEfface(efface_le)
        toutes = await log.read(tx, parcours_id, version=derniere)
    if derniere is not None and len(toutes) != derniere:
        raise VersionInconnue(len(toutes))
    await consultation.noter("lire un parcours", parcours_id)
    entrees = toutes[:arretee]
    if version is not None:
        jusqu_a = entrees[-1].recorded_at if entrees else consultation.le
    journal = evenements(entrees)
    # What is known elsewhere is known as of this version, so that the version alone repeats it.
    trouvees = await ailleurs(db, journal, entrees[-1].recorded_at) if entrees else set()
    return Lecture(
        parcours_id=parcours_id,
        jusqu_a=jusqu_a,
        entrees=entrees,
        journal=journal,
        suites=toutes[arretee:],
        ailleurs=trouvees,
        parcours=lire_parcours(journal, au, trouvees),
    )


def evenements(entrees: Sequence[log.Entry]) -> list[Evenement]:
    """Les événements du journal, avec leur place ; ceux de demain sont laissés de côté."""
    return [lire(log.message(entree)) for entree in entrees if entree.type in PAR_TYPE]


async def ailleurs(
    db: AsyncEngine, journal: Sequence[Evenement], connu_le: datetime
) -> set[Reference]:
    """Les cibles absentes de ce parcours que l’on savait alors être dans un autre."""
    ici = {evenement.reference for evenement in journal}
    absentes = {Reference(*e.target) for e in journal if e.target} - ici
    if not absentes:
        return set()
    # Whoever is writing elsewhere has written by then: nothing older can still appear.
    for partition in range(log.P):
        await log.settle(db, UUID(int=partition), connu_le)
    # As the writer: another parcours is no secret here, only that it is another one.
    async with db.connect() as tx:
        trouvees = [await log.find(tx, *cible) for cible in sorted(absentes)]
    return {
        Reference(entree.source, entree.id)
        for entree in trouvees
        if entree and entree.recorded_at <= connu_le
    }
