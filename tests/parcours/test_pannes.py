"""Kafka ou PostgreSQL arrêté sous la charge : on répond, et rien ne se perd."""

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from deploy.embedded.stack import Stack
from tests.parcours.charge import Partenaire, Reponse
from tests.parcours.compte import Compte, compter

AU_MOINS = 0.9  # of the load: what was really sent
REPONDU_EN = 5.0  # seconds: what is promised of a stopped PostgreSQL

pytestmark = [pytest.mark.outage, pytest.mark.timeout(600)]


def test_sans_kafka_le_journal_recoit_toujours(
    pile: Stack, outage: float, load: int, tell: Callable[[str], None]
):
    partenaire = Partenaire(pile, "2024-03")

    panne = _sous_la_charge(partenaire, pile.kafka.kill, pile.kafka.start, outage, load)
    compte = compter(pile, partenaire)

    pendant = panne.pendant(partenaire.reponses)
    tell(_dit("Kafka", panne, pendant, compte))
    assert len(pendant) >= AU_MOINS * load * panne.duree
    assert {reponse.statut for reponse in pendant} == {201}
    assert compte.juste


def test_sans_postgresql_on_repond_503_et_rien_ne_reste_pendu(
    pile: Stack, outage: float, load: int, tell: Callable[[str], None]
):
    partenaire = Partenaire(pile, "2024-04")

    panne = _sous_la_charge(partenaire, pile.postgresql.stop, pile.postgresql.start, outage, load)
    compte = compter(pile, partenaire)

    pendant = panne.pendant(partenaire.reponses)
    tell(_dit("PostgreSQL", panne, pendant, compte))
    assert len(pendant) >= AU_MOINS * load * panne.duree
    assert {r.statut for r in pendant if r.finie_a < panne.fin} == {503}
    assert panne.lenteur < REPONDU_EN
    # What the last ones still wait for once it is back is not its absence.
    sans_elle = [min(r.finie_a, panne.fin) - r.partie_a for r in pendant]
    assert max(sans_elle) < REPONDU_EN + panne.lenteur
    assert compte.juste


class Panne(NamedTuple):
    """Le temps pendant lequel le serveur n’était plus là du tout.

    `lenteur` : ce qu’a pris au plus, pendant ce temps, une demande qui n’avait besoin de rien.
    """

    debut: float
    fin: float
    lenteur: float

    @property
    def duree(self) -> float:
        return self.fin - self.debut

    def pendant(self, reponses: list[Reponse]) -> list[Reponse]:
        """Ce que l’on a répondu aux envois partis pendant ce temps."""
        return [reponse for reponse in reponses if self.debut < reponse.partie_a < self.fin]


def _sous_la_charge(
    partenaire: Partenaire,
    arreter: Callable[[], None],
    rallumer: Callable[[], None],
    duree: float,
    par_seconde: int,
) -> Panne:
    lenteur = 0.0
    with partenaire.en_fond(partenaire.cadencer(par_seconde)):
        partenaire.attendre_des_accuses(par_seconde)
        arreter()
        debut = time.monotonic()
        while (demande := time.monotonic()) < debut + duree:
            partenaire.saluer()
            lenteur = max(lenteur, time.monotonic() - demande)
            time.sleep(0.1)
        fin = time.monotonic()
        # From here on, only what was not acknowledged is sent again: the restart too is loaded.
        partenaire.cesser.set()
        rallumer()
    return Panne(debut, fin, lenteur)


def _dit(quoi: str, panne: Panne, pendant: list[Reponse], compte: Compte) -> str:
    statuts = sorted({str(reponse.statut) for reponse in pendant})
    return (
        f"{quoi} arrêté {panne.duree:.0f} s : {len(pendant) / panne.duree:.0f} envois/s, "
        f"réponses {', '.join(statuts)}, la plus longue en "
        f"{max(reponse.duree for reponse in pendant):.1f} s ; qui ne demande rien l’a en "
        f"{panne.lenteur:.1f} s\nensuite : {compte}"
    )
