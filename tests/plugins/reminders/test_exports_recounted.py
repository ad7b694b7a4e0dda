"""Whole exports: the calendar and the return rates are what a plain recount of their rows says.

The recount shares nothing with the plugins: it reads the ledgers' cells, counts months on a calendar of
its own, kilometres in fractions, and tries every run of readings. All days are open and no conversation is
shared, so that each date is the standard's own.
"""

from __future__ import annotations

import calendar
import json
import subprocess
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from python_calamine import CalamineWorkbook
from tinydb import where

from dcrc.imports import import_files
from dcrc.kernel.agenda import tasks
from dcrc.kernel.desk import Desk
from dcrc.kernel.figures import compute_figure
from dcrc.kernel.planning import plan
from dcrc.testing import isolated_desk
from plugins import reminders, service_followup

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "make_dms_export.py"
TODAY = date(2026, 11, 21)
AHEAD = TODAY + timedelta(62)
SERVICES = {"首保", "定期保养"}  # the others of the mechanics' sheet are repairs and claims
EVERY_DAY = """
[workdays]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
festivals = false
[conversations]
together_days = 0
"""
Days = tuple[date, date, date]  # opens, in time until, of use until


class Order(NamedTuple):
    """A repair order's row."""

    number: str
    sheet: str
    work: str
    km: int
    came: date
    left: date
    next_km: int
    next_on: date


def later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days(count: int) -> timedelta:
    return timedelta(count)


def written_day(cell: Any) -> date:
    """A day or moment as the ledgers write it."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell)
    if text.isdigit():
        return date(1899, 12, 30) + days(int(text))
    year, month, day = text.translate(str.maketrans("年月/", "---", "日")).split("-")
    return date(int(year), int(month), int(day))


def ledgers(folder: Path) -> tuple[dict[str, date], dict[str, list[Order]]]:
    """Delivery of each car and the orders of each, without the rows that the exports' truth refuses."""
    refused = {
        (file, str(row))
        for file, row, _ in json.loads((folder / "truth.json").read_text("utf-8"))["rejected"]
    }
    delivered: dict[str, date] = {}
    sheet: Any = CalamineWorkbook.from_path(folder / "sales.xlsx").get_sheet_by_index(0)
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
        if number > 2 and row[0] != "合计" and ("sales.xlsx", str(number)) not in refused:
            delivered.setdefault(str(row[9]).strip().upper(), written_day(row[16]))
    orders: dict[str, list[Order]] = defaultdict(list)
    book = CalamineWorkbook.from_path(folder / "repair_orders.xlsx")
    for name in book.sheet_names:
        rows: Any = book.get_sheet_by_name(name).to_python()
        for number, row in enumerate(rows[1:], 2):
            if ("repair_orders.xlsx", f"{name}!{number}") not in refused:
                orders[row[1]].append(
                    Order(row[0], name, row[5], int(row[6]), written_day(row[7]),
                          written_day(row[8]), int(row[11]), written_day(row[12]))
                )  # fmt: skip
    return delivered, orders


class Driving(NamedTuple):
    """Kilometres per day and the reading that they are counted on from."""

    rate: Fraction
    on: date
    km: int

    def day_of(self, km: int) -> date:
        return self.on + days(ceil((km - self.km) / self.rate))


def driving(new: date, orders: list[Order]) -> Driving | None:
    """The weighted median of all slopes of the longest run of possible readings, if it is sure enough."""
    shown: dict[date, int] = {new: 0}
    for order in orders:
        shown[order.came] = max(order.km, shown.get(order.came, 0))
    readings = sorted(shown.items())

    def possible(run: tuple[int, ...]) -> bool:
        pairs = pairwise(run)
        steps = [
            (readings[b][1] - readings[a][1], (readings[b][0] - readings[a][0]).days)
            for a, b in pairs
        ]
        return all(0 <= rise <= 1000 * span for rise, span in steps)

    runs = [
        run
        for size in range(1, len(readings) + 1)
        for run in combinations(range(len(readings)), size)
        if possible(run)
    ]
    run = [readings[at] for at in max(runs, key=lambda run: (len(run), run[::-1]))]
    if len(run) < 2 or (run[-1][0] - run[0][0]).days < 21:
        return None
    slopes = sorted(
        (Fraction(b[1] - a[1], (b[0] - a[0]).days), (b[0] - a[0]).days)
        for a, b in combinations(run, 2)
    )

    def quantile(part: Fraction) -> Fraction:
        wanted = part * sum(weight for _, weight in slopes)
        return next(
            slope
            for at, (slope, _) in enumerate(slopes)
            if sum(weight for _, weight in slopes[: at + 1]) >= wanted
        )

    rate = quantile(Fraction(1, 2))
    if rate < 2:
        return None
    if len(run) > 2:
        spread = (quantile(Fraction(3, 4)) - quantile(Fraction(1, 4))) / 2 / rate
        if round(100 * spread) > 60:
            return None
    return Driving(rate, *run[-1])


def chosen(wanted: list[Days]) -> Days | None:
    """The newest that has come and is still of use, else the nearest of the time that is planned ahead."""
    of_use = [each for each in wanted if each[2] >= TODAY]
    come = [each for each in of_use if each[0] <= TODAY]
    ahead = [each for each in of_use if TODAY < each[0] <= AHEAD]
    return max(come, default=None) or min(ahead, default=None)


