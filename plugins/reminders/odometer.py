"""Kilometres per day from what the odometer showed: robust against a wrong reading, with its uncertainty."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate, combinations, pairwise
from math import ceil

import attrs

from dcrc import Reading

from .policy import Mileage


@attrs.frozen
class DailyRate:
    """Kilometres per day: the middle, and the span in which half of all pairs of readings lie.

    `believed` are the readings that agree with each other, `refused` the others.
    """

    km: float
    low: float
    high: float
    believed: tuple[Reading, ...]
    refused: tuple[Reading, ...] = ()

    @property
    def last(self) -> Reading:
        return self.believed[-1]

    @property
    def uncertainty(self) -> int:
        """Half the span, in percent of the rate."""
        return round(100 * (self.high - self.low) / 2 / self.km) if self.km else 100

    def day_of(self, km: int, rate: float | None = None) -> date:
        """The day on which the odometer shows `km`, a day in the past if it is over already."""
        per_day = self.km if rate is None else rate
        if per_day <= 0:
            return date.max if km > self.last.km else self.last.on
        days = ceil((km - self.last.km) / per_day)
        try:
            return self.last.on + timedelta(days)
        except OverflowError:
            return date.max if days > 0 else self.believed[0].on

    def span_of(self, km: int) -> tuple[date, date]:
        """The first and the last day on which the odometer may show `km`."""
        found = [self.day_of(km, rate) for rate in (self.low, self.km, self.high)]
        return min(found), max(found)

    def km_on(self, day: date) -> int:
        """What the odometer shows on `day`, more or less."""
        return round(self.last.km + self.km * (day - self.last.on).days)


def daily_rate(readings: Iterable[Reading], policy: Mileage) -> DailyRate | None:
    """The rate of the readings that agree; None when they are too few or too close to each other.

    A reading that falls below an earlier one, or rises faster than a car can be driven, is refused: what
    stays is the longest run of readings that fit. The rate is the median of all pairs' slopes (Theil and
    Sen), each pair counting as many times as it has days.
    """
    known = _one_a_day(readings)
    believed = _longest_run(known, policy.most_per_day)
    wrong = [] if len(believed) == len(known) else [each for each in known if each not in believed]
    if len(believed) < policy.least_readings:
        return None
    if (believed[-1].on - believed[0].on).days < policy.least_days:
        return None
    points = [(each.on.toordinal(), each.km) for each in believed]
    slopes = sorted(
        [
            ((after - before) / (last - first), last - first)
            for (first, before), (last, after) in combinations(points, 2)
        ]
    )
    low, middle, high = _quantiles(slopes, (0.25, 0.5, 0.75))
    if middle < policy.least_per_day:
        return None
    if len(believed) == 2:
        spread = middle * policy.two_readings / 100
        return DailyRate(middle, middle - spread, middle + spread, tuple(believed), tuple(wrong))
    return DailyRate(middle, low, high, tuple(believed), tuple(wrong))


def _one_a_day(readings: Iterable[Reading]) -> list[Reading]:
    """By day; of several on one day the highest, as a car comes in before it goes."""
    by_day: dict[date, Reading] = {}
    for each in readings:
        held = by_day.get(each.on)
        if held is None or each.km > held.km:
            by_day[each.on] = each
    return [by_day[day] for day in sorted(by_day)]


def _longest_run(known: Sequence[Reading], most_per_day: int) -> list[Reading]:
    """The longest run in which each reading can follow the one before; of equal ones the latest."""
    if all(_follows(a, b, most_per_day) for a, b in pairwise(known)):
        return list(known)
    runs: list[list[Reading]] = []
    for reading in known:
        best: list[Reading] = []
        for run in runs:
            if len(run) >= len(best) and _follows(run[-1], reading, most_per_day):
                best = run
        runs.append([*best, reading])
    longest: list[Reading] = []
    for run in runs:
        if len(run) >= len(longest):
            longest = run
    return longest


def _follows(before: Reading, after: Reading, most_per_day: int) -> bool:
    """Whether a car can have been driven from one reading to the other."""
    return 0 <= after.km - before.km <= most_per_day * (after.on - before.on).days


def _quantiles(slopes: Sequence[tuple[float, int]], parts: Iterable[float]) -> list[float]:
    """The weighted quantiles of (value, weight), sorted by value."""
    passed = list(accumulate([weight for _, weight in slopes]))
    return [slopes[bisect_left(passed, part * passed[-1])][0] for part in parts]
