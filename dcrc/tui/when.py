"""Reading a moment as it is typed: `14:30`, `明天 10:00`, `tomorrow 3pm`, `11-25 9点半`, `+2` days, `Fri`."""

from __future__ import annotations

import re
import unicodedata
from calendar import isleap, monthrange
from datetime import date, datetime, time, timedelta, tzinfo

from dcrc.errors import InputError

_DAYS = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "明天": 1,
    "明日": 1,
    "tomorrow": 1,
    "后天": 2,
    "大后天": 3,
    "昨天": -1,
    "昨日": -1,
    "yesterday": -1,
    "前天": -2,
}
_WEEK = {
    name: number
    for number, names in enumerate(
        (
            ("一", "mon", "monday"),
            ("二", "tue", "tues", "tuesday"),
            ("三", "wed", "wednesday"),
            ("四", "thu", "thur", "thurs", "thursday"),
            ("五", "fri", "friday"),
            ("六", "sat", "saturday"),
            ("日", "天", "sun", "sunday"),
        )
    )
    for name in names
}
_CLOCK = re.compile(
    r"(?P<half_day>上午|下午|晚上|早上|中午|am|pm)?\s*"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|点(?P<half>半)?(?:(?P<past>\d{1,2})分?)?)\s*$"
)
_ENGLISH_CLOCK = re.compile(
    r"(?:\bat\s*)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half_day>[ap])\.?m\.?$"
)
_AT = re.compile(r"\s*\bat$")  # “tomorrow at 10:00”
_FULL = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?$")
_SHORT = re.compile(r"(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?$")
_OF_MONTH = re.compile(r"(?P<d>\d{1,2})[日号]$")
_COMPACT = re.compile(r"(?P<y>[12]\d{3})(?P<m>\d{2})(?P<d>\d{2})$")
_MINUTES = ("m", "min", "mins", "minute", "minutes", "分", "分钟")
_LATER = re.compile(
    r"(?:\+|in\b)?\s*(?P<count>\d{1,3})\s*"
    r"(?P<unit>h|hours?|hrs?|m|mins?|minutes?|个?小时|分钟?)后?$"
)
OPENING = time(9, 30)


def read_day(text: str, today: date, *, past: bool = False, gone: bool = False) -> date:
    """The day that `text` names, today or later; InputError says what can be typed.

    >>> read_day("后天", date(2026, 11, 21)), read_day("1-5", date(2026, 11, 21))
    (datetime.date(2026, 11, 23), datetime.date(2027, 1, 5))
    >>> read_day("周五", date(2026, 11, 21)), read_day("+3", date(2026, 11, 21))
    (datetime.date(2026, 11, 27), datetime.date(2026, 11, 24))

    It may be a `past` one too; of a month and a day alone it is the nearest then.

    >>> read_day("昨天", date(2026, 11, 21), past=True), read_day("周六", date(2026, 11, 23), past=True)
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 28))
    >>> read_day("11-5", date(2026, 11, 21), past=True), read_day("1月5号", date(2026, 11, 21), past=True)
    (datetime.date(2026, 11, 5), datetime.date(2027, 1, 5))

    Of something that has happened (`gone`) it is the last such day.

    >>> read_day("周六", date(2026, 11, 23), gone=True), read_day("26号", date(2026, 11, 23), gone=True)
    (datetime.date(2026, 11, 21), datetime.date(2026, 10, 26))
    >>> read_day("12-5", date(2026, 11, 23), gone=True), read_day("上周五", date(2026, 11, 23), gone=True)
    (datetime.date(2025, 12, 5), datetime.date(2026, 11, 20))
    """
    word = unicodedata.normalize("NFKC", text).strip().lower()
    word = re.sub(r"^(on|this)\s+", "", word)
    try:
        day = _named_day(word, today, gone) or _written_day(word, today, past, gone)
    except (ValueError, OverflowError):  # the 31st of a short month, a 29 February that is not near
        day = None
    if day is None:
        raise _unreadable(text)
    if day < today and not (past or gone):
        raise InputError("{text} is past; name a day from today on.", text=text, field="when")
    return day


