"""Le disque de Kafka perdu : il se refait du journal, et rien de ce que l’on sait n’a changé."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

import asyncpg
import pytest

from deploy.embedded.stack import ROOT, Stack
from deploy.journal import republish
from deploy.prepare import SERVICES
from tests.parcours.acteurs import Acteurs, attendre
from tests.parcours.charge import Partenaire
from tests.parcours.compte import compter
from tests.parcours.desordre import Deroule
from tests.parcours.gestes import CONSEIL, gestes, ouverture

FAITS = 40
# But what is sent on.
_TABLES = (
    "select table_name from information_schema.tables where table_schema = 'public'"
    " and table_name not in ('alembic_version', 'envois', 'tentatives')"
)

_LUS = "select sum(position) from consumer.cursor where log = 'suivi'"


@pytest.mark.timeout(600)
def test_un_kafka_qui_a_tout_perdu_se_refait_du_journal(
    pile: Stack, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str], None]
):
    monkeypatch.chdir(pile.run.parent)
    asyncio.run(_raconter(pile))
    partenaire = Partenaire(pile, "2024-06")
    with partenaire.en_fond(partenaire.tout_envoyer(FAITS)):
        partenaire.permis = FAITS
    assert compter(pile, partenaire).juste
    avant = asyncio.run(_projections(pile))

    ensuite = Partenaire(pile, "2024-07")
    with ensuite.en_fond(ensuite.tout_envoyer(2 * FAITS)):
        pile.kafka.lose()
        ensuite.permis = FAITS
        ensuite.attendre_des_accuses(FAITS // 2)
        pile.kafka.start()
        asyncio.run(republish.republish(None))
    comptes = [compter(pile, un) for un in (partenaire, ensuite)]

    tell("\n".join(map(str, comptes)))
    assert [compte.juste for compte in comptes] == [True, True]
    assert avant - asyncio.run(_projections(pile)) == Counter()
    assert _verifier(pile).returncode == 0


async def _raconter(pile: Stack) -> None:
    """Toute une histoire, par les commandes et par la porte des faits : les cinq la savent."""
    async with Acteurs(pile) as acteurs:
        declaree = await acteurs.demander(
            CONSEIL, "orientation", "/v1/beneficiaires", nom="Organza", prenom="Lise"
        )
        refusee, placee = await acteurs.deux_sessions()
        await acteurs.ouvrir_des_places(placee, 1)
        deroule = Deroule(acteurs, gestes(acteurs, refusee, placee), Random(0))
        await deroule.dire(ouverture(declaree["beneficiaire_id"]))
        await deroule.lire()


async def _projections(pile: Stack) -> Counter[tuple[str, str, str]]:
    """Tout ce que les cinq services ont retenu : chaque ligne de chaque table, une fois tout lu."""
    fin = await _somme(pile, "suivi", "select sum(position) from log.head")
    for service in SERVICES:
        lus = partial(_somme, pile, service, _LUS)
        assert await attendre(lus, lambda lu: lu >= fin) >= fin
    lignes: Counter[tuple[str, str, str]] = Counter()
    for service in SERVICES:
        url = pile.postgresql.database_url(service).replace("+asyncpg", "")
        connexion = await asyncpg.connect(url)
        try:
            for (table,) in await connexion.fetch(_TABLES):
                trouvees = await connexion.fetch(f'select t::text from public."{table}" t')
                lignes.update((service, table, ligne[0]) for ligne in trouvees)
        finally:
            await connexion.close()
    return lignes


async def _somme(pile: Stack, service: str, requete: str) -> int:
    connexion = await asyncpg.connect(pile.postgresql.database_url(service).replace("+asyncpg", ""))
    try:
        return int(await connexion.fetchval(requete))
    finally:
        await connexion.close()


def _verifier(pile: Stack) -> subprocess.CompletedProcess[bytes]:
    """`make verify-journal`, sur la pile qui tourne."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.journal.verify"],
        cwd=pile.run.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
