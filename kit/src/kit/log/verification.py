"""The log recomputed from its rows: what does not hold is named, and what does is sealed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

PAGE = 2000
PREFIX = 4  # bytes of a row's digest that are kept, to tell which row of a changed past did


class Kind(Enum):
    """What a log promises and a row does not hold."""

    IDENTITY = auto()  # the store is not cut as it says
    ANOTHER_LOG = auto()  # sealed before was a log that this one has never been
    HOLE = auto()
    TAIL = auto()  # sealed before, and no longer there
    PAST = auto()  # sealed before, and no longer the same
    RECORDED = auto()  # before its predecessor
    VERSION = auto()  # not the one that follows in its stream
    PARTITION = auto()  # its stream lives in another
    BODY = auto()  # tells another id, source, type or stream than the row
    NO_RECEIPT = auto()
    RECEIPT_ELSEWHERE = auto()
    NO_ENTRY = auto()  # for a receipt
    CURSOR = auto()  # ahead of the head


class Fault(NamedTuple):
    """A promise broken, and by which row: *source* and *id*, or for a cursor who *reader* is."""

    kind: Kind
    partition: int = 0
    position: int = 0
    source: str | None = None
    id: str | None = None
    last: int = 0  # of the positions missing from *position* on
    reader: str | None = None


class Head(NamedTuple):
    """How far a partition is sealed: the hash of the chain there, and each row's short digest."""

    position: int
    chain: bytes
    rows: bytes


class Seal(NamedTuple):
    """A log as it was verified, in one of its lives."""

    epoch: UUID
    heads: Mapping[int, Head]


class Cursor(NamedTuple):
    reader: str
    partition: int
    position: int


# The steady plan, whatever statistics say: an index scan of one partition, and of its receipts.
_STEADY = [
    text(f"set local {setting} = off")
    for setting in ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin")
]
_IDENTITY = text(
    "select partitions, epoch, former,"
    " (select count(*) from pg_inherits where inhparent = 'log.entry'::regclass) as tables"
    " from log.identity"
)
_ENDINGS = text("select epoch, partition, position from log.ending")
_HEADS = text("select partition, position from log.head")
_CURSORS = text("select consumer, partition, position from log.cursor")
# Numbers and not instants: their text depends on no setting of whoever asks.
_PAGE = text(
    "select e.position, e.stream, e.version, e.recorded_at, e.source, e.id,"
    " e.partition = log.partition_of(e.stream) as placed,"
    " (e.body->>'source', e.body->>'id', e.body->>'type', e.body->>'subject')"
    "  is not distinct from (e.source, e.id, e.type, e.stream::text) as told,"
    " r.id is not null as received, (r.partition, r.position) = (e.partition, e.position) as here,"
    " sha256(convert_to(row(e.partition, e.position, e.stream, e.version, e.source, e.id, e.type,"
    "  (extract(epoch from e.happened_at) * 1000000)::bigint,"
    "  (extract(epoch from e.recorded_at) * 1000000)::bigint, e.correlation, e.causation,"
    "  e.traceparent, e.origin, e.target_source, e.target_id, e.body)::text, 'UTF8')) as digest"
    " from log.entry e left join log.receipt r on r.source = e.source and r.id = e.id"
    " where e.partition = :partition and e.position > :after order by e.position limit :limit"
)
_RECEIPTS = text("select count(*) from log.receipt")
_ORPHANS = text(
    "select r.partition, r.position, r.source, r.id from log.receipt r left join log.entry e"
    " on e.partition = r.partition and e.position = r.position and e.source = r.source"
    " and e.id = r.id where e.id is null order by r.partition, r.position"
)