def _named_day(word: str, today: date, gone: bool) -> date | None:
    """The day that is said by its distance or its weekday, which is one to come unless it is `gone`."""
    if word in _DAYS:
        return today + timedelta(days=_DAYS[word])
    if re.fullmatch(r"\+\d{1,3}", word):
        return today + timedelta(days=int(word))
    word = re.sub(r"^next\s+(?=[a-z])", "下周", word)
    word = re.sub(r"^last\s+(?=[a-z])", "上周", word)
    name = re.sub(r"^([上下]?周|[上下]?星期|[上下]?礼拜)", "", word)
    if name not in _WEEK or (name == word and not word.isascii()):
        return None
    monday = today - timedelta(days=today.weekday())
    if word.startswith(("上", "下")):
        return monday + timedelta(days=_WEEK[name] + (7 if word.startswith("下") else -7))
    if gone:
        return today - timedelta(days=(today.weekday() - _WEEK[name]) % 7)
    return today + timedelta(days=(_WEEK[name] - today.weekday() - 1) % 7 + 1)


def _written_day(word: str, today: date, past: bool, gone: bool) -> date | None:
    """The day that is written in figures; of what lacks its year or month the next, nearest or last."""
    if found := _FULL.match(word) or _COMPACT.match(word):
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    if found := _SHORT.match(word):
        month, of_month = int(found["m"]), int(found["d"])
        days = [
            date(year, month, of_month)
            for year in (today.year - 1, today.year, today.year + 1)
            if (month, of_month) != (2, 29) or isleap(year)
        ]
        if gone:
            return max(day for day in days if day <= today)
        if past:
            return min(days, key=lambda day: abs(day - today))
        return min(day for day in days if day >= today)
    if found := _OF_MONTH.match(word):
        of_month, first = int(found["d"]), today.replace(day=1)
        if not 1 <= of_month <= 31:
            return None
        if gone:
            while monthrange(first.year, first.month)[1] < of_month or (
                first.replace(day=of_month) > today
            ):
                first = (first - timedelta(days=1)).replace(day=1)
        elif not gone and of_month < today.day:
            first = (first + timedelta(days=31)).replace(day=1)
        return first.replace(day=of_month)
    return None


def read_moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The instant that `text` names, later than `now`; a day without a time means half past nine.

    `+2h` and `+30m` count from now.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> here = ZoneInfo("Asia/Shanghai")
    >>> now = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 10:00 there
    >>> read_moment("明天下午3点", now, here).astimezone(here).isoformat(" ")
    '2026-11-22 15:00:00+08:00'
    >>> read_moment("Fri at 3:30 pm", now, here).astimezone(here).isoformat(" ")
    '2026-11-27 15:30:00+08:00'
    """
    word = unicodedata.normalize("NFKC", text).strip().lower()
    here = now.astimezone(zone)
    if found := _LATER.match(word):
        unit = "minutes" if found["unit"] in _MINUTES else "hours"
        return here + timedelta(**{unit: int(found["count"])})
    at, day_part = None, word
    if found := _ENGLISH_CLOCK.search(word):
        at, day_part = _english_time(found, text), word[: found.start()].strip()
    elif found := _CLOCK.search(word):
        at, day_part = _time(found, text), _AT.sub("", word[: found.start()].strip())
    day = read_day(day_part, here.date()) if day_part else here.date()
    moment = datetime.combine(day, at or OPENING, zone)
    if moment <= here:
        if day_part:
            raise InputError("{text} is past; name a time from now on.", text=text, field="when")
        moment += timedelta(days=1)
    return moment


def _time(found: re.Match[str], text: str) -> time:
    hour = int(found["hour"])
    minute = 30 if found["half"] else int(found["minute"] or found["past"] or 0)
    if found["half_day"] in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    if found["half_day"] == "中午" and hour < 3:
        hour += 12
    if hour > 23 or minute > 59:
        raise _unreadable(text)
    return time(hour, minute)


def _english_time(found: re.Match[str], text: str) -> time:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if not 1 <= hour <= 12 or minute > 59:
        raise _unreadable(text)
    return time(hour % 12 + (12 if found["half_day"] == "p" else 0), minute)


def _unreadable(text: str) -> InputError:
    return InputError(
        "“{text}” is not understood; type for example 14:30, +2, 11-25 or tomorrow 10:00.",
        text=text,
        field="when",
    )
