"""De l’événement lu à ce qui se compte : chaque parcours touché est relu en entier."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.anciens import VersionAncienne
from contracts.base import DonneesEtape, jour
from contracts.catalogue import (
    PAR_TYPE,
    EvenementPoste,
    FaitDeParcours,
    Rectification,
    lire,
)
from contracts.certification import CertificationResultatPrononce
from contracts.emploi import EmploiRetourEmploiDeclare
from contracts.lecture import Etape, effets, evoluer
from contracts.orientation import OrientationPrononcee
from contracts.parcours import ParcoursOuvert
from contracts.suivi import (
    SuiviAbandonConstate,
    SuiviEntreeEffective,
    SuiviRepriseEffective,
    SuiviSortieEffective,
    SuiviSuspensionPrononcee,
)
from indicateurs import domain, tables
from indicateurs.domain import Cohorte
from kit import clock
from kit.consumer import HttpSource, Record
from kit.consumer.store import Reader
from kit.rebuild import Projection, Reading
from kit.settings import Settings

Lignes = dict[Table, list[tables.Ligne]]
E = TypeVar("E", bound=FaitDeParcours)
# As the SQL that reads simple parcours names them; what is rectified or of a former version is not
# read by it.
_COMPTES: Final[dict[type[EvenementPoste], str]] = {
    ParcoursOuvert: "ouverture",
    OrientationPrononcee: "orientation",
    SuiviEntreeEffective: "entree",
    SuiviSuspensionPrononcee: "suspension",
    SuiviRepriseEffective: "reprise",
    SuiviAbandonConstate: "abandon",
    SuiviSortieEffective: "sortie",
    CertificationResultatPrononce: "certification",
    EmploiRetourEmploiDeclare: "emploi",
}
_SIMPLES: Final = [
    {
        "type": type_,
        "nom": _COMPTES.get(classe, "autre"),
        "rang": classe.rang,
        "etape": issubclass(cast("type", classe.model_fields["data"].annotation), DonneesEtape),
    }
    for type_, classe in PAR_TYPE.items()
    if not issubclass(classe, Rectification | VersionAncienne)
]
_TOUJOURS: Final = Cohorte(date(2000, 1, 1), date(2099, 12, 1))
_ENSEMBLE: Final = 200  # parcours read together, when each is read by itself


def reconstructibles(settings: Settings) -> Sequence[Projection]:
    """Ce que disent les parcours, refait de la copie que ce service a du journal."""
    lecture = Reading(
        Reader("indicateurs", "suivi"),
        HttpSource(settings.suivi_url, settings.service_key),
        PAR_TYPE,
        tables.relire_depuis,
    )
    return [Projection("chiffres", tables.PROJETEES, lecture, recompter, refaire, chiffrer)]


async def suivre(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """Garder les événements, puis relire les parcours dont ils parlent.

    Relire tout le parcours rend l’ordre d’arrivée et les redites sans effet.
    """
    await tables.noter(tx, [_evenement(record) for record in records])
    await compter(tx, {record.stream for record in records})


async def recompter(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """Relire les parcours dont parlent des événements déjà gardés."""
    await compter(tx, {record.stream for record in records})


async def refaire(tx: AsyncConnection, partition: int) -> int:
    """Ranger à neuf tous les parcours d’une partition ; rend combien d’événements sont lus."""
    lus, restent = await tables.refaire.ranger_simples(tx, partition, _SIMPLES)
    for rang in range(0, len(restent), _ENSEMBLE):
        await compter(tx, restent[rang : rang + _ENSEMBLE])
    return lus


async def chiffrer(tx: AsyncConnection) -> Mapping[str, tuple[int, int]]:
    """Chaque indicateur sur toutes les cohortes : numérateur, dénominateur."""
    arret = clock.civil_date(clock.now())
    chiffres = {}
    for nom, indicateur in domain.INDICATEURS.items():
        comptes = await tables.comptes.lire_comptes(tx, indicateur, _TOUJOURS, arret)
        chiffres[nom] = sum(c.comptes for c in comptes), sum(c.nombre for c in comptes)
    return chiffres


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
