"""La commande `make cle`, sur une vraie base."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import cles

SIRET = "99900120000016"
Dire = Callable[..., str]


@pytest.fixture
def cle(
    module_database: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Dire:
    """`cle("--portees", …)` : ce que la commande affiche."""
    monkeypatch.setenv("SC_ACCESS_DATABASE_URL", module_database("access"))
    monkeypatch.setenv("SC_PLATFORM_KEY", "un secret de plate-forme, long et tiré au sort")

    def dire(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["cles", *arguments])
        cles.main()
        return capsys.readouterr().out

    return dire


def test_une_cle_est_montree_une_fois_listee_puis_revoquee(cle: Dire):
    connue = ("--organisation", SIRET, "--nom", "Atelier d’essai", "--role", "organisme_formation")

    creee = cle(*connue, "--portees", "evenements:ecrire parcours:lire")

    montree = re.search(r"pk_live_([0-9a-z]{8})_\S{49}", creee)
    assert montree
    identifiant = montree[1]
    listee = cle("--organisation", SIRET)
    assert f"{identifiant}  Atelier d’essai, jusqu’au " in listee
    assert "jamais servie : evenements:ecrire parcours:lire" in listee
    assert montree[0] not in listee

    assert "est révoquée" in cle("--revoquer", identifiant)
    assert f"{identifiant}  Atelier d’essai, révoquée le " in cle()


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("--portees", "parcours:lire"), "Dites quelle organisation"),
        (("--organisation", SIRET, "--portees", "parcours:lire"), f"{SIRET} est inconnue"),
        (("--revoquer", "00000000"), "Aucune clé ne porte l’identifiant 00000000"),
    ],
)
def test_une_demande_qu_on_ne_peut_suivre_recoit_une_phrase(
    cle: Dire, arguments: tuple[str, ...], phrase: str
):
    with pytest.raises(SystemExit, match=phrase):
        cle(*arguments)


def test_sans_pile_et_sans_reglage_une_phrase_dit_quoi_lancer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SC_ACCESS_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["cles"])

    with pytest.raises(SystemExit, match="make up"):
        cles.main()
