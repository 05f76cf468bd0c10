import hashlib
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.embedded import jars
from deploy.trouble import Trouble


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a list of one small jar."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(jars, "HERE", tmp_path)
    (tmp_path / "small.sha256").write_text(f"{_sha256(b'right')}  group:small:1.0\n")
    return tmp_path


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes) -> list[str]:
    """Stand in for the Maven repository, the one part that a test cannot spoil."""
    asked = []

    def download(_maven: object, coordinate: str) -> Path:
        asked.append(coordinate)
        jar = tmp_path / "downloaded.jar"
        jar.write_bytes(content)
        return jar

    monkeypatch.setattr(jars, "_download", download)
    return asked


def test_a_jar_is_fetched_once_for_all_checkouts(cache: Path, monkeypatch: pytest.MonkeyPatch):
    asked = _serve(monkeypatch, cache, b"right")

    first, second = jars.jars("small"), jars.jars("small")

    assert first == second
    assert (first / "small-1.0.jar").read_bytes() == b"right"
    assert asked == ["group:small:1.0"]


def test_a_jar_that_is_not_the_one_expected_is_refused_and_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
):
    _serve(monkeypatch, cache, b"wrong")

    with pytest.raises(jars.UnexpectedJar, match="n’est pas le fichier attendu"):
        jars.jars("small")

    assert not list((cache / "sans-couture").rglob("*.jar"))


def test_a_jar_spoilt_in_the_cache_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch):
    _serve(monkeypatch, cache, b"right")
    (jars.jars("small") / "small-1.0.jar").write_bytes(b"spoilt")

    with pytest.raises(jars.UnexpectedJar, match=r"small-1\.0\.jar"):
        jars.jars("small")


def test_too_little_disk_is_a_sentence(cache: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))

    with pytest.raises(Trouble, match=r"Il faut 400 Mo libres dans .* il en reste 5\."):
        jars.jars("small")
