"""La commande `make mis-de-cote`, devant un service qui a mis des parcours de côté."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from deploy import mis_de_cote
from deploy.prepare import SERVICES
from kit.consumer import Consumer, Record
from kit.ids import short_code
from kit.run import Service
from tests.browser import served
from tests.kit.http_parts import SERVICE_KEY, a_service
from tests.kit.reading import (
    HAPPENED,
    POISON,
    READER,
    Event,
    LogSource,
    a_delivery,
    a_stream,
    an_empty_log,
    an_empty_reader,
    apply,
    deliver,
    write,
)

AUTEUR = ("--auteur", "Basile")
Dire = Callable[..., str]


@pytest.fixture(scope="module")
def bases(module_database: Callable[[str], str]) -> tuple[str, str]:
    return module_database("suivi"), module_database("indicateurs")


@pytest.fixture
def flux(bases: tuple[str, str]) -> list[UUID]:
    """Trois parcours que le service n’a pas su lire."""

    async def mettre_de_cote() -> list[UUID]:
        async with an_empty_log(bases[0]) as source, an_empty_reader(bases[1]) as db:
            flux = [a_stream(4) for _ in range(3)]
            events = [Event(un, type=type_) for un in flux for type_ in (POISON, HAPPENED)]
            await deliver(await a_delivery(db, source), await write(source.db, *events))
            return flux

    return asyncio.run(mettre_de_cote())


@pytest.fixture
def dire(
    bases: tuple[str, str],
    flux: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Dire]:
    """`dire("--relacher", …)` : ce que la commande affiche, le service sachant désormais lire."""

    async def savoir_lire(tx: AsyncConnection, records: Sequence[Record]) -> None:
        await apply(tx, [record._replace(type=HAPPENED) for record in records])

    # No connection is kept: the loop of the server ends before the databases do.
    log, db = (create_async_engine(url, poolclass=NullPool) for url in bases)
    app = a_service()
    app.state.db = db
    consumer = Consumer(
        name=READER.consumer,
        log=READER.log,
        topic="test.events",
        db=db,
        source=LogSource(log),
        apply=savoir_lire,
        dead_letters="test.dead-letters",
        known_types=None,
    )
    Service(http=app, consumers=[consumer])
    with served(app) as url:
        monkeypatch.setenv("SC_SERVICE_KEY", SERVICE_KEY.get_secret_value())
        monkeypatch.setenv("SC_TRACE_URL", "http://traces/{trace_id}")
        for service in SERVICES:
            ailleurs = url if service == "indicateurs" else "http://127.0.0.1:1"
            monkeypatch.setenv(f"SC_{service.upper()}_URL", ailleurs)

        def dire(*arguments: str) -> str:
            monkeypatch.setattr("sys.argv", ["mis_de_cote", *arguments])
            mis_de_cote.main()
            return capsys.readouterr().out.replace("\xa0", " ")

        yield dire


def test_ils_se_listent_se_relachent_et_se_passent(dire: Dire, flux: list[UUID]):
    ici = ("--service", "indicateurs", *AUTEUR)
    codes = [short_code(un, "P") for un in flux]

    liste = dire()
    relache = dire("--relacher", codes[0], *ici)
    passe = dire("--passer", str(flux[1]), "--motif", "Un essai", *ici)
    tous = dire("--relacher", "tous", *ici)

    assert "indicateurs : 3 parcours" in liste
    assert f"{flux[0]}  {codes[0]}  journal writer, position 1, depuis le " in liste
    assert "1 attend derrière" in liste
    assert "test.poison : " in liste
    assert "orientation ne répond pas." in liste
    assert f"{codes[0]} avance de nouveau." in relache
    assert f"{codes[1]} avance de nouveau." in passe
    assert f"{codes[2]} avance de nouveau." in tous
    assert "Rien n’est mis de côté." in dire()


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("--relacher", "tous", "--service", "indicateurs"), "Dites qui décide"),
        (("--relacher", "tous", *AUTEUR), "Dites chez quel service"),
        (("--relacher", "P-0", "--service", "indicateurs", *AUTEUR), "n’a pas mis P-0 de côté"),
        (("--passer", "P-0", "--service", "indicateurs", *AUTEUR), "Dites pourquoi"),
        (("--relacher", "P-0", "--service", "suivi", *AUTEUR), "suivi n’a pas répondu"),
    ],
)
def test_une_demande_qu_on_ne_peut_suivre_recoit_une_phrase(
    dire: Dire, arguments: tuple[str, ...], phrase: str
):
    with pytest.raises(SystemExit, match=phrase):
        dire(*arguments)


def test_sans_pile_et_sans_reglage_une_phrase_dit_quoi_lancer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SC_SERVICE_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["mis_de_cote"])

    with pytest.raises(SystemExit, match="make up"):
        mis_de_cote.main()