async def verify(
    tx: AsyncConnection,
    told: Callable[[Fault], None],
    *,
    sealed: Seal | None = None,
    cursors: Iterable[Cursor] = (),
    advance: Callable[[int], None] = lambda _: None,
) -> Seal:
    """Recompute what the log promises, page by page; tell every fault; answer what was read.

    *tx* sees one instant (repeatable read), and *cursors*, those of readers kept elsewhere, were
    read before it. *sealed* is the answer of a former run, kept where who writes the log does not.
    """
    partitions, epoch, former, tables = (await tx.execute(_IDENTITY)).one()
    if partitions != tables:
        told(Fault(Kind.IDENTITY))
    heads = {line.partition: line.position for line in await tx.execute(_HEADS)}
    own = [Cursor._make(line) for line in await tx.execute(_CURSORS)]
    for reader, partition, position in [*own, *cursors]:
        if position > heads.get(partition, 0):
            told(Fault(Kind.CURSOR, partition, position, reader=reader))
    lived = [*former, epoch]
    if sealed and sealed.epoch not in lived:
        told(Fault(Kind.ANOTHER_LOG))
        sealed = None
    ends = await _ends(tx, lived[lived.index(sealed.epoch) : -1]) if sealed else {}
    for setting in _STEADY:
        await tx.execute(setting)
    found: dict[int, Head] = {}
    matched, elsewhere = 0, set[tuple[str, str]]()
    for partition, head in heads.items():
        walk = _Walk(partition, told, sealed and sealed.heads.get(partition), ends.get(partition))
        while walk.position < head:
            place = {"partition": partition, "after": walk.position, "limit": PAGE}
            page = (await tx.execute(_PAGE, place)).all()
            for row in page:
                walk.step(row)
            advance(len(page))
        walk.end()
        matched += walk.matched
        elsewhere |= walk.elsewhere
        found[partition] = Head(walk.position, walk.chain, bytes(walk.rows))
    if await tx.scalar(_RECEIPTS) != matched:
        for line in await tx.execute(_ORPHANS):
            if line[2:] not in elsewhere:
                told(Fault(Kind.NO_ENTRY, *line))
    return Seal(epoch, found)


async def _ends(tx: AsyncConnection, lives: list[UUID]) -> dict[int, int]:
    """Up to where each partition still says what it said at the beginning of *lives*."""
    ends: dict[int, int] = {}
    for life, partition, position in await tx.execute(_ENDINGS):
        if life in lives:
            ends[partition] = min(position, ends.get(partition, position))
    return ends


class _Walk:
    """One partition, row after row."""

    def __init__(
        self, partition: int, told: Callable[[Fault], None], known: Head | None, end: int | None
    ) -> None:
        self.position = 0
        self.chain = sha256(b"%d" % partition).digest()
        self.rows = bytearray()
        self.matched = 0
        self.elsewhere: set[tuple[str, str]] = set()
        self._partition = partition
        self._told = told
        self._known = known
        self._upto = min(known.position, known.position if end is None else end) if known else 0
        self._changed = False
        self._versions: defaultdict[UUID, int] = defaultdict(int)
        self._recorded = None

    def step(self, row: Any) -> None:  # noqa: ANN401 - a row of _PAGE
        place = (self._partition, row.position, row.source, row.id)
        if row.position != self.position + 1:
            missing = Fault(Kind.HOLE, self._partition, self.position + 1, last=row.position - 1)
            self._told(missing)
            self._changed = True  # the chain breaks by it
        if self._recorded and row.recorded_at < self._recorded:
            self._told(Fault(Kind.RECORDED, *place))
        if row.version != self._versions[row.stream] + 1:
            self._told(Fault(Kind.VERSION, *place))
        if not row.placed:
            self._told(Fault(Kind.PARTITION, *place))
        if not row.told:
            self._told(Fault(Kind.BODY, *place))
        if row.here:
            self.matched += 1
        elif row.received:
            self.elsewhere.add((row.source, row.id))
            self._told(Fault(Kind.RECEIPT_ELSEWHERE, *place))
        else:
            self._told(Fault(Kind.NO_RECEIPT, *place))
        self.position, self._recorded = row.position, row.recorded_at
        self._versions[row.stream] = row.version
        self.chain = sha256(self.chain + row.digest).digest()
        self.rows += row.digest[:PREFIX]
        self._compare(place, row.digest[:PREFIX])

    def end(self) -> None:
        if self.position < self._upto:
            tail = Fault(Kind.TAIL, self._partition, self.position + 1, last=self._upto)
            self._told(tail)

    def _compare(self, place: tuple[int, int, str, str], short: bytes) -> None:
        known, position = self._known, self.position
        if known is None or position > self._upto:
            return
        same = known.rows[(position - 1) * PREFIX : position * PREFIX] == short
        if same and position == known.position and not self._changed:
            same = self.chain == known.chain
        if not same:
            self._changed = True
            self._told(Fault(Kind.PAST, *place))
