"""The Chinese calendar: on which day a lunar birthday falls, the festivals and the solar terms of a year.

lunar_python is imported when the first such day is asked for.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from dcrc.kernel.customers import LunarDay
from dcrc.wording import Wording

_QINGMING = 8  # its place in lunar_python's table, which begins with 大雪 of the year before
STATUTORY = (
    # name, first day of rest, days of rest by law
    (Wording("元旦", "New Year's Day"), "new_year", 1),
    (Wording("春节", "Spring Festival"), "eve", 4),
    (Wording("清明节", "Tomb-Sweeping Day"), "qingming", 1),
    (Wording("劳动节", "Labour Day"), "labour", 2),
    (Wording("端午节", "Dragon Boat Festival"), "duanwu", 1),
    (Wording("中秋节", "Mid-Autumn Festival"), "midautumn", 1),
    (Wording("国庆节", "National Day"), "national", 3),
)


@lru_cache(maxsize=64)
def _year(year: int) -> Any:
    from lunar_python import LunarYear

    return LunarYear.fromYear(year)


@lru_cache(maxsize=4096)
def _month(year: int, month: int) -> tuple[date, int] | None:
    """First day and length of a lunar month; a leap month is negative, None in a year without it."""
    from lunar_python import Solar

    found = _year(year).getMonth(month)
    if found is None:
        return None
    first = Solar.fromJulianDay(found.getFirstJulianDay())
    return date(first.getYear(), first.getMonth(), first.getDay()), found.getDayCount()


def lunar_date(year: int, day: LunarDay) -> date:
    """The solar day of `day` in the lunar year that begins in `year`.

    The 30th of a month of 29 days is its last day; a leap month that the year lacks is the plain month.

    >>> lunar_date(2026, LunarDay(1, 1)), lunar_date(2026, LunarDay(12, 30))
    (datetime.date(2026, 2, 17), datetime.date(2027, 2, 5))
    """
    month = (_month(year, -day.month) if day.leap else None) or _month(year, day.month)
    if month is None:
        raise ValueError(f"no lunar month {day.month}")
    first, length = month
    return first + timedelta(days=min(day.day, length) - 1)


def lunar_birthdays(year: int, day: LunarDay) -> tuple[date, ...]:
    """The days of the solar `year` on which a lunar birthday falls: mostly one, seldom none or two."""
    days = (lunar_date(each, day) for each in (year - 1, year))
    return tuple(each for each in days if each.year == year)


def solar_birthday(year: int, born: date) -> date:
    """The birthday of that year; who was born on 29 February has it on the 28th in plain years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


@lru_cache(maxsize=64)
def solar_terms(year: int) -> dict[date, str]:
    """The 24 solar terms (节气) of a solar year by their day, in Chinese."""
    from lunar_python import Lunar

    terms: dict[date, str] = {}
    for middle in (date(year, 3, 1), date(year + 1, 3, 1)):
        table = Lunar.fromDate(_midnight(middle)).getJieQiTable()
        for name, at in table.items():
            day = date(at.getYear(), at.getMonth(), at.getDay())
            if day.year == year and not name.isascii():
                terms[day] = name
    return dict(sorted(terms.items()))


def _midnight(day: date) -> Any:
    from datetime import datetime

    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - lunar_python reads year, month, day


def _qingming(year: int) -> date:
    from lunar_python import Solar

    day = Solar.fromJulianDay(_year(year).getJieQiJulianDays()[_QINGMING])
    return date(day.getYear(), day.getMonth(), day.getDay())


@lru_cache(maxsize=64)
def statutory_days(year: int) -> dict[date, Wording]:
    """The days of rest that the law gives, without the make-up days that are announced each autumn."""
    firsts = {
        "new_year": date(year, 1, 1),
        "eve": lunar_date(year, LunarDay(1, 1)) - timedelta(days=1),
        "qingming": _qingming(year),
        "labour": date(year, 5, 1),
        "duanwu": lunar_date(year, LunarDay(5, 5)),
        "midautumn": lunar_date(year, LunarDay(8, 15)),
        "national": date(year, 10, 1),
    }
    return {
        firsts[key] + timedelta(days=n): name
        for name, key, count in STATUTORY
        for n in range(count)
    }
