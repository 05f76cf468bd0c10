"""Jouer des parcours, tous ensemble, par les API publiques."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from simulateur.client import Client
from simulateur.envois import Envois
from simulateur.histoires import vivre
from simulateur.monde import Monde
from simulateur.offre import Session
from simulateur.parties import Partie
from simulateur.remarquables import REMARQUABLES
from simulateur.vies import RESERVATION, Vie

ENSEMBLE = 24  # lives played at once


def imaginer(monde: Monde, graine: int, nombre: int) -> list[Vie]:
    """Tant de vies, les mêmes pour une même graine et un même jour."""
    vies = []
    for rang, (libelle, raconter) in enumerate(REMARQUABLES.items()):
        vie = monde.vie(Random(f"{graine}/{rang}"))
        vie.libelle, vie.ailleurs = libelle, False
        raconter(monde, vie)
        vies.append(vie)
    autres = (Random(f"{graine}/{rang}") for rang in range(len(vies), nombre))
    return [*vies, *(vivre(monde, monde.vie(hasard)) for hasard in autres)]


async def jouer(
    client: Client, monde: Monde, vies: Sequence[Vie], avancer: Callable[[int], None]
) -> tuple[list[Partie], int]:
    """Tout envoyer, et attendre que tout soit accusé. Rend aussi le nombre de redites."""
    await _ouvrir_les_places(client, monde, vies)
    envois = Envois(client, monde.pile.organisations, Random(len(vies)), avancer)
    parties = [Partie(vie, client, envois) for vie in vies]
    tour = asyncio.Semaphore(ENSEMBLE)

    async def jouer_une(partie: Partie) -> None:
        async with tour:
            await partie.jouer()
            avancer(sum(map(partie.vie.commande, partie.vie.gestes)))

    async with asyncio.TaskGroup() as tournees:
        vident = [tournees.create_task(envois.vider(une)) for une in monde.pile.organisations]
        async with asyncio.TaskGroup() as joueurs:
            for partie in parties:
                joueurs.create_task(jouer_une(partie))
        await envois.finir()
        for tournee in vident:
            tournee.cancel()
    return parties, envois.doublons


async def _ouvrir_les_places(client: Client, monde: Monde, vies: Sequence[Vie]) -> None:
    """Que chaque session ait de la place pour ceux que l’on va y inscrire."""
    besoins = Counter(
        geste.session
        for vie in vies
        for geste in vie.gestes
        if geste.nom == RESERVATION and geste.session
    )
    async with asyncio.TaskGroup() as ensemble:
        for session, besoin in besoins.items():
            ensemble.create_task(_agrandir(client, monde, session, besoin))


async def _agrandir(client: Client, monde: Monde, session: Session, besoin: int) -> None:
    chemin = f"/v1/sessions/{session.id}/places"
    lecteur = monde.pile.de_role("mission_locale")[0]
    places = await client.lire(lecteur, "inscription", chemin)
    capacite = max(places["capacite"], places["reservees"] + besoin)
    await client.poser(session.organisme, "inscription", chemin, {"capacite": capacite})
