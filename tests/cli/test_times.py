"""Days and moments are read as operators type them, and nothing else is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dcrc.cli.times import parse_day, parse_moment
from dcrc.errors import InputError

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 20, 33, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026/1/5", "2026-01-05"),
        ("20261122", "2026-11-22"),
        ("2026年11月22日", "2026-11-22"),
        ("２０２６－１１－２２", "2026-11-22"),
        (" 明天 ", "2026-11-22"),
        ("Tomorrow", "2026-11-22"),
        ("昨天", "2026-11-20"),
        ("+3d", "2026-11-24"),
        ("-1w", "2026-11-14"),
        ("+2周", "2026-12-05"),
    ],
)
def test_a_day(said: str, meant: str) -> None:
    assert parse_day(said, TODAY).isoformat() == meant


@pytest.mark.parametrize(
    "said",
    ["", "2026-02-30", "11-22", "2026-11/22", "+d", "3d", "20261322", "tomorow", "0000-01-01"],
)
def test_what_is_no_day(said: str) -> None:
    with pytest.raises(InputError):
        parse_day(said, TODAY)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("14:30", "2026-11-21T14:30"),
        ("14：30", "2026-11-21T14:30"),
        ("明天 9:00", "2026-11-22T09:00"),
        ("明天9:00", "2026-11-22T09:00"),
        ("tomorrow 9:00", "2026-11-22T09:00"),
        ("2026-11-22 15:00", "2026-11-22T15:00"),
        ("2026-11-22T15:00", "2026-11-22T15:00"),
        ("2026年11月22日 15:00", "2026-11-22T15:00"),
        ("+2h", "2026-11-21T12:20"),
        ("+30m", "2026-11-21T10:50"),
        ("+1天", "2026-11-22T10:20"),
    ],
)
def test_a_moment(said: str, meant: str) -> None:
    moment = parse_moment(said, NOW)
    assert moment.isoformat(timespec="minutes") == f"{meant}+08:00"
    assert not moment.second


@pytest.mark.parametrize(
    "said",
    ["", "25:00", "9", "明天", "2026-02-30 9:00", "-2h", "9:5", "soon", "今天 9:00", "10:20"],
)
def test_what_is_no_coming_moment(said: str) -> None:
    with pytest.raises(InputError):
        parse_moment(said, NOW)
