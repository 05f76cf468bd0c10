"""Ce que le simulateur sait du monde, et d’où il le tient."""

import json
from importlib.resources import files
from typing import Any


def lire(nom: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(files(__name__).joinpath(f"{nom}.json").read_text("utf-8"))
