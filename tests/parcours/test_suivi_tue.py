"""Le suivi tué dix fois au milieu de deux mille envois : rien d’accusé n’est perdu ni doublé."""

import asyncio
import time
from threading import Thread

from deploy.embedded.stack import Stack
from tests.parcours.charge import Partenaire, compter

ENVOIS, FOIS, ENSEMBLE = 2000, 10, 32


def test_tout_ce_qui_est_accuse_survit_a_kill_9(pile: Stack):
    partenaire = Partenaire.de(pile)
    envois = Thread(target=asyncio.run, args=[partenaire.tout_envoyer(ENVOIS, ENSEMBLE)])
    envois.start()

    en_vol = []
    for fois in range(1, FOIS + 1):
        seuil = fois * ENVOIS // (FOIS + 1)
        while len(partenaire.accuses) < seuil or partenaire.en_vol == 0:
            time.sleep(0.001)
        en_vol.append(partenaire.en_vol)
        pile.services["suivi"].kill()
        pile.start_service("suivi")
    envois.join()
    compte = compter(pile, partenaire)

    print(f"\nen vol à chaque mort : {en_vol} ; {compte}")
    assert min(en_vol) >= 1
    assert compte.accuses == ENVOIS
    assert compte.juste
