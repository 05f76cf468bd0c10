"""`python -m deploy.cles`: créer, lister, révoquer les clés d’une organisation.

L’adresse de la base et le secret de la plate-forme viennent de `SC_ACCESS_DATABASE_URL` et de
`SC_PLATFORM_KEY` ; sans eux, de la pile lancée dans ce dossier.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace

from pydantic import SecretStr

from deploy import running
from deploy.trouble import Trouble
from kit.access import Access, Organisation
from kit.db import engine
from kit.errors import NotFound


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.cles", description=__doc__)
    parser.add_argument("--organisation", metavar="SIRET")
    parser.add_argument("--portees", help="séparées par des espaces : crée une clé")
    parser.add_argument("--revoquer", metavar="IDENTIFIANT")
    parser.add_argument("--nom", help="avec --role : fait connaître l’organisation")
    parser.add_argument("--role")
    try:
        asyncio.run(_suivre(parser.parse_args()))
    except Trouble as trouble:
        sys.exit(str(trouble))


async def _suivre(demande: Namespace) -> None:
    adresse, secret = _acces()
    db = engine(adresse)
    access = Access(db, SecretStr(secret))
    try:
        if demande.revoquer:
            await _revoquer(access, demande.revoquer)
        elif demande.portees:
            await _creer(access, await _organisation(access, demande), demande.portees.split())
        else:
            await _lister(
                access, await _organisation(access, demande) if demande.organisation else None
            )
    finally:
        await db.dispose()


async def _organisation(access: Access, demande: Namespace) -> Organisation:
    if not demande.organisation:
        raise Trouble("Dites quelle organisation : ORGANISATION=siret.")
    if demande.nom and demande.role:
        return await access.create_organisation(demande.organisation, demande.nom, demande.role)
    connue = await access.organisation(demande.organisation)
    if connue is None:
        raise Trouble(
            f"L’organisation {demande.organisation} est inconnue. "
            "Pour la faire connaître, ajoutez NOM= et ROLE=."
        )
    return connue


async def _creer(access: Access, organisation: Organisation, portees: list[str]) -> None:
    cle = await access.create_key(organisation, portees)
    print(f"{organisation.name}, clé pour {', '.join(portees)} :")
    print(f"\n  {cle}\n")
    print("Notez-la : elle n’est montrée que cette fois.")


async def _revoquer(access: Access, identifiant: str) -> None:
    try:
        await access.revoke_key(identifiant)
    except NotFound:
        raise Trouble(f"Aucune clé ne porte l’identifiant {identifiant}.") from None
    print(f"La clé {identifiant} est révoquée ; elle est refusée partout d’ici deux secondes.")


async def _lister(access: Access, organisation: Organisation | None) -> None:
    noms = {une.id: une.name for une in await access.organisations()}
    for cle in await access.list_keys(organisation):
        if cle.revoked_at:
            etat = f"révoquée le {cle.revoked_at:%d/%m/%Y}"
        else:
            etat = f"jusqu’au {cle.expires_at:%d/%m/%Y}"
        usage = f"servie le {cle.last_used_at:%d/%m/%Y}" if cle.last_used_at else "jamais servie"
        print(f"{cle.id}  {noms[cle.organisation]}, {etat}, {usage} : {' '.join(cle.scopes)}")


def _acces() -> tuple[str, str]:
    if "SC_ACCESS_DATABASE_URL" in os.environ:
        return os.environ["SC_ACCESS_DATABASE_URL"], os.environ["SC_PLATFORM_KEY"]
    base = running.database("acces")
    return base.render_as_string(hide_password=False), running.secrets()["platform_key"]


if __name__ == "__main__":
    main()
