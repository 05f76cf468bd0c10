"""La porte du temps : les envois dus partent."""

import asyncio

import structlog

from kit import clock
from kit.db import is_outage
from suivi.commands.envoyer import Envoyeur

REPOS = 0.1  # seconds, between two looks

_log = structlog.get_logger(__name__)


async def envois(envoyeur: Envoyeur) -> None:
    """Faire partir ce qui est dû, sans fin. Ce qu’un arrêt coupe repart après son bail."""
    async with envoyeur.sender, asyncio.TaskGroup() as taches:
        while True:
            try:
                await envoyeur.envoyer(clock.now(), taches)
            except Exception as error:
                if not is_outage(error):
                    raise
                _log.warning("the database does not answer: deliveries wait")
            await asyncio.sleep(REPOS)
