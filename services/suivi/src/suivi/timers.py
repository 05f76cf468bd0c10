"""La porte du temps : les envois dus partent."""

import asyncio

import structlog

from kit import clock
from kit.db import is_outage
from suivi.commands.envoyer import LOT, Envoyeur

REPOS = 0.1  # seconds, when nothing is due

_log = structlog.get_logger(__name__)


async def envois(envoyeur: Envoyeur) -> None:
    """Envoyer ce qui est dû, sans fin."""
    async with envoyeur.sender:
        while True:
            try:
                tentes = await envoyeur.envoyer(clock.now())
            except Exception as error:
                if not is_outage(error):
                    raise
                _log.warning("the database does not answer: deliveries wait")
                tentes = 0
            if tentes < LOT:
                await asyncio.sleep(REPOS)
