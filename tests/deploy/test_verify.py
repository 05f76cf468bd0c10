"""La commande `make verify-journal`, sur une vraie base."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.journal import verify
from kit.db import engine
from tests.conftest import Database
from tests.kit.events import Event, append, stream_in

Dire = Callable[[], tuple[int, str]]


@pytest.fixture
def url(module_database: Database) -> str:
    return module_database("suivi")


@pytest.fixture
def verifier(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Dire:
    """Le code de la commande, et ce qu’elle affiche."""
    sceaux = str(tmp_path / "sceaux")
    monkeypatch.setenv("SC_DATABASE_URL", url)
    monkeypatch.setattr("sys.argv", ["verify", "--service", "suivi", "--sceaux", sceaux])

    def dire() -> tuple[int, str]:
        with pytest.raises(SystemExit) as fini:
            verify.main()
        return int(fini.value.code or 0), capsys.readouterr().out

    return dire


def test_un_journal_sain_est_scelle_puis_un_passe_change_est_nomme_par_sa_ligne(
    url: str, verifier: Dire, tmp_path: Path
):
    asyncio.run(_ecrire(url))
    secret = "Lisière"

    sain, dit = verifier()
    asyncio.run(_changer(url, f'{{"motif": "{secret}"}}'))
    change, redit = verifier()

    sceau = tmp_path / "sceaux/suivi.sceau"
    assert sain == 0
    assert re.search(r"suivi : 3 événements relus en .* aucune faute, sceau [0-9a-f]{16}", dit)
    assert sceau.stat().st_mode & 0o777 == 0o600
    assert change == 1
    assert "suivi, partition 3, position 2 (urn:test:one e2) : la ligne a changé" in redit
    assert "1 faute" in redit
    assert secret not in redit
    asyncio.run(_changer(url, "{}"))
    assert verifier()[0] == 0


async def _ecrire(url: str) -> None:
    db = engine(url)
    await append(db, *(Event(id=f"e{n}", subject=stream_in(3)) for n in (1, 2, 3)))
    await db.dispose()


async def _changer(url: str, donnees: str) -> None:
    """Réécrire une ligne, comme qui tient la base."""
    db = engine(url)
    async with db.begin() as tx:
        await tx.execute(text("set local session_replication_role = replica"))
        ligne = text(
            "update log.entry set body = body || jsonb_build_object('data',"
            " cast(:d as jsonb)) where id = 'e2'"
        )
        await tx.execute(ligne, {"d": donnees})
    await db.dispose()
