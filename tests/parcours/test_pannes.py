"""Kafka ou PostgreSQL arrêté sous la charge : on répond, et rien ne se perd."""

import time
from collections.abc import Callable

import pytest

from deploy.embedded.stack import Stack
from tests.parcours.charge import Partenaire, Reponse, compter, en_fond

PAR_SECONDE = 220
REPONDU_EN = 5.0  # seconds: what the issue promises of a stopped PostgreSQL

pytestmark = pytest.mark.outage


def test_sans_kafka_le_journal_recoit_toujours(pile: Stack, outage: float):
    partenaire = Partenaire.de(pile)

    with en_fond(partenaire, PAR_SECONDE):
        time.sleep(1)
        panne = _panne(pile.kafka.kill, pile.kafka.start, outage)
        time.sleep(1)
    compte = compter(pile, partenaire)

    pendant = _pendant(partenaire, panne)
    _dire("Kafka", pendant, panne, compte)
    assert {reponse.statut for reponse in pendant} == {201}
    assert compte.juste


def test_sans_postgresql_chaque_envoi_recoit_503_et_aucun_ne_reste_pendu(
    pile: Stack, outage: float
):
    partenaire = Partenaire.de(pile)

    with en_fond(partenaire, PAR_SECONDE):
        time.sleep(1)
        panne = _panne(pile.postgresql.stop, pile.postgresql.start, outage)
        time.sleep(1)
    compte = compter(pile, partenaire)

    pendant = _pendant(partenaire, panne)
    _dire("PostgreSQL", pendant, panne, compte)
    assert {reponse.statut for reponse in pendant} == {503}
    assert max(reponse.duree for reponse in partenaire.reponses) < REPONDU_EN
    assert compte.juste


def _panne(
    arreter: Callable[[], None], rallumer: Callable[[], None], duree: float
) -> tuple[float, float]:
    """Le temps pendant lequel le serveur ne répondait plus du tout."""
    arreter()
    debut = time.monotonic()
    time.sleep(duree)
    fin = time.monotonic()
    rallumer()
    return debut, fin


def _pendant(partenaire: Partenaire, panne: tuple[float, float]) -> list[Reponse]:
    """Les envois partis et répondus pendant la panne."""
    debut, fin = panne
    return [r for r in partenaire.reponses if debut < r.partie_a and r.partie_a + r.duree < fin]


def _dire(quoi: str, pendant: list[Reponse], panne: tuple[float, float], compte: object) -> None:
    duree = panne[1] - panne[0]
    cadence = len(pendant) / duree
    print(f"\n{quoi} arrêté {duree:.0f} s, {cadence:.0f} envois/s répondus pendant ce temps")
    print(f"la plus longue réponse : {max(r.duree for r in pendant):.1f} s ; {compte}")
