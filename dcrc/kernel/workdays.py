"""The working calendar: Chinese festivals with their make-up days, and the dealer's own open days.

Each year is a table: shipped as `calendar_data/workdays-<year>.toml`, or given by the dealer under
`[workdays.years.<year>]`. Years to come are provisional until their make-up days are announced: weekends and
the days of rest by law.
"""

from __future__ import annotations

import tomllib
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import attrs

from dcrc.i18n import t
from dcrc.kernel.lunar import statutory_days
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

DAY = timedelta(days=1)
DATA = Path(__file__).parent / "calendar_data"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekdays(_: object, __: object, value: object) -> None:
    names = tuple(value) if isinstance(value, tuple) else ()
    if not names or set(names) - set(WEEK):
        raise ValueError(t("name at least one of {names}, and nothing else", names=", ".join(WEEK)))


@attrs.frozen
class Festival:
    """One festival of a year: the days it closes, and the weekend days that are worked for it."""

    name: Wording
    closed: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()


@attrs.frozen
class WorkYear:
    """A year's table; the dealer's own replaces the shipped one."""

    festivals: tuple[Festival, ...] = ()
    provisional: bool = False


@attrs.frozen
class WorkdaysPolicy:
    """The section `workdays`."""

    days: tuple[str, ...] = attrs.field(
        default=("mon", "tue", "wed", "thu", "fri"),
        validator=_weekdays,
        metadata={"doc": Wording("每周营业日（调休日另计）", "open days of the week")},
    )
    festivals: bool = attrs.field(
        default=True,
        metadata={"doc": Wording("法定节假日休息", "closed on public holidays")},
    )
    closed: tuple[date, ...] = attrs.field(
        default=(), metadata={"doc": Wording("另外休息的日子", "days closed besides")}
    )
    open: tuple[date, ...] = attrs.field(
        default=(), metadata={"doc": Wording("另外营业的日子", "days open besides")}
    )
    opens_at: time = attrs.field(
        default=time(9), metadata={"doc": Wording("开始营业", "opening time")}
    )
    closes_at: time = attrs.field(
        default=time(18), metadata={"doc": Wording("结束营业", "closing time")}
    )
    years: dict[str, WorkYear] = attrs.field(
        factory=dict,
        metadata={"doc": Wording("各年节假日与调休", "festivals and make-up days by year")},
    )


@attrs.frozen
class _Year:
    closed: dict[date, Wording]
    worked: frozenset[date]
    provisional: bool


@cache
def _shipped(year: int) -> WorkYear | None:
    path = DATA / f"workdays-{year}.toml"
    if not path.exists():
        return None
    table = tomllib.loads(path.read_text("utf-8"))
    festivals = (
        Festival(Wording(**each["name"]), tuple(each["closed"]), tuple(each["worked"]))
        for each in table["festivals"]
    )
    return WorkYear(tuple(festivals), table.get("provisional", False))


@attrs.define(eq=False)
class Workdays:
    """Which days are open, by the policy section `workdays`."""

    policy: WorkdaysPolicy = attrs.field(factory=WorkdaysPolicy)
    _years: dict[int, _Year] = attrs.field(factory=dict, init=False, repr=False)
    _known: dict[date, bool] = attrs.field(factory=dict, init=False, repr=False)
    _next: dict[date, date] = attrs.field(factory=dict, init=False, repr=False)

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            table = self.policy.years.get(str(year)) or _shipped(year)
            if table is None:
                self._years[year] = _Year(dict(statutory_days(year)), frozenset(), True)
            else:
                closed = {day: each.name for each in table.festivals for day in each.closed}
                worked = frozenset(day for each in table.festivals for day in each.worked)
                self._years[year] = _Year(closed, worked, table.provisional)
        return self._years[year]

    def is_open(self, day: date) -> bool:
        """Whether the dealer works on `day`; his own days count first, then the year's table."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._is_open(day)
        return known

    def _is_open(self, day: date) -> bool:
        if day in self.policy.closed:
            return False
        if day in self.policy.open:
            return True
        if self.policy.festivals:
            year = self._year(day.year)
            if day in year.closed:
                return False
            if day in year.worked:
                return True
        return WEEK[day.weekday()] in self.policy.days

    def next_open(self, day: date) -> date:
        """`day` itself if it is open, else the next open day; `day` if none comes within a year."""
        found = self._next.get(day)
        if found is None:
            found = next((d for n in range(367) if self.is_open(d := day + n * DAY)), day)
            self._next[day] = found
        return found

    def add_open_days(self, day: date, count: int) -> date:
        """The `count`-th open day after `day` (before it if negative); 0 is `next_open(day)`."""
        if count == 0:
            return self.next_open(day)
        step = DAY if count > 0 else -DAY
        found = day
        for _ in range(abs(count)):
            found += step
            for _ in range(366):
                if self.is_open(found):
                    break
                found += step
        return found

    def festival(self, day: date) -> Wording | None:
        """The festival that closes `day`, if one does."""
        return self._year(day.year).closed.get(day)

    def provisional(self, year: int) -> bool:
        """Whether the year's make-up days are not known yet."""
        return self._year(year).provisional


_of_desk: WeakKeyDictionary[Desk, Workdays] = WeakKeyDictionary()


def workdays_of(desk: Desk) -> Workdays:
    """The working calendar by the desk's policies."""
    if desk not in _of_desk:
        _of_desk[desk] = Workdays(desk.policies.section("workdays"))
    return _of_desk[desk]
