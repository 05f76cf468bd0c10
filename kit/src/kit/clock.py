"""The only place that reads the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251


Now = Annotated[datetime, Depends(now)]


def civil_date(instant: datetime) -> date:
    """The day on which *instant* falls for people: Europe/Paris."""
    return instant.astimezone(PARIS).date()


def midnight_after(day: date) -> datetime:
    """The first instant in Paris that is no longer *day*."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=PARIS)
