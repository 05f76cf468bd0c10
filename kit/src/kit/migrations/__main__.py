"""`python -m kit.migrations SERVICE…`: bring a database up to date, or compare it with the code.

`access` names the database of organisations and keys. Upgrading reads `SC_DATABASE_URL`, or
`SC_ACCESS_DATABASE_URL` for `access`; `--check` and `--revision` work in databases of their own on
the server of `SC_DATABASE_URL`.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser

from alembic.util import CommandError

from kit.migrations import check, revise, upgrade


async def _main() -> None:
    parser = ArgumentParser(prog="python -m kit.migrations", description=__doc__)
    parser.add_argument("service", nargs="+")
    parser.add_argument("--check", action="store_true", help="compare tables and migrations")
    parser.add_argument("--revision", metavar="TITLE", help="write the next migration")
    arguments = parser.parse_args()
    for service in arguments.service:
        if arguments.check:
            await check(os.environ["SC_DATABASE_URL"], service)
        elif arguments.revision:
            await revise(os.environ["SC_DATABASE_URL"], service, arguments.revision)
        elif service == "access":
            await upgrade(os.environ["SC_ACCESS_DATABASE_URL"], service)
        else:
            await upgrade(os.environ["SC_DATABASE_URL"], service)


try:
    asyncio.run(_main())
except CommandError as error:
    sys.exit(str(error))
