"""Kilometres per day: right for a steady driver, unmoved by a wrong reading, honest about its uncertainty."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dcrc import Reading
from plugins.reminders.odometer import daily_rate
from plugins.reminders.policy import Mileage

NEW = date(2025, 1, 1)
POLICY = Mileage()


def steady(per_day: int, days: list[int]) -> list[Reading]:
    return [Reading(NEW + timedelta(day), per_day * day) for day in days]


DAYS = st.lists(st.integers(1, 1500), min_size=4, max_size=12, unique=True).map(sorted)


@given(st.integers(5, 300), DAYS, st.data())
def test_one_wrong_reading_does_not_move_the_rate(
    per_day: int, days: list[int], data: st.DataObject
) -> None:
    """A nought too many, a figure lost: the others agree with each other, and he is left out."""
    readings = [Reading(NEW, 0), *steady(per_day, days)]
    at = data.draw(st.integers(1, len(readings) - 2))
    wrong = readings[at].km * 10 if data.draw(st.booleans()) else readings[at].km // 10
    readings[at] = Reading(readings[at].on, wrong)
    found = daily_rate(readings, POLICY)
    if found is None:  # all within three weeks
        assert days[-1] < POLICY.least_days
        return
    assert abs(found.km - per_day) <= per_day * 0.2 or found.uncertainty >= 20


@given(st.integers(5, 300), DAYS)
def test_a_steady_driver_is_known_exactly(per_day: int, days: list[int]) -> None:
    found = daily_rate(steady(per_day, [0, *days]), POLICY)
    if found is not None:
        assert found.km == per_day
        assert found.uncertainty == 0
        assert not found.refused


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 400_000)), max_size=10))
def test_whatever_was_noted_the_rate_is_possible(noted: list[tuple[int, int]]) -> None:
    readings = [Reading(NEW + timedelta(day), km) for day, km in noted]
    found = daily_rate(readings, POLICY)
    if found is not None:
        assert POLICY.least_per_day <= found.km <= POLICY.most_per_day
        assert found.low <= found.km <= found.high
        kms = [each.km for each in found.believed]
        assert kms == sorted(kms)
        assert daily_rate(reversed(readings), POLICY) == found  # their order does not matter


def test_two_readings_are_believed_with_thirty_percent() -> None:
    found = daily_rate(steady(50, [0, 100]), POLICY)
    assert found is not None
    assert (found.km, found.low, found.high, found.uncertainty) == (50, 35, 65, 30)
    assert found.day_of(10_000) == NEW + timedelta(200)
    assert found.km_on(NEW + timedelta(120)) == 6000


def test_three_weeks_are_the_least() -> None:
    assert daily_rate(steady(50, [0, 20]), POLICY) is None
    assert daily_rate(steady(50, [0, 21]), POLICY) is not None


def test_a_car_that_stands_still_has_no_rate() -> None:
    assert daily_rate(steady(0, [0, 100, 200]), POLICY) is None


def test_what_the_odometer_has_shown_was_no_later_than_its_reading() -> None:
    """It stood still, then ran: the slowest stretch says nothing of when 5000 km were, but they were."""
    readings = [
        Reading(NEW, 0),
        Reading(NEW + timedelta(32), 0),
        Reading(NEW + timedelta(73), 5368),
    ]
    found = daily_rate(readings, POLICY)
    assert found is not None
    first, last = found.span_of(5000)
    assert first <= found.day_of(5000) <= last <= NEW + timedelta(73)
