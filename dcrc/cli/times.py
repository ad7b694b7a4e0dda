"""Days and moments as operators type them, read strictly: what is not clearly a time is refused."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from unicodedata import normalize

from dcrc.errors import InputError

DAY_WORDS = {
    "前天": -2,
    "昨天": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
}
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Outside of these a day is a slip of the fingers, and schedules would run out of the calendar."""
_DAY_STEPS = {"d": 1, "天": 1, "w": 7, "周": 7}
_MOMENT_STEPS = {
    "m": timedelta(minutes=1),
    "分钟": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "小时": timedelta(hours=1),
    "d": timedelta(days=1),
    "天": timedelta(days=1),
}

_WORD = "|".join(sorted(DAY_WORDS, key=len, reverse=True))
_WRITTEN_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_STEP = re.compile(r"([+-])(\d{1,4})(d|w|天|周)")
_CLOCK_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_MOMENT_STEP = re.compile(r"\+(\d{1,4})(m|h|d|分钟|小时|天)")
_DAY_AND_TIME = re.compile(
    rf"((?:{_WORD})|\d{{4}}[-/年][\d/月-]+日?)[ T]*(\d{{1,2}}:\d{{2}})", re.IGNORECASE
)


def parse_day(text: str, today: date) -> date:
    """The day that `text` names: `2026-11-22`, `2026/11/22`, `20261122`, `明天`, `+3d`, `-1w`.

    >>> parse_day("明天", date(2026, 11, 21)).isoformat()
    '2026-11-22'
    """
    said = normalize("NFKC", text).strip().lower()
    day: date | None = None
    try:
        if said in DAY_WORDS:
            day = today + timedelta(days=DAY_WORDS[said])
        elif found := _DAY_STEP.fullmatch(said):
            sign, count, unit = found.groups()
            days = int(count) * _DAY_STEPS[unit]
            day = today + timedelta(days=-days if sign == "-" else days)
        elif found := _WRITTEN_DAY.fullmatch(said) or _COMPACT_DAY.fullmatch(said):
            day = date(*(int(part) for part in found.groups() if part is not None))
    except (ValueError, OverflowError):  # the 31st of a short month, a year beyond the calendar
        pass
    if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise InputError(
        "{text!r} is no day. Write 2026-11-22, tomorrow, or +3d.", field="day", text=text
    )


def parse_moment(text: str, now: datetime) -> datetime:
    """The coming moment that `text` names: `14:30`, `明天 9:00`, `2026-11-22 15:00`, `+2h`.

    In the zone of `now`; raises InputError for what is no time or already past.

    >>> parse_moment("14:30", datetime(2026, 11, 21, 10, 0)).isoformat()
    '2026-11-21T14:30:00'
    """
    said = normalize("NFKC", text).strip().lower()
    moment: datetime | None = None
    try:
        if found := _MOMENT_STEP.fullmatch(said):
            moment = (now + int(found[1]) * _MOMENT_STEPS[found[2]]).replace(
                second=0, microsecond=0
            )
        elif _CLOCK_TIME.fullmatch(said):
            moment = _at(now.date(), said, now)
        elif found := _DAY_AND_TIME.fullmatch(said):
            moment = _at(parse_day(found[1], now.date()), found[2], now)
    except (ValueError, OverflowError, InputError):  # 25:00, or the day itself is wrong
        moment = None
    if moment is None:
        raise InputError(
            "{text!r} is no time. Write 14:30, tomorrow 9:00, 2026-11-22 15:00 or +2h.",
            field="time",
            text=text,
        )
    if moment <= now:
        raise InputError(
            "{text!r} is already past ({moment}); name the day too, such as tomorrow 9:00.",
            field="time",
            text=text,
            moment=f"{moment:%Y-%m-%d %H:%M}",
        )
    return moment


def _at(day: date, clock_time: str, now: datetime) -> datetime:
    hours, minutes = clock_time.split(":")
    return datetime.combine(day, time(int(hours), int(minutes)), now.tzinfo)
