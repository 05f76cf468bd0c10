"""The real parts that tests share: one PostgreSQL, one Kafka, a fresh database for each test."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from deploy.embedded.kafka import Kafka, start_kafka
from deploy.embedded.postgresql import Postgresql, start_postgresql
from deploy.embedded.stack import Stack
from kit.migrations import upgrade

MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes
_WHOLE = pytest.StashKey[ExitStack]()


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder in memory where there is room for it: a database a test is a matter of files."""
    there = MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM
    with TemporaryDirectory(dir=MEMORY if there else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgresql(memory: Path) -> Iterator[Postgresql]:
    """The server itself, for tests that stop it."""
    server = start_postgresql(memory / "postgresql")
    # What it writes survives its own death all the same.
    server.execute("alter system set fsync = off")
    server.execute("select pg_reload_conf()")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres(postgresql: Postgresql) -> str:
    """The administrator's DSN."""
    return postgresql.url


@pytest.fixture(scope="session")
def broker(memory: Path) -> Iterator[Kafka]:
    """The broker itself, for tests that stop it."""
    server = start_kafka(memory / "kafka")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka(broker: Kafka) -> str:
    """`host:port` of the broker."""
    return broker.bootstrap


@pytest.fixture
def topic_prefix() -> str:
    """What makes the topics of this test its own."""
    return f"{uuid4().hex[:12]}."


Database = Callable[[str], str]


@pytest.fixture(scope="session")
def _template(postgresql: Postgresql) -> Database:
    """The name of a migrated database of a service (or `access`), made once."""

    @cache
    def made(service: str) -> str:
        name = f"template_{service}"
        postgresql.execute(f"create database {name}")
        url = postgresql.database_url(name)
        with ThreadPoolExecutor() as aside:  # the test may have a loop of its own
            aside.submit(asyncio.run, upgrade(url, service)).result()
        return name

    return made


@contextmanager
def _databases(postgresql: Postgresql, template: Database) -> Iterator[Database]:
    with ExitStack() as made:

        def fresh(service: str) -> str:
            name = f"{service}_{uuid4().hex[:12]}"
            postgresql.execute(f"create database {name} template {template(service)}")
            made.callback(postgresql.execute, f"drop database {name} with (force)")
            return postgresql.database_url(name)

        yield fresh


@pytest.fixture
def database(postgresql: Postgresql, _template: Database) -> Iterator[Database]:
    """`database("suivi")`: the URL of a fresh migrated database, for this test alone."""
    with _databases(postgresql, _template) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_database(postgresql: Postgresql, _template: Database) -> Iterator[Database]:
    """The same, for the tests of one file together."""
    with _databases(postgresql, _template) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def pile(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The whole stack, seeded, for the tests that go through several services."""
    stack = Stack(tmp_path_factory.mktemp("pile"))
    return pytestconfig.stash[_WHOLE].enter_context(stack)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Stop the whole stack with the last test that wants it: even idle, it takes from others."""
    if _wants_whole(item) and not (nextitem and _wants_whole(nextitem)):
        item.config.stash[_WHOLE].close()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_WHOLE].close()


def _wants_whole(item: pytest.Item) -> bool:
    return "pile" in getattr(item, "fixturenames", ())


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """`tell("50 orders, seed 7")`: what the run says at its end, passed or not."""
    return lambda text: request.node.user_properties.append((TOLD, text))


TOLD = "told"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in chain.from_iterable(terminalreporter.stats.values()):
        for kind, text in getattr(report, "user_properties", ()):
            if kind == TOLD and report.when == "call":
                terminalreporter.write_line(f"{report.nodeid.partition('@')[0]}\n{text}\n")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run in two processes: what needs the whole stack in one, any file in whichever is free.

    The first is half of the time, so it starts at once.
    """
    items.sort(key=_wants_whole, reverse=True)
    for item in items:
        file = f"{item.path.parent.name}/{item.path.stem}"
        item.add_marker(pytest.mark.xdist_group("pile" if _wants_whole(item) else file))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_WHOLE] = ExitStack()
    config.addinivalue_line("markers", "outage: stops PostgreSQL or Kafka under load")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--outage", type=float, default=8, metavar="SECONDS", help="how long an outage lasts"
    )
    parser.addoption(
        "--load", type=int, default=60, metavar="POSTS", help="a second, during an outage"
    )


@pytest.fixture(scope="session")
def outage(request: pytest.FixtureRequest) -> float:
    """How many seconds a stopped server stays stopped."""
    return float(request.config.getoption("--outage"))


@pytest.fixture(scope="session")
def load(request: pytest.FixtureRequest) -> int:
    """How many facts a second are posted during an outage: other tests want the machine too."""
    return int(request.config.getoption("--load"))
