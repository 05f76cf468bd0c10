"""Ce que l’on peut demander aux inscriptions. Une commande, une transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.commande import Acte
from contracts.inscription import InscriptionGarantie, InscriptionPlaceReservee
from inscription import domain, tables
from inscription.domain import Garantir, Ouverture, Places, Reservation, Reserver
from kit import log


async def ouvrir_places(
    db: AsyncEngine, session_id: UUID, ouverture: Ouverture, organisation: str
) -> Places:
    """Dire combien de places a la session ; la première fois, dire qu’elle est la sienne."""
    async with db.begin() as tx:
        await tables.noter_places(tx, session_id, organisation)
        places = domain.dimensionner(
            await tables.reserver_places(tx, session_id), ouverture, organisation
        )
        await tables.changer_capacite(tx, places)
    return places


async def reserver(
    db: AsyncEngine, session_id: UUID, demande: Reserver, acte: Acte
) -> InscriptionPlaceReservee:
    """Garder une place : tous ceux qui la veulent passent ici un par un."""
    async with db.begin() as tx:
        avis = domain.avis_favorable(await tables.relire(tx, demande.parcours_id), demande.etape_id)
        places = await tables.reserver_places(tx, session_id)
        deja = await tables.est_placee(tx, session_id, demande.parcours_id, demande.etape_id)
        evenement = domain.reserver(places, demande, acte, deja=deja, avis=avis)
        reservation = Reservation(
            id=acte.id,
            session_id=session_id,
            parcours_id=demande.parcours_id,
            etape_id=demande.etape_id,
            organisation=acte.organisation,
            organisme=places.organisation,
            reservee_le=acte.le,
            garantie_le=None,
            entree_prevue_le=None,
        )
        await tables.noter_reservation(tx, reservation)
        await log.append(tx, evenement)
    return evenement


async def garantir(
    db: AsyncEngine, reservation_id: UUID, demande: Garantir, acte: Acte
) -> InscriptionGarantie:
    async with db.begin() as tx:
        reservation = await tables.reserver_reservation(tx, reservation_id)
        evenement = domain.garantir(reservation, demande, acte)
        await tables.changer_garantie(tx, reservation_id, acte.le, demande.entree_prevue_le)
        await log.append(tx, evenement)
    return evenement
