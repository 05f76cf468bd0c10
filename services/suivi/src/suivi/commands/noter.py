"""Ce qui s’écrit avec le journal, dans la même transaction, par l’une et l’autre porte."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.catalogue import EvenementPoste, FaitDePersonne
from kit import confidential, erasure, log
from suivi import tables


async def consigner(
    tx: AsyncConnection, evenements: Sequence[EvenementPoste | FaitDePersonne]
) -> None:
    """Mettre au journal des décisions que leur service a prises, et ce qui s’en déduit.

    Une décision déjà consignée est passée : son service peut l’annoncer deux fois. Une personne
    effacée l’est ici aussi, dans la même transaction.
    """
    recus = await log.append(tx, *evenements)
    consignes = list(zip(evenements, recus, strict=True))
    await retenir(tx, [(e, recu) for e, recu in consignes if isinstance(e, EvenementPoste)])
    for evenement in evenements:
        if isinstance(evenement, FaitDePersonne):
            await erasure.erase(tx, evenement.data.parcours, evenement.time)


async def retenir(
    tx: AsyncConnection, consignes: Iterable[tuple[EvenementPoste, log.Receipt]]
) -> None:
    """Ce que disent, outre leur place au journal, les événements qui viennent d’y entrer.

    Après l’écriture au journal, et sans risque : le verrou de la partition de chaque parcours est
    tenu, et toutes ces lignes sont d’un seul parcours.
    """
    nouveaux = [(e, recu) for e, recu in consignes if recu.status == "new"]
    rencontres = [evenement.subject for evenement, recu in nouveaux if recu.version == 1]
    await tables.droits.noter(tx, rencontres, [evenement for evenement, _ in nouveaux])
    for evenement, _ in nouveaux:
        source, id_, textes = evenement.source, evenement.id, evenement.a_part
        await confidential.store(tx, source, id_, textes, evenement.subject)
