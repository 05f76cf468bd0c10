"""The jars of Kafka and Zipkin: fetched once for all checkouts, and each one the jar we expect."""

import fcntl
import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from jgo.maven import MavenContext, PythonResolver
from rich.progress import Progress
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from deploy.trouble import Trouble

HERE = Path(__file__).parent
# What the largest of the sets takes while it is copied to its place.
ROOM = 400_000_000


class UnexpectedJar(Trouble):
    """A file is not the one whose checksum is checked in."""

    def __init__(self, jar: Path) -> None:
        super().__init__(
            f"{jar.name} n’est pas le fichier attendu (somme SHA-256 différente) ; il est refusé. "
            f"Supprimez {jar.parent} et recommencez."
        )


class JarUnreachable(Trouble):
    """Le réseau ou le dépôt Maven ne répond pas."""

    def __init__(self, coordinate: str) -> None:
        super().__init__(
            f"Impossible de télécharger {coordinate} : le réseau ou le dépôt Maven ne répond pas."
        )


class NoRoom(Trouble):
    """The disk is too full to begin."""

    def __init__(self, folder: Path, needed: int) -> None:
        free = shutil.disk_usage(folder).free
        super().__init__(
            f"Il faut {needed // 1_000_000} Mo libres dans {folder} ; "
            f"il en reste {free // 1_000_000}."
        )


def jars(name: str) -> Path:
    """The folder that holds the jars listed in `<name>.sha256`, fetched if need be."""
    expected = _expected(name)
    folder = _cache() / f"{name}-{hashlib.sha256(repr(expected).encode()).hexdigest()[:12]}"
    with made_once(folder) as aside:
        if aside:
            require_room(folder.parent, ROOM)
            _fetch(name, expected, aside)
    _verify(folder, expected)
    return folder


@contextmanager
def made_once(path: Path) -> Iterator[Path | None]:
    """Where to make *path*, in a folder that goes afterwards; `None` if it has been made."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            yield None
            return
        with TemporaryDirectory(dir=path.parent, ignore_cleanup_errors=True) as aside:
            yield (made := Path(aside) / path.name)
            made.rename(path)


def require_room(folder: Path, needed: int) -> None:
    """Refuse with a sentence what would fail half-way for want of disk."""
    if shutil.disk_usage(folder).free < needed:
        raise NoRoom(folder, needed)


def _expected(name: str) -> dict[str, str]:
    """Coordinate `group:artifact:version[:classifier]` → SHA-256."""
    lines = (HERE / f"{name}.sha256").read_text("ascii").splitlines()
    return {coordinate: digest for digest, coordinate in map(str.split, lines)}


def _cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sans-couture"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fetch(name: str, expected: dict[str, str], folder: Path) -> None:
    # A file announced by nobody's length would warn on the screen; its checksum tells the same.
    logging.getLogger("jgo").setLevel(logging.ERROR)
    with Progress() as progress:
        task = progress.add_task(f"Téléchargement de {name.capitalize()}", total=len(expected))

        @contextmanager
        def follow(_file: str, size: int) -> Iterator[Callable[[int], None]]:
            yield lambda count: progress.advance(task, count / size)

        maven = MavenContext(
            PythonResolver(progress_callback=follow), repo_cache=folder.with_name("m2"), timeout=30
        )
        folder.mkdir()
        for coordinate in expected:
            _download(maven, coordinate).rename(folder / _file_name(coordinate))
    _verify(folder, expected)


def _download(maven: MavenContext, coordinate: str) -> Path:
    group, artifact, version, *classifier = coordinate.split(":")
    wanted = maven.project(group, artifact).at_version(version).artifact(*classifier)
    try:
        for attempt in Retrying(
            retry=retry_if_exception_type(requests.RequestException),
            stop=stop_after_attempt(3),
            wait=wait_fixed(1),
            reraise=True,
        ):
            with attempt:
                if wanted.cached_path:
                    wanted.cached_path.unlink(missing_ok=True)
                return Path(wanted.resolve())
    except (requests.RequestException, RuntimeError) as failure:
        raise JarUnreachable(coordinate) from failure
    raise AssertionError


def _verify(folder: Path, expected: dict[str, str]) -> None:
    for coordinate, digest in expected.items():
        jar = folder / _file_name(coordinate)
        with jar.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != digest:
                raise UnexpectedJar(jar)


def _file_name(coordinate: str) -> str:
    return "-".join(coordinate.split(":")[1:]) + ".jar"
