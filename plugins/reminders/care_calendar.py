"""The care calendar: which greetings and tips fall into a month – festivals, solar terms, the season."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import attrs

from dcrc import LunarDay, Wording, lunar_date, month_of, solar_terms

from .policy import Care

FILE = Path(__file__).parent / "care_occasions.toml"
ORDER = ("festival", "season", "term")


@attrs.frozen
class Occasion:
    """An occasion for a care message, with its text for both languages (blanks open)."""

    key: str
    kind: str
    when: str
    title: Wording
    text: Wording


@attrs.frozen
class CareDay:
    """An occasion on its day."""

    on: date
    occasion: Occasion

    @property
    def key(self) -> str:
        """What tells this message from all others, whatever day the occasion falls on."""
        return f"{self.on:%Y}/{self.occasion.key}"


@cache
def occasions() -> tuple[Occasion, ...]:
    """Every occasion that the plugin brings."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    return tuple(
        Occasion(
            key,
            each["kind"],
            each["when"],
            Wording(each["title"]["zh"], each["title"]["en"]),
            Wording(each["zh"], each["en"]),
        )
        for key, each in table.items()
    )


def days_of(occasion: Occasion, year: int) -> tuple[date, ...]:
    """The days of a solar year on which an occasion falls."""
    how, _, what = occasion.when.partition(" ")
    if how == "term":
        return tuple(day for day, name in solar_terms(year).items() if name == what)
    month, day = (int(part) for part in what.split("-"))
    if how == "lunar":
        found = (lunar_date(each, LunarDay(month, day)) for each in (year - 1, year))
        return tuple(each for each in found if each.year == year)
    return (date(year, month, day),)


def care_days(month: date, policy: Care) -> list[CareDay]:
    """The messages of the month in which `month` lies: festivals first, then the season's tip, then terms.

    No fewer than the policy asks for as far as there are occasions, and no more than it allows.
    """
    first, last = month_of(month)
    found = sorted(
        (
            CareDay(day, each)
            for each in occasions()
            if each.key not in policy.off
            for day in days_of(each, month.year)
            if first <= day <= last
        ),
        key=lambda each: (ORDER.index(each.occasion.kind), each.on),
    )
    chosen: list[CareDay] = []
    for each in found:
        enough = len(chosen) >= policy.least_a_month
        if len(chosen) >= policy.most_a_month or (enough and each.occasion.kind == "term"):
            continue
        if any(other.on == each.on for other in chosen):
            continue  # one message a day: Qingming is a festival and a term
        chosen.append(each)
    return sorted(chosen, key=lambda each: each.on)
