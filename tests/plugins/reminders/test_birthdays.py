"""Birthdays: solar and lunar, leap months, the thirtieth and 29 February, against a second calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import cnlunar
import pytest

from dcrc import LunarDay, lunar_date
from plugins.reminders.birthdays import birthdays

# (year, month, day, leap) → solar day, from the almanac
KNOWN = [
    (2023, 2, 15, True, "2023-04-05"),
    (2023, 2, 15, False, "2023-03-06"),
    (2025, 6, 8, True, "2025-08-01"),
    (2025, 6, 8, False, "2025-07-02"),
    (2024, 6, 8, True, "2024-07-13"),  # no leap sixth month in 2024: the plain one
    (2026, 1, 1, False, "2026-02-17"),
    (2026, 5, 5, False, "2026-06-19"),
    (2026, 8, 15, False, "2026-09-25"),
    (2027, 1, 1, False, "2027-02-06"),
    (2027, 9, 9, False, "2027-10-08"),
    (2028, 5, 1, True, "2028-06-23"),
    (2025, 12, 30, False, "2026-02-16"),  # a month of 29 days: its last
    (2026, 12, 30, False, "2027-02-05"),
    (2033, 11, 1, True, "2033-12-22"),  # the leap month that simple tables put elsewhere
    (2033, 12, 1, False, "2034-01-20"),
    (2034, 1, 1, False, "2034-02-19"),
]


@pytest.mark.parametrize(("year", "month", "day", "leap", "solar"), KNOWN)
def test_days_from_the_almanac(year: int, month: int, day: int, leap: bool, solar: str) -> None:
    assert lunar_date(year, LunarDay(month, day, leap)).isoformat() == solar


@pytest.mark.parametrize(
    "year", [1999, 2001, 2004, 2009, 2014, 2017, 2020, 2023, 2025, 2026, 2028, 2031, 2033]
)
def test_every_fifth_day_agrees_with_another_calendar(year: int) -> None:
    """cnlunar says of a solar day which lunar day it is; ours leads from there back to the same day."""
    day = date(year, 1, 3)
    while day.year == year:
        other = cnlunar.Lunar(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001
        born = LunarDay(other.lunarMonth, other.lunarDay, other.isLunarLeapMonth)
        assert lunar_date(other.lunarYear, born) == day
        day += timedelta(5)


def _of_the_other_calendar(day: date) -> tuple[int, int, bool]:
    other = cnlunar.Lunar(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001
    return other.lunarMonth, other.lunarDay, other.isLunarLeapMonth


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2033])
@pytest.mark.parametrize("month", range(1, 13))
def test_what_a_year_lacks_is_greeted_at_the_end_of_the_month_or_in_the_plain_one(
    year: int, month: int
) -> None:
    """The thirtieth is the day before the other calendar's next month; a leap month only where it has one."""
    last = lunar_date(year, LunarDay(month, 30))
    assert _of_the_other_calendar(last)[::2] == (month, False)
    assert _of_the_other_calendar(last + timedelta(1))[1] == 1
    leap, plain = lunar_date(year, LunarDay(month, 9, True)), lunar_date(year, LunarDay(month, 9))
    in_leap_month = {2025: 6, 2033: 11}.get(year) == month
    assert _of_the_other_calendar(plain) == (month, 9, False)
    assert _of_the_other_calendar(leap) == (month, 9, in_leap_month)
    assert (leap == plain) is not in_leap_month


def test_born_on_29_february_is_greeted_on_the_28th_in_plain_years(garage: SimpleNamespace) -> None:
    dossier = garage.dossier(birthday=date(1992, 2, 29))
    assert str(garage.wanted(dossier, "birthday", "2026-01-01").opens) == "2026-02-28"
    assert str(garage.wanted(dossier, "birthday", "2028-01-01").opens) == "2028-02-29"


def test_a_lunar_birthday_counts_before_the_solar_one(garage: SimpleNamespace) -> None:
    dossier = garage.dossier(birthday=date(1990, 6, 1), lunar_birthday=LunarDay(5, 9))
    found = garage.wanted(dossier, "birthday", "2026-01-01")
    assert (str(found.opens), found.occurrence) == ("2026-06-23", "lunar-2026")


def test_a_birthday_in_the_last_lunar_month_comes_in_every_year(garage: SimpleNamespace) -> None:
    customer = garage.dossier(lunar_birthday=LunarDay(12, 8)).customer
    days = dict(birthdays(customer, 2026, 2028))
    assert str(days["lunar-2025"]) == "2026-01-26"
    assert str(days["lunar-2026"]) == "2027-01-15"
    assert str(days["lunar-2027"]) == "2028-01-04"
    assert str(days["lunar-2028"]) == "2029-01-22"


def test_on_a_closed_day_the_greeting_comes_on_the_open_day_before(garage: SimpleNamespace) -> None:
    dossier = garage.dossier(birthday=date(1990, 2, 18))  # Spring Festival; 14 February is worked
    found = garage.wanted(dossier, "birthday", "2026-01-01", None, garage.office)
    assert (str(found.opens), str(found.expires)) == ("2026-02-14", "2026-02-19")


def test_one_call_then_a_message(garage: SimpleNamespace) -> None:
    found = garage.wanted(garage.dossier(birthday=date(1990, 2, 18)), "birthday", "2026-01-01")
    assert (found.tries, found.message, found.between) == (1, "reminder_birthday_message", None)


def test_who_wants_no_greetings_gets_none(garage: SimpleNamespace) -> None:
    dossier = garage.dossier(birthday=date(1990, 2, 18), marketing_consent=False)
    assert garage.wanted(dossier, "birthday", "2026-01-01") is None
    assert "does not wish" in garage.refused(dossier, "birthday", "2026-01-01").why
