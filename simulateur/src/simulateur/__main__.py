"""`python -m simulateur semer|jouer --stack FICHIER` : l’offre, puis des parcours."""

import asyncio
import secrets
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kit.clock import now
from simulateur import controle, jeu, montrer, offre
from simulateur.client import Client, Pile, Refuse, client
from simulateur.monde import Monde

console = Console(highlight=False)


def main() -> None:
    parser = ArgumentParser(prog="python -m simulateur")
    actions = parser.add_subparsers(required=True)
    semer = actions.add_parser("semer", help="publier les sessions de formation")
    semer.set_defaults(faire=_semer)
    jouer = actions.add_parser("jouer", help="jouer des parcours, et vérifier ce qui se lit")
    jouer.set_defaults(faire=_jouer)
    jouer.add_argument("--parcours", type=int, default=300, help="combien (300)")
    jouer.add_argument("--graine", type=int, help="celle d’une autre fois, pour rejouer ses vies")
    for action in (semer, jouer):
        action.add_argument("--stack", type=Path, required=True, help="le fichier stack.json")
    try:
        asyncio.run(_faire(parser.parse_args()))
    except* (Refuse, controle.Different, aiohttp.ClientError, TimeoutError) as erreurs:
        sys.exit(f"Les parcours n’ont pas pu être joués. {_premiere(erreurs)}")


async def _faire(arguments: Namespace) -> None:
    pile, maintenant = Pile.lire(arguments.stack), now()
    monde = Monde(pile, offre.sessions(pile, maintenant.date()), maintenant)
    async with client(pile) as atteints:
        await arguments.faire(atteints, monde, arguments)


async def _semer(client: Client, monde: Monde, _: Namespace) -> None:
    await offre.semer(client, monde.offre)


async def _jouer(client: Client, monde: Monde, arguments: Namespace) -> None:
    graine = secrets.randbelow(10**6) if arguments.graine is None else arguments.graine
    vies = jeu.imaginer(monde, graine, arguments.parcours)
    console.print(f"{len(vies)} parcours se jouent (graine {graine})…")
    with _progres() as progres:
        gestes = progres.add_task("événements", total=sum(len(vie.gestes) for vie in vies))
        vus = progres.add_task("parcours visibles", total=len(vies))
        parties, redits = await jeu.jouer(client, monde, vies, lambda n: progres.advance(gestes, n))
        verites = await controle.attendre_les_parcours(
            client, monde, parties, lambda n: progres.advance(vus, n)
        )
    chiffres = await controle.attendre_les_chiffres(client, monde, verites)
    console.print(f"{redits} faits redits, reconnus comme doublons.")
    console.print(montrer.tableau(chiffres))
    montrer.ecrire_exemple(arguments.stack.with_name("exemple.json"), monde, parties)
    faux = [chiffre.libelle for chiffre in chiffres if not chiffre.juste]
    if faux:
        raise controle.Different(f"Ces chiffres ne sont pas ceux attendus : {', '.join(faux)}.")


def _progres() -> Progress:
    return Progress(
        TextColumn("{task.description:>18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _premiere(erreur: BaseException) -> BaseException:
    while isinstance(erreur, BaseExceptionGroup):
        erreur = erreur.exceptions[0]
    return erreur


main()
