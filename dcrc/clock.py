"""Where time comes from: a clock is passed in, and only the faces pass the real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def clock_on(day: date, clock: Clock = system_clock, zone: tzinfo = UTC) -> Clock:
    """A clock that keeps the time of day of `clock` but stands on `day` in `zone` (for `--today`)."""

    def shifted() -> datetime:
        here = clock().astimezone(zone)
        return (here + timedelta(days=(day - here.date()).days)).astimezone(UTC)

    return shifted
