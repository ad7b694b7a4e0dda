"""The statutory inspection of cars in China, as data: by use of the car, from its first registration.

Sources: Regulation on the Implementation of the Road Traffic Safety Law (道路交通安全法实施条例), article 16;
for small non-commercial cars and motorcycles the joint notice of four ministries on the reform of vehicle
inspection (关于深化机动车检验制度改革优化车检服务工作的意见), in force since 1 October 2022: within ten years
on the line in years 6 and 10, a mark without inspection in years 2, 4 and 8, every year afterwards
(half-yearly beyond 15 years was given up). A mark is valid to the end of its month.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import attrs

from dcrc import Wording, t

MOST_YEARS = 40


@attrs.frozen(repr=False)
class Stage:
    """Every `every_months` until the car is `until_years` old; 0: from then on."""

    every_months: int = attrs.field(validator=attrs.validators.gt(0))
    until_years: int = 0

    def __repr__(self) -> str:
        """As the policy file writes it, and as tasks keep it."""
        return f"{{ every_months = {self.every_months}, until_years = {self.until_years} }}"

    def __str__(self) -> str:
        """In words, as explanations show it to people."""
        if not self.until_years:
            return t("then every {months} months", months=self.every_months)
        return t(
            "every {months} months until {years} years old",
            months=self.every_months,
            years=self.until_years,
        )


@attrs.frozen
class InspectionRow:
    """One use of cars. In the years of `marks` the mark is given without an inspection.

    `names` are words in a model's name that put a car into this row, whatever its use says.
    """

    title: Wording
    stages: tuple[Stage, ...]
    marks: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    month_end: bool = True


@attrs.frozen
class Inspection:
    """A day by which the mark must be renewed; `on_line`: the car has to be shown."""

    due: date
    months: int
    on_line: bool


def inspection_rows() -> dict[str, InspectionRow]:
    """The rows by `Vehicle.usage`; a use without a row counts as private.

    A company's own car that carries nobody for money is non-commercial like a private one.
    """
    commercial = (Stage(12, 5), Stage(6))
    heavy = (Stage(12, 10), Stage(6))
    small = (Stage(24, 10), Stage(12))
    return {
        "private": InspectionRow(
            Wording("非营运小微型载客", "small, non-commercial"), small, (2, 4, 8)
        ),
        "business": InspectionRow(
            Wording("单位自用小微型载客", "a company's own, non-commercial"), small, (2, 4, 8)
        ),
        "commercial": InspectionRow(Wording("营运载客", "commercial passenger"), commercial),
        "taxi": InspectionRow(Wording("出租、网约", "taxi"), commercial),
        "rental": InspectionRow(Wording("租赁", "rental"), commercial),
        "goods": InspectionRow(Wording("载货", "goods"), heavy, names=("货车", "皮卡")),
        "van": InspectionRow(
            Wording("非营运面包车", "van, non-commercial"),
            (Stage(24, 6), Stage(12, 15), Stage(6)),
            names=("面包",),
        ),
        "motorcycle": InspectionRow(Wording("摩托车", "motorcycle"), small, (2, 4, 8)),
    }


@lru_cache(maxsize=1 << 14)
def months_after(day: date, months: int) -> date:
    """The same day `months` later; the last of a shorter month.

    >>> months_after(date(2025, 8, 31), 6), months_after(date(2026, 3, 31), -1)
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def row_of(rows: dict[str, InspectionRow], usage: str, model: str) -> tuple[str, InspectionRow]:
    """The row that a car belongs to, with its key: by its model's name, else by its use."""
    for key, row in rows.items():
        if row.names and any(name in model for name in row.names):
            return key, row
    key = usage if usage in rows else "private"
    return key, rows[key]


def inspections(row: InspectionRow, registered: date) -> Iterator[Inspection]:
    """Every day by which the mark must be renewed, for as long as a car may live."""
    months = 0
    for stage in row.stages:
        until = stage.until_years * 12 or MOST_YEARS * 12
        while months + stage.every_months <= until:
            months += stage.every_months
            due = months_after(registered, months)
            on_line = months % 12 != 0 or months // 12 not in row.marks
            yield Inspection(month_end(due) if row.month_end else due, months, on_line)
