"""What is written: the events of ordinary journeys, made from the published samples."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from kit import clock
from kit.log import Entry, P, partition_of
from kit.log.store import Row

_SAMPLES = Path(__file__).parents[1] / "contracts/samples"
_BASE = 0x019B_B000_0000  # a millisecond of 2026
_PREFIX = "fr.sanscouture."
LIFE: Final = (
    "parcours.ouvert.v1",
    "orientation.orientation_prononcee.v1",
    "positionnement.demande.v1",
    "positionnement.avis_favorable.v1",
    "inscription.place_reservee.v1",
    "inscription.garantie.v1",
    "suivi.entree_effective.v1",
    "suivi.suspension_prononcee.v1",
    "suivi.reprise_effective.v1",
    "suivi.sortie_effective.v1",
)
# Without them ten million events and their indexes hold in 15 GB.
_SPARED: Final = {
    "dataschema", "datacontenttype", "correlationid", "causationid", "dossier_ref",
    "organisme_formateur", "lieu",
}  # fmt: skip
ENTRY: Final = "suivi.entree_effective.v1"


class Placed(NamedTuple):
    """A row, and where it goes."""

    partition: int
    position: int
    version: int
    row: Row


def parcours(rank: int) -> UUID:
    """The parcours of this *rank*: the same one each time, and its last bytes as if by chance."""
    mixed = random.Random(rank).getrandbits(74)
    high, low = mixed >> 62, mixed & (1 << 62) - 1
    return UUID(int=(_BASE + rank) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def sample(name: str) -> dict[str, Any]:
    """One of the published samples, without what a store adds."""
    event: dict[str, Any] = json.loads((_SAMPLES / f"{_PREFIX}{name}.json").read_text("utf-8"))
    added = ("partition", "position", "version", "recordedtime", "traceparent")
    return {name: value for name, value in event.items() if name not in added}


def facts(number: int, source: str, *, among: int, seed: str) -> list[dict[str, Any]]:
    """Entries of training, each of an étape of its own, on random parcours *among* so many."""
    chance = random.Random(seed)
    model = sample(ENTRY)
    return [
        {
            **model,
            "id": f"{seed}-{rank}",
            "source": source,
            "subject": str(parcours(chance.randrange(among))),
            "data": {
                **model["data"],
                "etape_id": str(UUID(int=chance.getrandbits(128), version=4)),
            },
        }
        for rank in range(number)
    ]


def rows(number: int, *, among: int, seed: str) -> list[Row]:
    """The same facts, as a log takes them."""
    return [_row(fact) for fact in facts(number, "urn:bench", among=among, seed=seed)]


def life(rank: int) -> list[Row]:
    """The ten events of an ordinary parcours, in their order."""
    stream = str(parcours(rank))
    return [
        Row(
            UUID(stream),
            source,
            f"{stream}-{step}",
            type_,
            happened_at,
            body.replace("$stream", stream).replace("$id", f"{stream}-{step}"),
            *_NOTHING,
        )
        for step, (source, type_, happened_at, body) in enumerate(_TEMPLATES)
    ]


def place(
    lines: Iterable[Row], heads: Mapping[int, int], versions: Mapping[UUID, int]
) -> Iterator[Placed]:
    """Number *lines* as the log would, from these *heads* and *versions* on."""
    positions, known = dict(heads), dict(versions)
    for row in lines:
        partition = partition_of(row.stream)
        positions[partition] = positions.get(partition, 0) + 1
        known[row.stream] = known.get(row.stream, 0) + 1
        yield Placed(partition, positions[partition], known[row.stream], row)


def entries(number: int, *, seed: str) -> list[Entry]:
    """So many events as a relay reads them, over all partitions."""
    now = clock.now()
    return [entry(one, now) for one in place(rows(number, among=number, seed=seed), {}, {})]


def entry(one: Placed, recorded_at: datetime) -> Entry:
    row = one.row
    return Entry(
        one.partition,
        one.position,
        row.stream,
        one.version,
        row.source,
        row.id,
        row.type,
        row.happened_at,
        recorded_at,
        *(None,) * 6,
        row.body,
    )


def _uuid(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def by_partition(lines: Iterable[Entry]) -> list[list[Entry]]:
    shared: list[list[Entry]] = [[] for _ in range(P)]
    for entry in lines:
        shared[entry.partition].append(entry)
    return shared


def pages(lines: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [lines[start : start + size] for start in range(0, len(lines), size)]


def weight(lines: Sequence[Row]) -> int:
    """The mean bytes of a body."""
    return sum(len(row.body) for row in lines) // len(lines)


_FINGERPRINT = bytes(32)
# fingerprint, expected version, correlation, causation, trace, origin, target
_NOTHING = (_FINGERPRINT, *(None,) * 7)


def _row(fact: dict[str, Any]) -> Row:
    return Row(
        UUID(fact["subject"]),
        fact["source"],
        fact["id"],
        fact["type"],
        datetime.fromisoformat(fact["time"]),
        json.dumps(fact, ensure_ascii=False, separators=(",", ":")),
        *_NOTHING,
    )


def _template(name: str) -> tuple[str, str, datetime, str]:
    event = sample(name)
    event["data"] = {name: x for name, x in event["data"].items() if name not in _SPARED}
    event = {name: x for name, x in event.items() if name not in _SPARED}
    event |= {"id": "$id", "subject": "$stream"}
    if "beneficiaire_id" in event["data"]:
        event["data"]["beneficiaire_id"] = "$stream"  # to each parcours its person
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return event["source"], event["type"], datetime.fromisoformat(event["time"]), body


_TEMPLATES = [_template(name) for name in LIFE]
