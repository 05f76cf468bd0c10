"""`python -m deploy.openapi [--check]`: write what each service answers to, as OpenAPI."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

from kit.run import Service
from kit.settings import Settings

SERVICES: Final = ("orientation", "inscription", "passerelle", "suivi", "indicateurs")
FOLDER: Final = Path(__file__).parents[1] / "docs" / "openapi"


def document(name: str) -> str:
    """The OpenAPI document of a service; nothing is connected to make it."""
    urls = {f"{other}_url": "http://localhost" for other in SERVICES}
    settings = Settings.model_validate(
        {
            "database_url": "postgresql+asyncpg://localhost/none",
            "access_database_url": "postgresql+asyncpg://localhost/none",
            "kafka": "localhost:9",
            "port": 9,
            "public_url": "http://localhost",
            "service_key": "none",
            "platform_key": "none" * 8,
            **urls,
        }
    )
    service: Service = import_module(f"{name}.app").service(settings)
    text = json.dumps(service.http.openapi(), ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n"


def main() -> None:
    stale = []
    for name in SERVICES:
        file = FOLDER / f"{name}.json"
        text = document(name)
        if not file.exists() or file.read_text("utf-8") != text:
            stale.append(file.name)
            if "--check" not in sys.argv:
                FOLDER.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(
            f"Ces documents ne sont plus à jour : {', '.join(stale)}. Lancer « make contracts »."
        )


if __name__ == "__main__":
    main()
