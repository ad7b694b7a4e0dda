"""Contact rules: slots, quiet hours, when a customer is given up."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcrc.kernel.contact import (
    EFFECTS,
    ContactPolicy,
    Span,
    Try,
    given_up,
    next_slot,
    quiet_end,
    slot_at,
    window_end,
)
from dcrc.kernel.tasks import Result
from dcrc.kernel.workdays import Workdays

ZONE = ZoneInfo("Asia/Shanghai")
POLICY = ContactPolicy()
WORKDAYS = Workdays()
FRIDAY = date(2026, 11, 20)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def test_every_result_has_its_effect() -> None:
    assert set(EFFECTS) == set(Result)


def test_the_next_try_is_in_another_slot_of_the_same_day() -> None:
    assert next_slot(POLICY, WORKDAYS, at(FRIDAY, 10), [Try(FRIDAY, "morning")]) == at(FRIDAY, 14)


def test_it_goes_on_at_the_next_working_day_in_the_slot_that_is_left() -> None:
    tries = [Try(FRIDAY, "afternoon"), Try(FRIDAY, "evening")]
    assert next_slot(POLICY, WORKDAYS, at(FRIDAY, 18), tries) == at(date(2026, 11, 23), 9)


def test_the_make_up_saturday_counts_and_the_holiday_does_not() -> None:
    saturday = date(2026, 10, 10)  # worked for the National Day
    tries = [Try(date(2026, 10, 9), "evening")]
    assert next_slot(POLICY, WORKDAYS, at(date(2026, 10, 9), 18), tries) == at(saturday, 9)
    before = [Try(date(2026, 9, 30), "evening")]
    assert next_slot(POLICY, WORKDAYS, at(date(2026, 9, 30), 18), before) == at(
        date(2026, 10, 8), 9
    )


def test_the_customers_favourite_slot_comes_first_within_the_window() -> None:
    tries = [Try(FRIDAY, "morning")]
    assert next_slot(POLICY, WORKDAYS, at(FRIDAY, 10), tries, "evening") == at(FRIDAY, 17, 30)


def test_a_slot_over_quiet_hours_begins_after_them() -> None:
    quiet = attrs.evolve(POLICY, quiet=(Span(time(13), time(15)),))
    assert next_slot(quiet, WORKDAYS, at(FRIDAY, 10), [Try(FRIDAY, "morning")]) == at(FRIDAY, 15)


@pytest.mark.parametrize(
    ("hour", "minute", "ends"),
    [(9, 0, "09:00"), (12, 0, "14:00"), (13, 59, "14:00"), (20, 0, "09:00"), (8, 59, "09:00")],
)
def test_quiet_hours_end(hour: int, minute: int, ends: str) -> None:
    assert f"{quiet_end(POLICY, at(FRIDAY, hour, minute)):%H:%M}" == ends


def test_quiet_hours_over_midnight_end_the_next_morning() -> None:
    assert quiet_end(POLICY, at(FRIDAY, 21)).date() == FRIDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("tries", "expected"),
    [
        ([], False),
        (["morning", "afternoon"], False),
        (["morning", "afternoon", "evening"], True),
        (["morning", "morning", "morning"], False),  # one slot is one slot
        (["morning", "morning", "morning", "afternoon"], False),
        (["", "", "evening"], False),
    ],
)
def test_three_tries_are_in_three_slots(tries: list[str], expected: bool) -> None:
    made = [Try(FRIDAY, slot) for slot in tries]
    again = next_slot(POLICY, WORKDAYS, at(FRIDAY, 10), made)
    assert given_up(POLICY, WORKDAYS, made, again) is expected


def test_tries_that_are_enough_give_up_when_the_window_is_over() -> None:
    mornings = [Try(FRIDAY, "morning"), Try(date(2026, 11, 23), "morning")]
    assert window_end(POLICY, WORKDAYS, mornings) == date(2026, 11, 24)
    mornings.append(Try(date(2026, 11, 24), "evening"))
    again = next_slot(POLICY, WORKDAYS, at(date(2026, 11, 24), 18), mornings)
    assert again == at(date(2026, 11, 25), 14)
    assert given_up(POLICY, WORKDAYS, mornings, again)


def test_a_brand_that_tries_twice_within_two_days() -> None:
    brand = attrs.evolve(POLICY, tries=2, window_days=2)
    tries = [Try(FRIDAY, "morning"), Try(FRIDAY, "afternoon")]
    assert given_up(brand, WORKDAYS, tries, next_slot(brand, WORKDAYS, at(FRIDAY, 15), tries))


FIRST = datetime(2026, 1, 1)  # noqa: DTZ001 - hypothesis wants them naive
LAST = datetime(2026, 12, 20)  # noqa: DTZ001
slots = st.sampled_from(["morning", "afternoon", "evening", ""])


@given(
    st.datetimes(FIRST, LAST),
    st.lists(st.tuples(st.integers(0, 4), slots), max_size=5),
    st.sampled_from(["", "morning", "evening", "night"]),
)
def test_the_next_try_is_always_later_open_and_not_quiet(
    moment: datetime, made: list[tuple[int, str]], favourite: str
) -> None:
    local = moment.replace(tzinfo=ZONE)
    tries = [Try(local.date() - timedelta(days=days), slot) for days, slot in made]
    again = next_slot(POLICY, WORKDAYS, local, tries, favourite)
    assert again is not None
    assert again > local
    assert WORKDAYS.is_open(again.date())
    assert quiet_end(POLICY, again) == again
    counts = {name: sum(each.slot == name for each in tries) for name in POLICY.slots}
    assert counts[slot_at(POLICY, again.time())] == min(counts.values())
