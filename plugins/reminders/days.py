"""Days of contact: the window of a reminder before its target day, and what a closed dealer does to it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import attrs

from dcrc import PlanningDay, Workdays

from .policy import Timing
from .statute import months_after

DAY = timedelta(days=1)
_FURTHEST = 31  # days


@attrs.frozen
class Window:
    """When a reminder opens, its last day in time, its last day of use, and how early it may come."""

    opens: date
    due: date
    expires: date
    earliest: date


@lru_cache(maxsize=1 << 13)
def open_day(workdays: Workdays, day: date) -> date:
    """The open day that takes a contact planned for `day`.

    The first half of a closed stretch is worked before it, the second after it, each day of it on an open
    day of its own: two weeks at Spring Festival neither swallow their reminders nor heap them on one morning.
    """
    if workdays.is_open(day):
        return day
    before = after = 0
    while not workdays.is_open(day - (before + 1) * DAY):
        before += 1
        if before > 60:
            return day
    while not workdays.is_open(day + (after + 1) * DAY):
        after += 1
        if after > 60:
            return day
    first, length = day - before * DAY, before + after + 1
    if before < length // 2:
        return workdays.add_open_days(first, -(length // 2 - before))
    return workdays.add_open_days(first + (length - 1) * DAY, before - length // 2 + 1)


def open_day_until(workdays: Workdays, day: date) -> date:
    """The last open day that is not after `day`."""
    return day if workdays.is_open(day) else workdays.add_open_days(day, -1)


def over(timing: Timing, target: date, today: date) -> bool:
    """Whether a reminder of `target` is of no use any more, however far a closed dealer moved its days."""
    return target + (timing.expires_after + _FURTHEST) * DAY < today


def window(
    timing: Timing, target: date, day: PlanningDay, not_before: date | None = None
) -> Window:
    """The window of a reminder that speaks of `target`; it opens after `not_before` if that is given."""
    if not_before is None:
        return day.once(_window, timing, target)
    return _window(timing, day, target, not_before)


def _window(
    timing: Timing, day: PlanningDay, target: date, not_before: date | None = None
) -> Window:
    opens = months_after(target, -timing.lead_months) - timing.lead_days * DAY
    if not_before is not None:
        opens = max(opens, not_before + DAY)
    opens = open_day(day.workdays, opens)
    due = open_day(day.workdays, opens + timing.window_days * DAY)
    due = max(opens, due)
    expires = max(due, target + timing.expires_after * DAY)
    earliest = opens - timing.early_days * DAY
    if not_before is not None:
        earliest = max(earliest, min(not_before + DAY, opens))
    return Window(opens, due, expires, earliest)
