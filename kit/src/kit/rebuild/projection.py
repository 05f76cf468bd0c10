"""What a service declares of a projection that can be deduced again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.consumer import Apply
from kit.rebuild.feed import Feed

Fill = Callable[[AsyncConnection, int], Awaitable[int]]
"""Deduces one partition whole, from tables of the service; returns how many events it read."""

Figures = Callable[[AsyncConnection], Awaitable[Mapping[str, tuple[int, int]]]]
"""What people read of a projection: by name, a numerator and a denominator."""


async def no_figures(_tx: AsyncConnection) -> Mapping[str, tuple[int, int]]:
    return {}


@dataclass(frozen=True)
class Projection:
    """Tables that say nothing but what a log says, and that nobody else writes.

    *apply* is what the live one uses: it names *tables* without a schema, and reads and writes
    those being rebuilt when it is called for them. *tables* come in an order in which their
    foreign keys let rows in.
    """

    name: str
    tables: Sequence[Table]
    feed: Feed
    apply: Apply
    fill: Fill | None = None
    figures: Figures = no_figures