def owed(new: date, orders: list[Order]) -> dict[str, Days]:
    """What one car owes by the standard: first and regular service, warranty, inspection."""
    drives = driving(new, orders)
    services = [each for each in orders if each.sheet == "机修" and each.work in SERVICES]
    wanted: dict[str, list[Days]] = defaultdict(list)
    if services:
        last = max(services, key=lambda each: (each.left, each.number))
        since, first = last.left, last.next_on
        if last.next_on <= last.left:
            first = later(since, 6)
        if drives is not None:
            first = min(first, drives.day_of(last.next_km))
    else:
        since, first = new, later(new, 6)
        target = later(new, 3)
        if drives is not None:
            target = min(target, drives.day_of(5000))
        opens = max(new + days(1), min(later(new, 2), target - days(7)))
        wanted["first_service"] = [(opens, max(opens, target), max(opens, target + days(60)))]
    for cycle in range(3):
        target = later(max(first, since), 6 * cycle) if cycle else first
        opens = target - days(7) if cycle else max(target - days(7), since + days(1))
        wanted["regular_service"].append(
            (opens, opens + days(3), max(opens + days(3), target + days(30)))
        )
    end = later(new, 36)
    if drives is not None:
        end = min(end, drives.day_of(60_000))
    opens = later(end, -1)
    wanted["warranty"] = [(opens, opens + days(7), max(opens + days(7), end))]
    for years in (2, 4, 6, 8, 10):
        month = later(new, 12 * years)
        mark = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        opens = later(mark, -1)
        wanted["inspection"].append((opens, opens + days(7), mark + days(30)))
    return {rule: found for rule, each in wanted.items() if (found := chosen(each)) is not None}


def calls(orders: list[Order]) -> dict[str, Days]:
    """The follow-up call of each stay in the workshop by the number of its first order."""
    stays: list[list[Order]] = []
    for order in sorted(orders, key=lambda each: (each.came, each.left, each.number)):
        for stay in stays:
            if any(order.came <= each.left and each.came <= order.left for each in stay):
                stay.append(order)
                break
        else:
            stays.append([order])
    found = {}
    for stay in stays:
        left = max(each.left for each in stay)
        if left + days(3 + 14) >= TODAY:
            found[stay[0].number] = (left + days(1), left + days(3), left + days(17))
    return found


def returned(
    delivered: dict[str, date], orders: dict[str, list[Order]], month: date, over: bool
) -> dict[str, tuple[int, int]]:
    """Of first and regular services due in the month how many were made until 30 days after, and of how many.

    Those whose 30 days are `over`, or the others.
    """
    first: list[bool] = []
    regular: list[bool] = []
    for vin, new in delivered.items():
        made = sorted(
            each for each in orders[vin] if each.sheet == "机修" and each.work in SERVICES
        )
        due = later(new, 3)
        if due.replace(day=1) == month and (due + days(30) < TODAY) is over:
            first.append(any(each.left <= due + days(30) for each in made))
        for each in made:
            ended = each.next_on + days(30) < TODAY
            if each.next_on.replace(day=1) == month and ended is over:
                again = [other.left for other in made if other.left > each.left]
                regular.append(bool(again) and min(again) <= each.next_on + days(30))
    return {
        "reminders.first_return": (sum(first), len(first)),
        "reminders.regular_return": (sum(regular), len(regular)),
    }


def on_the_calendar(desk: Desk) -> dict[tuple[str, str], Days]:
    """Open tasks of cars and visits: (rule, VIN) or (rule, order) → their days."""
    cars = {str(each.doc_id): each["vin"] for each in desk.vehicles}
    orders = {
        str(each.doc_id): each["key"] for each in desk.events.search(where("kind") == "serviced")
    }
    return {
        (task.rule, orders.get(task.subject) or cars[task.subject]): (
            task.opens,
            task.due,
            task.expires or date.max,
        )
        for task in tasks(desk, state="open", limit=0)
        if task.vehicle and not task.rule.startswith("contact_data.")
    }


@pytest.mark.skipif(not SHARED.exists(), reason="the shared generator is not beside this checkout")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_calendar_and_return_rates_are_what_the_rows_say(tmp_path: Path, seed: int) -> None:
    command = [sys.executable, str(SHARED), str(tmp_path), "--seed", str(seed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    delivered, orders = ledgers(tmp_path)
    expected = {
        (f"reminders.{rule}", vin): days
        for vin, new in delivered.items()
        for rule, days in owed(new, orders[vin]).items()
    }
    expected |= {
        ("service_followup.visit", number): days
        for vin in delivered
        for number, days in calls(orders[vin]).items()
    }
    desk = isolated_desk(
        tmp_path, plugins=[reminders, service_followup], today=TODAY, policy=EVERY_DAY
    )
    import_files(
        desk, [tmp_path / name for name in ("sales.xlsx", "repair_orders.xlsx", "insurance.csv")]
    )
    report = plan(desk)
    assert not report.failures
    ours = on_the_calendar(desk)
    assert ours == expected
    assert {rule for rule, _ in ours} == {
        "reminders.first_service", "reminders.regular_service", "reminders.warranty",
        "reminders.inspection", "service_followup.visit",
    }  # fmt: skip
    for number in range(12):
        month = later(date(2025, 12, 1), number)
        for over in (True, False):
            for figure, (hits, base) in returned(delivered, orders, month, over).items():
                found = compute_figure(desk, figure, month)
                rows = [row for row in found if (row.label != "期限未满（截至目前）") is over]
                assert (rows[0].base if rows else 0) == base
                if rows:
                    assert rows[0].value == pytest.approx(100 * hits / base, abs=0.06)
                    assert sum(row.base or 0 for row in rows[1:]) == (base if over else 0)
    again = plan(desk)
    assert (again.created, again.moved, again.withdrawn, again.expired) == (0, 0, 0, 0)
    desk.close()
