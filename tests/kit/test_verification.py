"""The log recomputed: nothing on a healthy one, and each damage planted is named by its row."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import log
from kit.db import engine
from kit.log.verification import PAGE, Cursor, Fault, Head, Kind, Seal, verify
from tests.conftest import Database
from tests.kit.events import SOURCE, Event, append, stream_in

SIZE = 6


@pytest.fixture(scope="module")
def url(module_database: Database) -> str:
    return module_database("passerelle")


@pytest.fixture
async def tx(url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction that may damage the log, and leaves it whole.

    Partition 3 holds six events: the first stream's are at 1, 3 and 5.
    """
    db = engine(url)
    async with db.connect() as connection:
        _, heads = await log.heads(connection)
    if not heads[3]:
        one, other = stream_in(3), stream_in(3)
        streams = [one, other] * (SIZE // 2)
        await append(db, *(Event(id=f"e{n}", subject=s) for n, s in enumerate(streams, start=1)))
        await append(db, *(Event(subject=stream_in(7)) for _ in range(40)))
    async with db.connect() as connection:
        # A log forbids it, by triggers that a replica does not run.
        await connection.execute(text("set local session_replication_role = replica"))
        yield connection
    await db.dispose()


async def _verified(
    tx: AsyncConnection, sealed: Seal | None = None, cursors: Sequence[Cursor] = ()
) -> tuple[list[Fault], Seal]:
    faults: list[Fault] = []
    return faults, await verify(tx, faults.append, sealed=sealed, cursors=cursors)


async def test_a_healthy_log_has_no_fault_and_the_same_seal_each_time(tx: AsyncConnection):
    told: list[int] = []

    faults, seal = await _verified(tx)
    again = await verify(tx, faults.append, sealed=seal, advance=told.append)

    epoch, heads = await log.heads(tx)
    assert faults == []
    assert again == seal
    assert seal.epoch == epoch
    assert {partition: head.position for partition, head in seal.heads.items()} == heads
    assert sum(told) == sum(heads.values())


async def test_a_seal_holds_while_the_log_grows_and_over_pages(
    tx: AsyncConnection, monkeypatch: pytest.MonkeyPatch
):
    _, seal = await _verified(tx)
    await log.append(tx, *(Event(subject=stream_in(3)) for _ in range(5)))
    monkeypatch.setattr("kit.log.verification.PAGE", 4)

    faults, grown = await _verified(tx, seal)

    assert PAGE > 4
    assert faults == []
    assert grown.heads[3].position == SIZE + 5
    assert grown.heads[3].rows.startswith(seal.heads[3].rows)


def row(kind: Kind, position: int) -> Fault:
    return Fault(kind, 3, position, SOURCE, f"e{position}")


A_STREAM_OF_0 = "00000000-0000-4000-8000-000000000000"
DAMAGES = {
    "a hole": (
        (
            "delete from log.entry where partition = 3 and position in (2, 3);"
            "delete from log.receipt where partition = 3 and position in (2, 3)"
        ),
        [Fault(Kind.HOLE, 3, 2, last=3), row(Kind.VERSION, 4), row(Kind.VERSION, 5)],
    ),
    "a deleted tail": (
        (
            "delete from log.entry where partition = 3 and position > 4;"
            "delete from log.receipt where partition = 3 and position > 4"
        ),
        [Fault(Kind.TAIL, 3, 5, last=6)],
    ),
    "a changed body": (
        (
            "update log.entry set body = jsonb_set(body, '{data}', '{\"x\": \"y\"}')"
            " where partition = 3 and position = 4"
        ),
        [row(Kind.PAST, 4)],
    ),
    "a changed type": (
        "update log.entry set type = 'other.v1' where partition = 3 and position = 4",
        [row(Kind.BODY, 4), row(Kind.PAST, 4)],
    ),
    "a changed stream": (
        (
            "update log.entry e set stream = o.stream, version = 9 from log.entry o"
            " where e.partition = 3 and e.position = 6 and o.partition = 3 and o.position = 1"
        ),
        [row(Kind.VERSION, 6), row(Kind.BODY, 6), row(Kind.PAST, 6)],
    ),
    "a stream of another partition": (
        (
            f"update log.entry set stream = '{A_STREAM_OF_0}', version = 1"
            " where partition = 3 and position = 6"
        ),
        [row(Kind.PARTITION, 6), row(Kind.BODY, 6), row(Kind.PAST, 6)],
    ),
    "a version gap": (
        "update log.entry set version = 7 where partition = 3 and position = 6",
        [row(Kind.VERSION, 6), row(Kind.PAST, 6)],
    ),
    "swapped times of record": (
        (
            "update log.entry set recorded_at = recorded_at"
            " + case position when 3 then interval '1 s' else '-1 s' end"
            " where partition = 3 and position in (3, 4)"
        ),
        [row(Kind.PAST, 3), row(Kind.RECORDED, 4), row(Kind.PAST, 4)],
    ),
    "a missing receipt": (
        "delete from log.receipt where partition = 3 and position = 4",
        [row(Kind.NO_RECEIPT, 4)],
    ),
    "a receipt that points elsewhere": (
        "update log.receipt set position = 5 where partition = 3 and position = 4",
        [row(Kind.RECEIPT_ELSEWHERE, 4)],
    ),
    "a receipt of nothing": (
        "insert into log.receipt values ('urn:x', '1', 3, 99)",
        [Fault(Kind.NO_ENTRY, 3, 99, "urn:x", "1")],
    ),
    "a relay beyond the head": (
        "insert into log.cursor values ('relay', 3, 7)",
        [Fault(Kind.CURSOR, 3, 7, reader="relay")],
    ),
    "a store cut otherwise": (
        "update log.identity set partitions = 11",
        [Fault(Kind.IDENTITY)],
    ),
    "another log": (
        "update log.identity set epoch = gen_random_uuid()",
        [Fault(Kind.ANOTHER_LOG)],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damage_is_named_by_its_row(tx: AsyncConnection, damage: str):
    statements, expected = DAMAGES[damage]
    _, seal = await _verified(tx)
    for statement in statements.split(";"):
        await tx.execute(text(statement.replace(":", r"\:")))

    faults, _ = await _verified(tx, seal)

    assert faults == expected


async def test_a_past_rewritten_to_look_alike_still_breaks_the_chain(tx: AsyncConnection):
    _, seal = await _verified(tx)
    head = seal.heads[3]
    forged = Seal(seal.epoch, {**seal.heads, 3: Head(head.position, b"another", head.rows)})

    faults, _ = await _verified(tx, forged)

    assert faults == [row(Kind.PAST, SIZE)]


async def test_a_reader_kept_elsewhere_is_never_ahead(tx: AsyncConnection):
    faults, _ = await _verified(tx, cursors=[Cursor("a", 3, SIZE), Cursor("b", 3, SIZE + 1)])

    assert faults == [Fault(Kind.CURSOR, 3, SIZE + 1, reader="b")]


async def test_what_a_restore_gave_up_is_no_fault_and_what_it_kept_is_still_compared(
    tx: AsyncConnection,
):
    await log.append(tx, Event(id="lost", subject=stream_in(3)))
    _, seal = await _verified(tx)
    for damage in (
        "delete from log.entry where id = 'lost'",
        "delete from log.receipt where id = 'lost'",
    ):
        await tx.execute(text(damage))
    await tx.execute(text("call log.begin_epoch()"))
    await _append_again(tx)

    restored, _ = await _verified(tx, seal)
    await tx.execute(text("update log.entry set body = body || '{\"x\"\\: 1}' where id = 'e2'"))
    changed, _ = await _verified(tx, seal)

    assert restored == []
    assert changed == [row(Kind.PAST, 2)]


async def _append_again(tx: AsyncConnection) -> None:
    """One more append in the transaction of a test."""
    await tx.execute(text("select set_config('log.called', '', true)"))
    await log.append(tx, Event(id="instead", subject=UUID(int=15)))
