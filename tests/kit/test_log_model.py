"""Whatever batches come, append answers as a plain-Python log would."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from kit import log
from kit.db import engine
from tests.conftest import Database
from tests.kit.events import Event, append, faults


class Line(NamedTuple):
    """One row of a batch: which stream, which id, which content, which expectation."""

    stream: int
    id: int
    fingerprint: bytes | None
    expected: int | None


LINES = st.builds(
    Line,
    stream=st.integers(0, 4),
    id=st.integers(0, 9),
    fingerprint=st.sampled_from([None, b"one", b"two"]),
    expected=st.one_of(st.none(), st.none(), st.integers(0, 3)),
)
BATCHES = st.lists(st.lists(LINES, min_size=1, max_size=8), min_size=1, max_size=5)


class Model:
    """What the log promises, one row at a time."""

    def __init__(self, heads: dict[int, int]) -> None:
        self.heads = heads
        self.versions: dict[UUID, int] = {}
        self.known: dict[str, tuple[log.Receipt, bytes | None]] = {}

    def append(self, event: Event, fingerprint: bytes | None, expected: int | None) -> log.Receipt:
        partition, version = log.partition_of(event.subject), self.versions.get(event.subject, 0)
        if event.id in self.known:
            stored, first = self.known[event.id]
            differ = first and fingerprint and first != fingerprint
            return stored._replace(status="conflict" if differ else "duplicate")
        if expected not in {None, version}:
            return log.Receipt("stale", partition, None, version)
        self.heads[partition] += 1
        self.versions[event.subject] = version + 1
        receipt = log.Receipt("new", partition, self.heads[partition], version + 1)
        self.known[event.id] = receipt, fingerprint
        return receipt


@pytest.fixture(scope="module")
def url(module_database: Database) -> str:
    return module_database("passerelle")


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def db(url: str, runner: asyncio.Runner) -> Iterator[AsyncEngine]:
    db = engine(url, pool=1)
    yield db
    runner.run(db.dispose())


def test_append_answers_as_a_plain_log_would(db: AsyncEngine, runner: asyncio.Runner):
    @given(batches=BATCHES)
    @settings(max_examples=80, deadline=None)
    def whatever_comes(batches: list[list[Line]]) -> None:
        runner.run(_compare(db, batches))

    whatever_comes()

    assert runner.run(faults(db)) == []


async def _compare(db: AsyncEngine, batches: list[list[Line]]) -> None:
    async with db.connect() as tx:
        _, heads = await log.heads(tx)
    model, streams, source = Model(heads), [uuid4() for _ in range(5)], f"urn:test:{uuid4()}"
    for batch in batches:
        events = [
            Event(source=source, id=str(line.id), subject=streams[line.stream]) for line in batch
        ]
        fingerprints = [line.fingerprint for line in batch]
        expected = [line.expected for line in batch]

        receipts = await append(db, *events, fingerprints=fingerprints, expected=expected)

        assert receipts == list(map(model.append, events, fingerprints, expected))
    async with db.connect() as tx:
        for stream in streams:
            history = await log.read(tx, stream)
            assert [entry.version for entry in history] == [
                version + 1 for version in range(model.versions.get(stream, 0))
            ]
