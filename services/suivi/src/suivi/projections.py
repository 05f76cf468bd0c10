"""De l’événement journalisé à ce qui est dû aux abonnés, et à qui peut lire le parcours."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.catalogue import PAR_TYPE, EvenementPoste, FaitDePersonne, lire_tout_flux
from contracts.parcours import ParcoursOuvert
from kit import log
from kit.consumer import Record
from kit.rebuild import OwnLog, Projection
from kit.settings import Settings
from suivi import tables
from suivi.domain.abonnements import identifiant_d_envoi


async def preparer_envois(tx: AsyncConnection, records: Sequence[Record], le: datetime) -> None:
    """Prévoir un envoi par événement et par abonné qui peut lire son parcours.

    Avec l’ouverture d’un parcours, ce qui en avait été dit avant qu’elle n’arrive : qui l’a ouvert
    ne pouvait pas encore le lire. Une personne effacée se dit à qui pouvait lire un de ses
    parcours, parcours par parcours. Relire le journal depuis son début, comme après une
    restauration, ne prévoit rien deux fois.
    """
    lignes: list[dict[str, object]] = []
    for record in [*records, *await _dits_avant_l_ouverture(tx, records)]:
        evenement = lire_tout_flux(record.value)
        commun: dict[str, object] = {
            "type": record.type,
            "source": record.source,
            "evenement": record.id,
            "survenu_le": evenement.time,
            "traceparent": record.traceparent,
            "enregistre_le": record.recorded_at,
        }
        if isinstance(evenement, FaitDePersonne):
            lignes += [
                commun
                | {
                    "id": identifiant_d_envoi(record.source, f"{record.id} {parcours}"),
                    "parcours": parcours,
                    "version": None,
                }
                for parcours in evenement.data.parcours
            ]
        else:
            lignes.append(
                commun
                | {
                    "id": identifiant_d_envoi(record.source, record.id),
                    "parcours": record.stream,
                    "version": evenement.version,
                }
            )
    await tables.abonnements.preparer(tx, lignes, le)


async def _dits_avant_l_ouverture(tx: AsyncConnection, records: Sequence[Record]) -> list[Record]:
    return [
        Record.of(entree)
        for ouverture in records
        if PAR_TYPE.get(ouverture.type) is ParcoursOuvert
        for entree in await log.read(tx, ouverture.stream)
        if entree.position < ouverture.position and entree.type in PAR_TYPE
    ]


async def designer(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """Retenir les parcours et qui y est nommé, comme à l’écriture de chaque événement."""
    lus = [lire_tout_flux(record.value) for record in records]
    dits = [lu for lu in lus if isinstance(lu, EvenementPoste)]
    await tables.droits.noter(tx, [lu.subject for lu in dits if lu.version == 1], dits)


def reconstructibles(_settings: Settings) -> Sequence[Projection]:
    """Ce qui se déduit du journal. Ce qui est dû aux abonnés n’en est pas : c’est un engagement."""
    droits = tables.droits
    return [Projection("droits", [droits.parcours, droits.designations], OwnLog(), designer)]
