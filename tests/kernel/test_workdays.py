"""The working calendar and the lunar one, against a second source."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dcrc.kernel.customers import LunarDay
from dcrc.kernel.lunar import lunar_birthdays, lunar_date, solar_birthday, solar_terms
from dcrc.kernel.policies import Policies
from dcrc.kernel.workdays import Workdays, WorkdaysPolicy

DAY = timedelta(days=1)


def test_three_years_agree_with_a_second_source() -> None:
    chinese_calendar = pytest.importorskip("chinese_calendar")
    workdays = Workdays()
    days = [date(2024, 1, 1) + n * DAY for n in range(3 * 365 + 1)]
    assert [d for d in days if workdays.is_open(d) != chinese_calendar.is_workday(d)] == []


def test_make_up_days_are_open_and_festivals_closed() -> None:
    workdays = Workdays()
    assert workdays.is_open(date(2026, 2, 14))  # a Saturday worked for the Spring Festival
    assert not workdays.is_open(date(2026, 2, 19))
    assert str(workdays.festival(date(2026, 2, 19))) == "春节"
    assert workdays.next_open(date(2026, 2, 15)) == date(2026, 2, 24)
    assert workdays.add_open_days(date(2026, 9, 30), 2) == date(2026, 10, 9)
    assert workdays.add_open_days(date(2026, 10, 8), -1) == date(2026, 9, 30)


def test_a_year_without_table_is_provisional_and_keeps_the_days_by_law() -> None:
    workdays = Workdays()
    assert workdays.provisional(2027)
    assert workdays.provisional(2040)
    assert not workdays.is_open(date(2040, 2, 13))  # computed: second day of the Spring Festival
    assert not workdays.provisional(2026)
    assert not workdays.is_open(date(2027, 2, 8))  # third day of the Spring Festival, a Monday
    assert workdays.is_open(date(2027, 2, 9))


def test_the_dealer_adds_a_year_and_days_of_his_own(tmp_path: Path) -> None:
    path = tmp_path / "dealer.toml"
    path.write_text(
        """
        [workdays]
        days = ["mon", "tue", "wed", "thu", "fri", "sat"]
        closed = [2027-03-01]
        open = [2027-02-07]
        [[workdays.years.2027.festivals]]
        name = { zh = "春节", en = "Spring Festival" }
        closed = [2027-02-08, 2027-02-09]
        worked = [2027-02-14]
        """,
        "utf-8",
    )
    policies = Policies.load({"workdays": WorkdaysPolicy}, [("dealer", path)])
    workdays = Workdays(policies.section("workdays"))
    assert not workdays.provisional(2027)
    opened = [
        date(2027, 2, 6) + n * DAY for n in range(9) if workdays.is_open(date(2027, 2, 6) + n * DAY)
    ]
    assert [day.day for day in opened] == [6, 7, 10, 11, 12, 13, 14]
    assert not workdays.is_open(date(2027, 3, 1))


@pytest.mark.parametrize(
    ("year", "day", "falls"),
    [
        (2026, LunarDay(1, 1), date(2026, 2, 17)),
        (2026, LunarDay(8, 15), date(2026, 9, 25)),
        (2028, LunarDay(5, 5, leap=True), date(2028, 6, 27)),
        (2026, LunarDay(5, 5, leap=True), date(2026, 6, 19)),  # no leap month: the plain one
        (2025, LunarDay(12, 30), date(2026, 2, 16)),  # that month has 29 days: its last
    ],
)
def test_lunar_days(year: int, day: LunarDay, falls: date) -> None:
    assert lunar_date(year, day) == falls


def test_birthdays() -> None:
    assert lunar_birthdays(2026, LunarDay(12, 1)) == (date(2026, 1, 19),)
    assert solar_birthday(2026, date(1988, 2, 29)) == date(2026, 2, 28)
    assert solar_birthday(2028, date(1988, 2, 29)) == date(2028, 2, 29)


def test_the_solar_terms_of_a_year() -> None:
    terms = solar_terms(2026)
    assert len(terms) == 24
    assert {terms[date(2026, 4, 5)], terms[date(2026, 12, 22)]} == {"清明", "冬至"}
