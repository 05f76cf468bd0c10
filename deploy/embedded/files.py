"""Files that say secrets, and are never seen half written."""

import json
import os
from collections.abc import Iterable
from pathlib import Path


def write_json(path: Path, content: object) -> None:
    """As `write`, a document."""
    write(path, [json.dumps(content, ensure_ascii=False, indent=1).encode()])


def write(path: Path, parts: Iterable[bytes]) -> None:
    """Replace *path* in one step, durably; its owner alone reads it."""
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
