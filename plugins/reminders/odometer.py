"""Kilometres per day from what the odometer showed: robust against a wrong reading, with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations
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
            return date.max
        days = ceil((km - self.last.km) / per_day)
        try:
            return self.last.on + timedelta(days)
        except OverflowError:
            return date.max

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
    refused = tuple(each for each in known if each not in believed)
    if len(believed) < policy.least_readings:
        return None
    if (believed[-1].on - believed[0].on).days < policy.least_days:
        return None
    slopes = sorted(
        ((b.km - a.km) / (b.on - a.on).days, (b.on - a.on).days)
        for a, b in combinations(believed, 2)
    )
    middle = _quantile(slopes, 0.5)
    if middle < policy.least_per_day:
        return None
    if len(believed) == 2:
        spread = middle * policy.two_readings / 100
        return DailyRate(middle, middle - spread, middle + spread, tuple(believed), refused)
    return DailyRate(
        middle, _quantile(slopes, 0.25), _quantile(slopes, 0.75), tuple(believed), refused
    )


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
    runs: list[list[Reading]] = []
    for reading in known:
        best: list[Reading] = []
        for run in runs:
            last = run[-1]
            rise, days = reading.km - last.km, (reading.on - last.on).days
            if 0 <= rise <= most_per_day * days and len(run) >= len(best):
                best = run
        runs.append([*best, reading])
    longest: list[Reading] = []
    for run in runs:
        if len(run) >= len(longest):
            longest = run
    return longest


def _quantile(slopes: Sequence[tuple[float, int]], part: float) -> float:
    """The weighted quantile of (value, weight), sorted by value."""
    total = sum(weight for _, weight in slopes)
    passed = 0.0
    for value, weight in slopes:
        passed += weight
        if passed >= part * total:
            return value
    return slopes[-1][0]
