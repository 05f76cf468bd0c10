"""The part that runs where pyeventsourcing is installed: it reads its order, and tells."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Event
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from bench.gate import Seen, Verdict, inspect
from bench.machine import Meter

_PAUSE = 0.002


def main(order: dict[str, Any]) -> None:
    datastore = PostgresDatastore(
        **order["server"],
        pool_size=order["connections"] + 1,
        enable_db_functions=not order["safe"],
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    events = [
        StoredEvent(UUID(stream), version, topic, body.encode())
        for stream, version, topic, body in order["rows"]
    ]
    groups = (
        events[start : start + order["group"]] for start in range(0, len(events), order["group"])
    )
    turns = iter(list(groups))
    ended = Event()

    def write(_: int) -> None:
        while group := next(iter(islice(turns, 1)), None):
            recorder.insert_events(group)

    def read() -> list[Seen]:
        """Follow as its own subscriptions do, from the last one seen, until nothing is new."""
        seen: list[Seen] = []
        after = 0
        while True:
            last = ended.is_set()
            found = recorder.select_notifications(after, 1000, inclusive_of_start=False)
            for one in found:
                seen.append(Seen("", one.id, (one.originator_id, one.originator_version)))
                after = one.id
            if last and not found:
                return seen
            time.sleep(_PAUSE)

    meter = Meter()
    with ThreadPoolExecutor(order["connections"] + 1) as threads:
        reading = threads.submit(read) if order["tail"] else None
        with meter.running():
            list(threads.map(write, range(order["connections"])))
        ended.set()
        seen = Verdict()
        if reading is not None:
            expected = [(event.originator_id, event.originator_version) for event in events]
            seen = inspect(expected, reading.result(), contiguous=False)
    datastore.close()
    json.dump({"seconds": meter.seconds, "cpu": meter.cpu, "seen": seen}, sys.stdout)


if __name__ == "__main__":
    main(json.load(sys.stdin))
