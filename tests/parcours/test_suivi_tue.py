"""Le suivi tué dix fois au milieu de deux mille envois : rien d’accusé n’est perdu ni doublé."""

from collections.abc import Callable

import pytest

from deploy.embedded.stack import Stack
from tests.parcours.charge import Partenaire
from tests.parcours.compte import compter

ENVOIS, FOIS = 2000, 10


@pytest.mark.timeout(900)
def test_tout_ce_qui_est_accuse_survit_a_kill_9(pile: Stack, tell: Callable[[str], None]):
    partenaire = Partenaire(pile, "2024-05")

    en_vol = []
    tranche = ENVOIS // FOIS
    with partenaire.en_fond(partenaire.tout_envoyer(ENVOIS)):
        for fois in range(FOIS):
            partenaire.permis += tranche
            partenaire.attendre_des_accuses(fois * tranche + tranche // 2)
            en_vol.append(partenaire.en_vol)
            pile.services["suivi"].kill()
            pile.start_service("suivi")
    compte = compter(pile, partenaire)

    tell(f"suivi tué {FOIS} fois, envois en vol : {en_vol}\nensuite : {compte}")
    assert min(en_vol) >= 1
    assert len(partenaire.accuses) == ENVOIS
    assert compte.juste
