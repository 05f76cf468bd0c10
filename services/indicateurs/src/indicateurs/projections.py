"""De l’événement lu à ce qui se compte : chaque parcours touché est relu en entier."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import jour
from contracts.catalogue import FaitDeParcours, lire
from contracts.lecture import Etape, effets, evoluer
from contracts.orientation import OrientationPrononcee
from contracts.suivi import SuiviAbandonConstate, SuiviEntreeEffective, SuiviSortieEffective
from indicateurs import tables
from kit.consumer import Record

Lignes = dict[Table, list[tables.Ligne]]
E = TypeVar("E", bound=FaitDeParcours)


async def suivre(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """Garder les événements, puis relire les parcours dont ils parlent.

    Relire tout le parcours rend l’ordre d’arrivée et les redites sans effet.
    """
    await tables.noter(tx, [_evenement(record) for record in records])
    await compter(tx, {record.stream for record in records})


async def compter(tx: AsyncConnection, lus: Collection[UUID]) -> None:
    """Ranger à neuf ce que disent ces parcours."""
    lignes: Lignes = {table: [] for table in tables.PROJETEES}
    for parcours_id, corps in (await tables.relire(tx, lus)).items():
        _compter(parcours_id, corps, lignes)
    await tables.ranger(tx, lus, lignes)


def _evenement(record: Record) -> tables.Ligne:
    evenement = lire(record.value)
    return {
        "source": evenement.source,
        "id": evenement.id,
        "parcours": evenement.subject,
        "type": evenement.type,
        "partition": record.partition,
        "position": record.position,
        "survenu_le": evenement.time,
        "enregistre_le": record.recorded_at,
        "corps": record.value.decode(),
    }


def _compter(parcours_id: UUID, corps: Iterable[str], lignes: Lignes) -> None:
    lus = effets(lire(un) for un in corps)
    dernier = max((jour(e.time) for e in lus.evenements), default=None)
    if dernier is None:
        return  # all of it annulled
    parcours = evoluer(lus, dernier)
    ouverture = parcours.ouverture and parcours.ouverture.data
    # Until the parcours is opened, its person is not known: it stands for them.
    personne = ouverture.beneficiaire_id if ouverture else parcours_id
    sien = {"parcours": parcours_id, "personne": personne}
    publics = list(ouverture.publics_cibles) if ouverture else []
    lignes[tables.parcours].append({**sien, "publics": publics})
    for etape in parcours.etapes:
        for table, ligne in _etape(etape):
            lignes[table].append({**sien, "etape": etape.id, **ligne})
    lignes[tables.emplois].extend(
        {
            **sien,
            **_reference(emploi.evenement),
            "fin_le": emploi.fin_le,
            "type_contrat": emploi.type_contrat,
            "heures_hebdo": emploi.evenement.data.heures_hebdo,
        }
        for emploi in parcours.emplois
    )


def _etape(etape: Etape) -> Iterator[tuple[Table, tables.Ligne]]:
    """Ce qu’une étape fait compter : ses premières dates, sa dernière sortie, et le reste."""
    nature = {"axe": etape.axe, "type_etape": etape.type_etape}
    abandon = next(reversed(_tous(etape, SuiviAbandonConstate)), None)
    for orientation in _tous(etape, OrientationPrononcee)[:1]:
        yield tables.orientations, {"axe": etape.axe, **_reference(orientation)}
    entrees = _tous(etape, SuiviEntreeEffective)
    dits = [e.data.nouveau_plan for e in entrees if e.data.nouveau_plan is not None]
    for entree in entrees[:1]:
        plan = {"nouveau_plan": any(dits) if dits else None}
        yield tables.entrees, {**nature, **plan, **_reference(entree)}
    for sortie in _tous(etape, SuiviSortieEffective)[-1:]:
        yield (
            tables.sorties,
            {
                **nature,
                **_reference(sortie),
                "nature": sortie.data.nature,
                "motif_abandon": abandon.data.motif if abandon else None,
                "qualification": abandon.data.qualification if abandon else None,
            },
        )
    for rang, suspension in enumerate(etape.suspensions):
        fin = suspension.fin_le and jour(suspension.fin_le)
        yield tables.suspensions, {"rang": rang, "le": jour(suspension.debut_le), "fin_le": fin}
    for certification in etape.certifications:
        yield (
            tables.certifications,
            {**_reference(certification), "resultat": certification.data.resultat},
        )


def _tous(etape: Etape, classe: type[E]) -> list[E]:
    return [e for e in etape.evenements if isinstance(e, classe)]


def _reference(evenement: FaitDeParcours) -> tables.Ligne:
    return {"source": evenement.source, "id": evenement.id, "le": jour(evenement.time)}
