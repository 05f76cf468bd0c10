"""Chaque chiffre, calculé deux fois : en base, et à part d’après les définitions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from fractions import Fraction
from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from indicateurs import queries
from indicateurs.domain import INDICATEURS, Cohorte, mois_suivant
from kit.db import engine
from tests.services.indicateurs.journal import LE, Document, des_vies, lire_dans
from tests.services.indicateurs.oracle import Oracle, details, par_mois, quantile

GRAINES = (1, 2)
TOUT = Cohorte(date(2024, 1, 1), date(2026, 11, 1))


@pytest.fixture(scope="module", params=GRAINES)
def graine(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def dits(graine: int) -> list[Document]:
    return des_vies(graine, 120)


@pytest.fixture(scope="module")
def oracle(dits: list[Document]) -> Oracle:
    return Oracle(dits, LE.date())


@pytest.fixture
async def db(base_lue: str) -> AsyncIterator[AsyncEngine]:
    lue = engine(base_lue)
    yield lue
    await lue.dispose()


@pytest.fixture(scope="module")
def base_lue(module_database: Callable[[str], str], dits: list[Document]) -> str:
    """Une base qui a lu ces événements."""
    url = module_database("indicateurs")
    asyncio.run(lire_dans(url, dits))
    return url


def des_cohortes(graine: int) -> list[Cohorte]:
    """Tout, puis des fenêtres et des filtres au hasard."""
    hasard = Random(graine)
    trouvees = [TOUT]
    for _ in range(6):
        debut = mois_suivant(TOUT.debut, hasard.randrange(30))
        fin = min(mois_suivant(debut, hasard.randrange(12)), TOUT.fin)
        public = hasard.choice([None, "QPV", "DE_INFRA_BAC"])
        trouvees.append(Cohorte(debut, fin, hasard.choice([None, 1, 2]), public))
    return trouvees


@pytest.mark.parametrize("nom", INDICATEURS)
async def test_le_chiffre_refait_a_part_est_le_meme(
    nom: str, graine: int, db: AsyncEngine, oracle: Oracle
):
    for cohorte in des_cohortes(graine):
        fin = mois_suivant(cohorte.fin)
        attendues = oracle.lignes(
            nom, cohorte.debut, date.fromordinal(fin.toordinal() - 1), cohorte.axe, cohorte.public
        )

        chiffre, lignes = await queries.evenements(db, INDICATEURS[nom], cohorte, LE)

        trouvees = {(x.source, x.id): (x.le, x.compte, x.inconnu) for x in lignes}
        assert len(trouvees) == len(lignes)
        assert trouvees == {r: (x.le, x.compte, x.inconnu) for r, x in attendues.items()}
        attendu = par_mois(attendues.values())
        assert attendu == {
            p.debut: [p.denominateur, p.numerateur, p.inconnus]
            for p in chiffre.serie
            if p.denominateur
        }
        assert chiffre.total.details == details(attendues.values())
        total = chiffre.total
        assert [total.denominateur, total.numerateur, total.inconnus] == [
            sum(mois[rang] for mois in attendu.values()) for rang in range(3)
        ]
        if chiffre.quantiles:
            assert chiffre.quantiles == {
                "mediane": quantile(attendues.values(), Fraction(1, 2)),
                "p75": quantile(attendues.values(), Fraction(3, 4)),
                "p90": quantile(attendues.values(), Fraction(9, 10)),
            }
