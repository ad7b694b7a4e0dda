"""Write the tables of the working calendar: announced years from chinesecalendar, years to come by law alone.

    python tools/workdays.py 2010 2035

A year that chinesecalendar does not know yet is marked provisional: weekends and the days of rest that
the law gives, without make-up days.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from chinese_calendar.constants import holidays, workdays

from dcrc.kernel.lunar import statutory_days
from dcrc.kernel.workdays import DATA
from dcrc.wording import Wording

NAMES = {
    "New Year's Day": Wording("元旦", "New Year's Day"),
    "Spring Festival": Wording("春节", "Spring Festival"),
    "Tomb-sweeping Day": Wording("清明节", "Tomb-Sweeping Day"),
    "Labour Day": Wording("劳动节", "Labour Day"),
    "Dragon Boat Festival": Wording("端午节", "Dragon Boat Festival"),
    "National Day": Wording("国庆节", "National Day"),
    "Mid-autumn Festival": Wording("中秋节", "Mid-Autumn Festival"),
    "Anti-Fascist 70th Day": Wording("抗战胜利纪念日", "Victory Day"),
}


def table(year: int) -> str:
    """The TOML text of one year."""
    closed = {day: NAMES[name] for day, name in holidays.items() if day.year == year}
    worked = {day: NAMES[name] for day, name in workdays.items() if day.year == year}
    if closed:
        lines = [f"# Festival days and make-up working days of {year}, as announced.", ""]
    else:
        lines = [
            f"# Days of rest of {year} by law; the make-up days are announced in autumn {year - 1}."
        ]
        lines += ["provisional = true", ""]
        closed = dict(statutory_days(year))
    for name in dict.fromkeys(each for _, each in sorted(closed.items(), key=lambda pair: pair[0])):
        lines += [
            "[[festivals]]",
            f'name = {{ zh = "{name.zh}", en = "{name.en}" }}',
            f"closed = {_days(closed, name)}",
            f"worked = {_days(worked, name)}",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _days(days: Mapping[date, Wording], name: Wording) -> str:
    return "[" + ", ".join(str(day) for day in sorted(days) if days[day] == name) + "]"


def write(years: Iterable[int], folder: Path = DATA) -> None:
    for year in years:
        (folder / f"workdays-{year}.toml").write_text(table(year), "utf-8")


if __name__ == "__main__":
    first, last = (int(text) for text in sys.argv[1:3])
    write(range(first, last + 1))
