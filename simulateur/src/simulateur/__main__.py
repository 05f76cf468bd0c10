"""`python -m simulateur semer|jouer --stack FICHIER` : l’offre, puis des parcours."""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from kit.clock import civil_date, now
from simulateur import offre
from simulateur.client import Pile, client


def main() -> None:
    parser = ArgumentParser(prog="python -m simulateur")
    parser.add_argument("action", choices=["semer"])
    parser.add_argument("--stack", type=Path, required=True, help="le fichier stack.json")
    asyncio.run(semer(parser.parse_args()))


async def semer(arguments: Namespace) -> None:
    pile = Pile.lire(arguments.stack)
    async with client(pile) as atteints:
        await offre.semer(atteints, offre.sessions(pile, civil_date(now())))


main()
