"""Files that say secrets, and are never seen half written."""

import json
import os
from pathlib import Path


def write_json(path: Path, content: object) -> None:
    """Replace *path* in one step; its owner alone reads it."""
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    aside.rename(path)
