"""`python -m deploy.rebuild [SERVICE [PROJECTION]]`: refaire ce qu’un service déduit du journal.

Tout se refait à côté, pendant que le service sert et lit. Ce qui change se montre en chiffres, puis
prend sa place d’un coup si on le confirme, ou tout de suite avec `--oui`. Sans PROJECTION, dit ce
qui peut être refait. Les réglages du service viennent de `SC_*` ; sans eux, de la pile lancée dans
ce dossier.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from importlib import import_module
from time import perf_counter

from aiohttp import ClientError
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text
from sqlalchemy import make_url

from deploy import running
from deploy.prepare import SERVICES
from deploy.trouble import Trouble
from kit.pages.filters import count, number
from kit.rebuild import BusyError, Comparison, Projection, SupersededError, rebuilding
from kit.settings import Settings


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.rebuild", description=__doc__)
    parser.add_argument("service", nargs="?", choices=SERVICES)
    parser.add_argument("projection", nargs="?")
    parser.add_argument("--oui", action="store_true", help="remplacer sans demander")
    try:
        asyncio.run(_suivre(parser.parse_args(), Console(highlight=False, soft_wrap=True)))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except BusyError:
        sys.exit("Une reconstruction est déjà en cours dans cette base : attendez qu’elle finisse.")
    except SupersededError:
        sys.exit(
            "Rien n’est remplacé. Le lecteur n’a pas encore commencé, ou ce qu’il avait lu a changé"
            " entre-temps (un flux mis de côté repris, un journal restauré) : recommencez."
        )
    except (ClientError, OSError) as panne:
        sys.exit(f"Rien n’est remplacé : une base ou un service ne répond pas. {panne}")


async def _suivre(demande: Namespace, ecran: Console) -> None:
    if not demande.service or not demande.projection:
        for service in [demande.service] if demande.service else SERVICES:
            for projection in _projections(service, _reglages(service)):
                tables = ", ".join(table.name for table in projection.tables)
                ecran.print(f"{service} {projection.name} : {tables}")
        ecran.print("\nPour en refaire une : make rebuild SERVICE=… PROJECTION=…")
        return
    reglages = _reglages(demande.service)
    connues = {p.name: p for p in _projections(demande.service, reglages)}
    if demande.projection not in connues:
        raise Trouble(
            f"{demande.service} n’a pas de projection « {demande.projection} ». "
            f"Il a : {', '.join(connues)}."
        )
    await _refaire(reglages, connues[demande.projection], ecran, oui=demande.oui)


async def _refaire(
    reglages: Settings, projection: Projection, ecran: Console, *, oui: bool
) -> None:
    async with rebuilding(reglages.database_url, projection) as rebuild:
        depart, lus = perf_counter(), 0
        with Progress(
            TextColumn(projection.name),
            BarColumn(),
            MofNCompleteColumn(),
            _Debit(),
            console=ecran,
        ) as barre:
            tache = barre.add_task("", total=await rebuild.size())

            def avancer(evenements: int) -> None:
                nonlocal lus
                lus += evenements
                barre.advance(tache, evenements)

            await rebuild.build(avancer)
            barre.update(tache, completed=lus, total=lus)
        duree = perf_counter() - depart
        dit = f"{count(lus, 'événement')} en {number(duree, 1)} s"
        ecran.print(f"{dit}, {number(round(lus / duree))} par seconde.")
        ecart = await rebuild.compare()
        _montrer(ecart, ecran)
        if ecart.same:
            ecran.print("Rien ne diffère : ce qui est servi est juste.")
            return
        if not oui and not _confirmer(ecran):
            raise Trouble("Rien n’est remplacé. Pour remplacer sans question : OUI=1.")
        otees, mises = await rebuild.replace()
        ecran.print(
            f"Remplacé d’un coup : {count(otees, 'ligne')} en moins, {number(mises)} en plus."
        )


def _montrer(ecart: Comparison, ecran: Console) -> None:
    tables = Table("table", title="Ce qui change", title_justify="left")
    for colonne in ("seulement avant", "seulement après", "changées"):
        tables.add_column(colonne, justify="right")
    for nom, *nombres in ecart.tables:
        tables.add_row(nom, *map(number, nombres), style=None if any(nombres) else "dim")
    ecran.print(tables)
    if ecart.before:
        ecran.print(_chiffres(ecart.before, ecart.after))


def _chiffres(avant: Mapping[str, tuple[int, int]], apres: Mapping[str, tuple[int, int]]) -> Table:
    chiffres = Table("indicateur", title="Toutes cohortes réunies", title_justify="left")
    for colonne in ("avant", "après"):
        chiffres.add_column(colonne, justify="right")
    for nom, valeur in avant.items():
        change = valeur != apres[nom]
        fractions = (f"{number(n)} / {number(d)}" for n, d in (valeur, apres[nom]))
        chiffres.add_row(nom, *fractions, style="bold" if change else "dim")
    return chiffres


def _confirmer(ecran: Console) -> bool:
    return sys.stdin.isatty() and ecran.input("Remplacer ? (oui / non) ").strip() in {"o", "oui"}


class _Debit(ProgressColumn):
    def render(self, task: Task) -> Text:
        debit = task.finished_speed or task.speed
        return Text(f"{number(round(debit))} événements/s" if debit else "")


def _projections(service: str, reglages: Settings) -> Sequence[Projection]:
    projections: Sequence[Projection] = import_module(f"{service}.projections").reconstructibles(
        reglages
    )
    return projections


def _reglages(service: str) -> Settings:
    if "SC_DATABASE_URL" in os.environ:
        return Settings()
    pile, secrets = running.stack(), running.secrets()
    urls = pile["services"]

    def base(nom: str) -> str:
        return running.database(nom).render_as_string(hide_password=False)

    return Settings(
        database_url=base(service),
        access_database_url=base("acces"),
        kafka=pile["kafka"],
        port=make_url(urls[service]).port or 0,
        public_url=urls[service],
        service_key=SecretStr(secrets["service_key"]),
        platform_key=SecretStr(secrets["platform_key"]),
        orientation_url=urls["orientation"],
        inscription_url=urls["inscription"],
        passerelle_url=urls["passerelle"],
        suivi_url=urls["suivi"],
        indicateurs_url=urls["indicateurs"],
    )


if __name__ == "__main__":
    main()
