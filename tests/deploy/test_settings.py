"""Les mêmes réglages partout : la pile embarquée, docker-compose et ce que lit un service."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from deploy.embedded.stack import Stack
from deploy.prepare import SERVICES
from kit.settings import Settings

ROOT = Path(__file__).parents[2]
READ = {f"SC_{name.upper()}" for name in Settings.model_fields}


def _compose() -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8")))


def _embedded(tmp_path: Path, service: str) -> dict[str, str]:
    stack = Stack(tmp_path)
    parts = {
        "postgresql": SimpleNamespace(database_url=lambda name: f"postgresql+asyncpg://…/{name}"),
        "kafka": SimpleNamespace(bootstrap="127.0.0.1:19092"),
        "zipkin": SimpleNamespace(url="http://127.0.0.1:9411"),
        "secrets": SimpleNamespace(service_key="a", platform_key="b"),
        "urls": {name: f"http://127.0.0.1:810{rank}" for rank, name in enumerate(SERVICES)},
    }
    for name, part in parts.items():
        setattr(stack, name, part)
    return stack.settings(service)


def _ours(settings: dict[str, str]) -> set[str]:
    return {name for name in settings if name.startswith("SC_")}


def test_chaque_service_recoit_les_memes_reglages_dans_la_pile_et_dans_compose(tmp_path: Path):
    for service in SERVICES:
        compose = _compose()["services"][service]["environment"]

        assert _ours(compose) == _ours(_embedded(tmp_path, service)) == READ


def test_un_service_peut_lire_les_reglages_de_compose(monkeypatch: pytest.MonkeyPatch):
    for service in SERVICES:
        for name, value in _compose()["services"][service]["environment"].items():
            monkeypatch.setenv(name, re.sub(r"\$\{\w+:-(.*)\}", r"\1", value))

        assert Settings().database_url.endswith(f"/{service}")  # type: ignore[call-arg]


def test_compose_demarre_une_fois_les_memes_bases_et_les_memes_sujets():
    prepare = _compose()["services"]["prepare"]

    assert prepare["command"] == ["deploy.prepare"]
    for service in SERVICES:
        waits_for = _compose()["services"][service]["depends_on"]
        assert waits_for == {"prepare": {"condition": "service_completed_successfully"}}


def test_kafka_a_la_meme_version_partout():
    image = _compose()["services"]["kafka"]["image"]
    jars = (ROOT / "deploy/embedded/kafka.sha256").read_text("ascii")

    assert f"org.apache.kafka:kafka_2.13:{image.rpartition(':')[2]}\n" in jars


def test_le_verrou_ne_nomme_aucun_hote():
    lock = (ROOT / "requirements.lock").read_text("utf-8")

    assert "://" not in lock
    assert "--index" not in lock
