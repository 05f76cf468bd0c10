"""`python -m kit.access`: the keys of partners, from a shell.

Reads `SC_ACCESS_DATABASE_URL` and `SC_PLATFORM_KEY`.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace

from pydantic import SecretStr

from kit.access import Access, Key, Organisation
from kit.db import engine
from kit.errors import NotFound


async def _run(arguments: Namespace) -> None:
    database = engine(os.environ["SC_ACCESS_DATABASE_URL"], pool=1)
    access = Access(database, SecretStr(os.environ["SC_PLATFORM_KEY"]))
    try:
        if arguments.command == "revoke":
            await access.revoke_key(arguments.key)
            return
        organisation = await _organisation(access, arguments.siret) if arguments.siret else None
        if arguments.command == "create" and organisation:
            print(await access.create_key(organisation, arguments.scopes))  # noqa: T201
            return
        names = {known.id: known.name for known in await access.organisations()}
        for key in await access.list_keys(organisation):
            print(_line(key, names[key.organisation]))  # noqa: T201
    finally:
        await database.dispose()


async def _organisation(access: Access, siret: str) -> Organisation:
    found = await access.organisation(siret)
    if found is None:
        raise NotFound(f"No organisation has the SIRET {siret}.")
    return found


def _line(key: Key, name: str) -> str:
    state = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}"
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    return f"{key.id}  {name}  {' '.join(key.scopes)}  {state}, {used}"


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m kit.access", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="print a new key: it is shown only once")
    create.add_argument("siret")
    create.add_argument("scopes", nargs="+")
    listing = commands.add_parser("list", help="show the keys, without their secrets")
    listing.add_argument("siret", nargs="?")
    revoke = commands.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("key", help="its 8 characters, as `list` shows them")
    return parser.parse_args()


try:
    asyncio.run(_run(_arguments()))
except NotFound as error:
    sys.exit(str(error) or "No such key.")
