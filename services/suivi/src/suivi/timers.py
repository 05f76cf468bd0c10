"""La porte du temps : les envois dus partent, les faits qui attendent se rapprochent."""

import asyncio

import structlog

from kit import clock
from kit.db import is_outage
from suivi.commands.envoyer import Envoyeur
from suivi.commands.rapprocher import Rapprochement

REPOS = 0.1  # seconds between two looks, when no delivery ends meanwhile
REPOS_RAPPROCHEMENTS = 2.0

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
            await envoyeur.attendre(REPOS)


async def rapprochements(rapprochement: Rapprochement) -> None:
    """Redemander, sans fin, de quel parcours parlent les faits qui attendent."""
    while True:
        try:
            await rapprochement.reprendre(clock.now())
        except Exception as error:
            if not is_outage(error):
                raise
            _log.warning("the database does not answer: facts wait to be matched")
        await asyncio.sleep(REPOS_RAPPROCHEMENTS)
