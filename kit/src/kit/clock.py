"""The only place that reads the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251


# A dependency that is not async costs each request a trip to a thread and back.
async def _now() -> datetime:
    return now()


Now = Annotated[datetime, Depends(_now)]


def civil_date(instant: datetime) -> date:
    """The day on which *instant* falls for people: Europe/Paris."""
    return instant.astimezone(PARIS).date()


def midnight_after(day: date) -> datetime:
    """The first instant in Paris that is no longer *day*."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=PARIS)
