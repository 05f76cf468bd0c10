"""Ce qu’il est advenu d’un événement que l’on a envoyé, et ce qu’il reste à faire."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import Reference
from contracts.catalogue import lire
from contracts.lecture import Raison, lire_parcours
from kit import clock, log
from kit.access import Reader
from kit.errors import NotFound
from suivi import tables
from suivi.queries.lecture import ailleurs, evenements
from suivi.queries.vues import AcompleterVue, AnomalieVue, AttenteVue, ReferenceVue, StatutVue

_A_FAIRE = {
    Raison.ANNULE: "Il a été annulé : rien à faire.",
    Raison.EN_ATTENTE_DE_CIBLE: "Envoyer l’événement visé, ou corriger sa référence.",
    Raison.CIBLE_AILLEURS: "Renvoyer la rectification avec le `subject` de l’événement visé.",
    Raison.CYCLE: "Annuler l’une des rectifications qui se visent en rond.",
    Raison.NON_HABILITE: "Demander la rectification à l’émetteur ou au référent.",
    Raison.ILLISIBLE: "Renvoyer une correction dont les valeurs ont le format du champ.",
}


class EvenementInconnu(NotFound):
    """Aucun événement de cette organisation ne porte cet identifiant."""

    def __init__(self) -> None:
        super().__init__("Aucun événement envoyé par vous n’a cette source et cet identifiant.")


async def statut(
    db: AsyncEngine, reader: Reader, reference: Reference, le: datetime
) -> StatutVue | AttenteVue:
    """Où est un événement que l’on a envoyé soi-même, et ce qui cloche. Ne dit rien du parcours."""
    async with db.connect() as tx:
        entree = await log.find(tx, *reference)
        attente = None if entree else await tables.attentes.lire(tx, reference)
        if attente and attente.organisation == reader.organisation.id:
            return AttenteVue(
                source=attente.source, id=attente.id, type=attente.type, recu_le=attente.recu_le
            )
        if entree is None or entree.origin != reader.organisation.id:
            raise EvenementInconnu
        journal = evenements(await log.read(tx, entree.stream))
    parcours = lire_parcours(journal, clock.civil_date(le), await ailleurs(db, journal, le))
    sans_effet = parcours.effets.sans_effet.get(reference)
    return StatutVue(
        source=reference.source,
        id=reference.id,
        type=entree.type,
        parcours_id=entree.stream,
        enregistre_le=entree.recorded_at,
        partition=entree.partition,
        position=entree.position,
        version=entree.version,
        effet=sans_effet or "PRIS_EN_COMPTE",
        parcours_non_ouvert=parcours.ouverture is None,
        a_faire=_A_FAIRE[sans_effet] if sans_effet else None,
        anomalies=[AnomalieVue.de(a) for a in parcours.anomalies if reference in a.evenements],
        a_completer=[
            AcompleterVue(
                evenement=ReferenceVue.de(reference), pointeur=f"/data/{champ}", phrase=phrase
            )
            for champ, phrase in lire(entree.body).a_completer.items()
        ],
    )
