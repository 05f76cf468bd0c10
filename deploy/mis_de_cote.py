"""`python -m deploy.mis_de_cote`: les parcours que les services ont mis de côté, et qu’en faire.

Les adresses des services et leur clé viennent de `SC_SERVICE_KEY` et de `SC_…_URL` ; sans eux, de
la pile lancée dans ce dossier.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from pydantic import SecretStr

from deploy import running
from deploy.prepare import SERVICES
from deploy.trouble import Trouble
from kit.consumer import UNFINISHED, Reader, SetAside
from kit.ids import short_code
from kit.operations import SHOWN, Operations, Outcome, SilentError, State
from kit.pages.filters import count, moment

TOUS = "tous"


class Pile(NamedTuple):
    """De quoi parler aux services."""

    operations: Operations
    trace_url: str | None


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.mis_de_cote", description=__doc__)
    geste = parser.add_mutually_exclusive_group()
    geste.add_argument("--relacher", metavar="FLUX", help="un parcours, ou « tous »")
    geste.add_argument("--passer", metavar="FLUX", help="laisser sans effet l’événement qui bloque")
    parser.add_argument("--service", help="celui qui l’a mis de côté")
    parser.add_argument("--raison", help="avec « tous » : ceux de cette raison seulement")
    parser.add_argument("--auteur", help="qui décide")
    parser.add_argument("--motif", help="avec --passer : pourquoi")
    try:
        asyncio.run(_suivre(parser.parse_args()))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except SilentError as silence:
        sys.exit(
            f"{silence} n’a pas répondu. Ce qui lui a été demandé est peut-être fait, ou en cours :"
            " « make mis-de-cote » dit ce qui attend encore."
        )


async def _suivre(demande: Namespace) -> None:
    pile = _pile()
    if not (demande.relacher or demande.passer):
        _lister(await pile.operations.states(), pile.trace_url)
        return
    if not demande.auteur:
        raise Trouble('Dites qui décide : AUTEUR="Prénom Nom".')
    etat = await _etat(pile, demande.service)
    if demande.relacher == TOUS:
        issues = await _tout_relacher(pile, etat, demande)
    elif demande.relacher:
        issues = [
            issue
            for marque in _trouver(etat, demande.service, demande.relacher)
            for issue in await pile.operations.release(
                demande.service, _lecteur(marque), demande.auteur, stream=marque.stream
            )
        ]
    else:
        issues = [await _passer(pile, etat, demande)]
    for phrase in map(_dire, issues):
        print(phrase)
    if any(issue.status != "released" for issue in issues):
        sys.exit(1)


async def _etat(pile: Pile, service: str | None) -> State:
    if service not in SERVICES:
        raise Trouble(f"Dites chez quel service : SERVICE={'|'.join(SERVICES)}.")
    etat = (await pile.operations.states())[service]
    if etat is None:
        raise SilentError(service)
    return etat


async def _tout_relacher(pile: Pile, etat: State, demande: Namespace) -> list[Outcome]:
    lecteurs = {
        Reader(raison.consumer, raison.log)
        for raison in etat.reasons
        if demande.raison in {None, raison.reason}
    }
    if not lecteurs:
        raise Trouble(f"{demande.service} n’a rien mis de côté pour cette raison.")
    return [
        issue
        for lecteur in sorted(lecteurs)
        for issue in await pile.operations.release(
            demande.service, lecteur, demande.auteur, reason=demande.raison
        )
    ]


async def _passer(pile: Pile, etat: State, demande: Namespace) -> Outcome:
    if not demande.motif:
        raise Trouble('Dites pourquoi le passer : MOTIF="…". Cela ne se défait pas d’ici.')
    marque, *autres = _trouver(etat, demande.service, demande.passer)
    if autres:
        raise Trouble("Plusieurs parcours ont ce code : donnez l’identifiant entier.")
    return await pile.operations.skip(
        demande.service,
        _lecteur(marque),
        demande.auteur,
        stream=marque.stream,
        position=marque.first_position,
        why=demande.motif,
    )


def _trouver(etat: State, service: str, flux: str) -> list[SetAside]:
    """Par son identifiant, ou par le code que montre la page."""
    trouves = [m for m in etat.set_aside if flux in {str(m.stream), _code(m.stream)}]
    if not trouves:
        vus = f", ou pas parmi les {SHOWN} plus anciens" if len(etat.set_aside) == SHOWN else ""
        raise Trouble(f"{service} n’a pas mis {flux} de côté{vus}.")
    return trouves


def _lister(etats: Mapping[str, State | None], trace_url: str | None) -> None:
    for service, etat in etats.items():
        if etat is None:
            print(f"{service} ne répond pas.")
    connus = [(service, etat) for service, etat in etats.items() if etat]
    for service, etat in connus:
        for ligne in _lignes(service, etat, trace_url):
            print(ligne)
    if not any(etat.reasons for _, etat in connus):
        print("Rien n’est mis de côté.")


def _lignes(service: str, etat: State, trace_url: str | None) -> Iterator[str]:
    nombre = sum(raison.streams for raison in etat.reasons)
    if nombre:
        yield f"{service} : {count(nombre, 'parcours', 'parcours')}"
    for marque in etat.set_aside:
        yield (
            f"  {marque.stream}  {_code(marque.stream)}  journal {marque.log},"
            f" position {marque.first_position}, depuis le {moment(marque.since)},"
            f" {count(marque.waiting, 'attend', 'attendent')} derrière"
        )
        inacheve = marque.reason == UNFINISHED
        raison = "relâché, reste à appliquer" if inacheve else marque.reason
        yield f"    {marque.type} : {raison}"
        if trace_url and marque.trace:
            yield f"    {trace_url.format(trace_id=marque.trace)}"
    if (reste := nombre - len(etat.set_aside)) > 0:
        yield f"  et {count(reste, 'autre')}, plus récents."


def _dire(issue: Outcome) -> str:
    code = _code(issue.stream)
    match issue:
        case Outcome(blocked=SetAside() as marque):
            return f"{code} reste mis de côté, position {marque.first_position} : {marque.reason}"
        case Outcome(status="released"):
            return f"{code} avance de nouveau."
        case Outcome(status="gone"):
            return f"{code} : rien n’a été fait, ce n’est plus cet événement qui bloque."
    return f"{code} est à reprendre : le service n’a pas pu aller au bout."


def _lecteur(marque: SetAside) -> Reader:
    return Reader(marque.consumer, marque.log)


def _code(flux: UUID) -> str:
    return short_code(flux, "P")


def _pile() -> Pile:
    if "SC_SERVICE_KEY" in os.environ:
        urls = {service: os.environ[f"SC_{service.upper()}_URL"] for service in SERVICES}
        cle, trace_url = os.environ["SC_SERVICE_KEY"], os.environ.get("SC_TRACE_URL")
    else:
        pile, cle = running.stack(), running.secrets()["service_key"]
        urls, trace_url = pile["services"], f"{pile['zipkin']}/zipkin/traces/{{trace_id}}"
    return Pile(Operations(urls, SecretStr(cle)), trace_url)


if __name__ == "__main__":
    main()
