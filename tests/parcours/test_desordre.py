"""Les mêmes événements dans cinquante ordres, un sur cinq redit : la même réponse, à l’octet.

Chaque événement passe par une porte qu’il a vraiment : une décision par la commande de son
service, un fait par la porte des faits, ce qui a les deux par l’une ou l’autre au hasard. Les
commandes gardent le seul ordre qu’elles demandent : avoir en main ce dont elles parlent.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from secrets import randbelow

from deploy.embedded.stack import Stack
from tests.parcours.acteurs import Acteurs
from tests.parcours.desordre import Deroule
from tests.parcours.gestes import CONSEIL, gestes, ouverture

ORDRES, ENSEMBLE = 50, 10


async def test_l_ordre_d_arrivee_ne_change_pas_un_octet(pile: Stack, tell: Callable[[str], None]):
    graine = randbelow(10**6)
    tell(f"{ORDRES} ordres, graine {graine}")
    async with Acteurs(pile) as acteurs:
        declaree = await acteurs.demander(
            CONSEIL, "orientation", "/v1/beneficiaires", nom="Taffetas", prenom="Zélie"
        )
        ouvre = ouverture(declaree["beneficiaire_id"])
        refusee, placee = await acteurs.deux_sessions()
        await acteurs.ouvrir_des_places(placee, ORDRES)
        histoire = gestes(acteurs, refusee, placee)
        tour = asyncio.Semaphore(ENSEMBLE)

        async def dans_un_ordre(rang: int) -> str:
            async with tour:
                deroule = Deroule(acteurs, histoire, Random(f"{graine}/{rang}"))
                await deroule.dire(ouvre)
                return await deroule.lire()

        reponses = await asyncio.gather(*map(dans_un_ordre, range(ORDRES)))

    [(reponse, fois)] = Counter(reponses).items()
    assert fois == ORDRES, f"graine {graine}"
    assert '"etat":"EN_EMPLOI"' in reponse
    assert '"anomalies":[]' in reponse
