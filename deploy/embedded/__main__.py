"""`python -m deploy.embedded up|demo [--exit]`: the stack in the foreground, Ctrl-C to stop it."""

import json
import os
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from deploy.embedded.process import Child
from deploy.embedded.stack import Stack
from deploy.trouble import Trouble

JOURNEYS = 300
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
console = Console(highlight=False)


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.embedded")
    parser.add_argument("action", choices=["up", "demo"])
    parser.add_argument("--exit", action="store_true", help="stop once the demo has been played")
    arguments = parser.parse_args()
    for asked in STOPS:
        if signal.getsignal(asked) is not signal.SIG_IGN:  # as nohup wants it
            signal.signal(asked, _leave)
    try:
        with Stack(Path.cwd(), say=console.print) as stack:
            if arguments.action == "demo":
                _watch(stack, stack.simulator("jouer", stack.file, "--parcours", str(JOURNEYS)))
            _show(stack)
            if not arguments.exit:
                console.print("\nCtrl-C arrête tout ; les données restent (make clean les oublie).")
                _watch(stack)
    except Trouble as trouble:
        sys.exit(str(trouble))


def _watch(stack: Stack, until: Child | None = None) -> None:
    """Return when *until* has ended well; raise as soon as a part of the stack has ended."""
    terminal = os.isatty(0)
    while until is None or until.code is None:
        stack.check()
        if terminal and not os.isatty(0):
            # Closed: where make leads the session, it is told of it and we are not.
            sys.exit(0)
        time.sleep(0.2)
    until.succeed()


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End as asked; once, so that nothing interrupts the stopping."""
    for asked in STOPS:
        signal.signal(asked, signal.SIG_IGN)
    sys.exit(0)


def _show(stack: Stack) -> None:
    pages = Table("page", "adresse", title="Sans couture", title_justify="left")
    pages.add_row("Tableau de bord de la région", f"{stack.urls['indicateurs']}/")
    pages.add_row("Parcours et chronologies", f"{stack.urls['suivi']}/parcours")
    pages.add_row("Traces, événement par événement", f"{stack.zipkin.url}/zipkin/")
    played = stack.run / "exemple.json"
    example = json.loads(played.read_text("utf-8")) if played.exists() else {"parcours": []}
    console.print(pages)
    for page in example["parcours"]:  # addresses too long for a table of 80 columns
        console.print(f"  {page['libelle']}\n    {page['url']}", soft_wrap=True)

    people = Table("personne", "organisation", title="Qui être", title_justify="left")
    for organisation in stack.organisations:
        for person in organisation["personnes"]:
            people.add_row(person, organisation["nom"])
    console.print(people)

    partner = next(one for one in stack.organisations if one["role"] == "organisme_formation")
    console.print(f"\n{partner['nom']}, clé de partenaire : {partner['cle']}", soft_wrap=True)
    console.print(f"Toutes les clés, et ce qu’il faut à un script : {stack.file}", soft_wrap=True)
    if "curl" in example:
        console.print("\nÀ essayer : être ce partenaire et dire un fait, puis revoir la page.\n")
        console.print(example["curl"], soft_wrap=True, markup=False)


main()
