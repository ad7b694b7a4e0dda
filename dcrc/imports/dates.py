"""Dates as clerks and programs write them; whatever could mean two days is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, TypeVar

from dcrc.errors import InputError

D = TypeVar("D", bound=date)

_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day 0 has no zone
_SERIALS = range(10_000, 73_051)  # 1927-05-18 to 2099-12-31: anything else is no date's number
_YEARS = range(1900, 2100)
_TIME = (
    r"(?:[T日号\s]*(?P<noon>上午|下午|am|pm)?\s*(?P<h>\d{1,2})[:时点](?P<mi>\d{1,2})?[:分]?"
    r"(?P<s>\d{1,2})?秒?(?:\.\d+)?\s*(?P<noon2>am|pm)?)?"
)
_WEEKDAY = re.compile(r"[\s(]*(?:星期|周|礼拜)[一二三四五六日天][)\s]*")
_FORMS = tuple(
    re.compile(form + _TIME, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})\s*[年/.\-]\s*(?P<m>\d{1,2})\s*[月/.\-]\s*(?P<d>\d{1,2})\s*[日号]?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<yy>\d{2})\s*(?P<sure>年)\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?",
        r"(?P<yy>\d{2})[/.\-](?P<m>\d{1,2})[/.\-](?P<d>\d{1,2})",
        r"(?P<a>\d{1,2})[/.\-](?P<b>\d{1,2})[/.\-](?P<y>\d{4})",
    )
)
_LONG = re.compile(r"(\d{8})(\d{2})(\d{2})(\d{2})?")
_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)")


def read_day(cell: Any, today: date, zone: tzinfo) -> date:
    """The day in a cell: typed, a serial number, or text; raises InputError when it is none.

    >>> read_day("2026年3月5日", date(2026, 11, 21), UTC)
    datetime.date(2026, 3, 5)
    """
    if type(cell) is date:
        return _plausible(cell, cell)
    found = _read(cell, today, zone)
    return found.date() if isinstance(found, datetime) else found


def read_moment(cell: Any, today: date, zone: tzinfo) -> tuple[str, str]:
    """The local day, and the instant in UTC where the cell has a time of day (else ""), both as text."""
    found = cell if type(cell) is datetime and cell.tzinfo is None else _read(cell, today, zone)
    if not isinstance(found, datetime):
        return found.isoformat(), ""
    _plausible(found, cell)
    if not (found.hour or found.minute or found.second):
        return found.date().isoformat(), ""
    instant = found.replace(tzinfo=zone).astimezone(UTC)
    return found.date().isoformat(), instant.isoformat(timespec="seconds")


def _read(cell: Any, today: date, zone: tzinfo) -> date | datetime:
    if isinstance(cell, datetime):
        local = cell.astimezone(zone).replace(tzinfo=None) if cell.tzinfo else cell
        return _plausible(local, cell)
    if isinstance(cell, date):
        return _plausible(cell, cell)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _from_number(float(cell), cell)
    if isinstance(cell, str):
        return _from_text(cell, today, zone)
    raise _no_day(cell)


def _from_number(number: float, cell: Any) -> date | datetime:
    if _SERIALS.start <= number < _SERIALS.stop:
        moment = _SERIAL_ZERO + timedelta(seconds=round(number * 86_400))
        return moment if number % 1 else moment.date()
    if 19_000_101 <= number <= 20_991_231 and number.is_integer():
        return _from_text(str(int(number)), date.min, UTC)
    raise _no_day(cell)


def _from_text(text: str, today: date, zone: tzinfo) -> date | datetime:
    plain = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", text)).strip().strip("'").strip()
    if len(plain) == 10 and plain[4] == plain[7] == "-":
        return _built(plain[:4], plain[5:7], plain[8:], text)
    if _WITH_OFFSET.fullmatch(plain):
        try:
            moment = datetime.fromisoformat(plain)
        except ValueError:
            raise _no_day(text) from None
        return _plausible(moment.astimezone(zone).replace(tzinfo=None), text)
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return _from_number(float(plain), text)
    if (long := _LONG.fullmatch(plain)) is not None:
        plain = f"{long[1]} {long[2]}:{long[3]}:{long[4] or '00'}"
    for form in _FORMS:
        found = form.fullmatch(plain)
        if found is not None:
            parts = found.groupdict()
            day = _built(*_year_month_day(parts, today, text), text)
            return _with_time(day, parts, text) if parts["h"] else day
    raise _no_day(text)


def _year_month_day(parts: dict[str, str | None], today: date, text: str) -> tuple[str, str, str]:
    if parts.get("yy"):
        return _two_digit_year(parts, today, text), parts["m"] or "", parts["d"] or ""
    if parts.get("a"):  # 5/3/2026 is two different days to two people; 25/3/2026 is one
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        if first != second and first <= 12 and second <= 12:
            raise InputError(
                "“{value}” can be read as two different days: write year, month, day.", value=text
            )
        month, day = (second, first) if first > 12 else (first, second)
        return parts["y"] or "", str(month), str(day)
    return parts["y"] or "", parts["m"] or "", parts["d"] or ""


def _two_digit_year(parts: dict[str, str | None], today: date, text: str) -> str:
    """26年… is a year, and so is 76-… (no month has 76 days); 11/12/13 may be anything."""
    short = int(parts["yy"] or 0)
    if not parts.get("sure") and short <= 31:
        raise InputError("“{value}”: write the year with four digits.", value=text)
    year = 2000 + short
    return str(year if year <= today.year + 10 else year - 100)


def _built(year: str, month: str, day: str, text: str) -> date:
    try:
        return _plausible(date(int(year), int(month), int(day)), text)
    except ValueError:
        raise InputError("“{value}” is no day of the calendar.", value=text[:40]) from None


def _with_time(day: date, parts: dict[str, str | None], text: str) -> datetime:
    hour = int(parts["h"] or 0)
    noon = (parts["noon"] or parts["noon2"] or "").lower()
    if noon in ("下午", "pm") and hour < 12:
        hour += 12
    elif noon == "am" and hour == 12:
        hour = 0
    try:
        return datetime(  # noqa: DTZ001 - local wall time, given its zone by the caller
            day.year, day.month, day.day, hour, int(parts["mi"] or 0), int(parts["s"] or 0)
        )
    except ValueError:
        raise InputError("“{value}” has no such time of day.", value=text[:40]) from None


def _plausible(day: D, cell: Any) -> D:
    if day.year not in _YEARS:
        raise InputError("“{value}”: the year cannot be right.", value=str(cell)[:40])
    return day


def _no_day(cell: Any) -> InputError:
    return InputError("“{value}” is no date.", value=str(cell)[:40])
