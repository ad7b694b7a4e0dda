"""What stands in a cell is understood as the clerk meant it, or refused; never guessed."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dcrc.errors import InputError
from dcrc.imports.cells import (
    Choice,
    Kinds,
    read_id_number,
    read_km,
    read_money,
    read_plain,
    read_plate,
    read_text,
)

ZONE = ZoneInfo("Asia/Shanghai")
KINDS = Kinds(date(2026, 11, 21), ZONE, "0796")


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 3, 5),
        datetime.combine(date(2026, 3, 5), time(14)),
        "2026-03-05",
        "2026-3-5",
        "2026/3/5",
        "2026.03.05",
        "2026年3月5日",
        " 2026 年 3 月 5 号 ",
        "２０２６年３月５日",
        "20260305",
        20260305,
        20260305.0,
        46086,
        46086.604,
        "46086",
        "46086.5",
        "2026-03-05 14:05",
        "2026/3/5 下午 2:05:33",
        "2026-03-05T06:05:00Z",
        "20260305140500",
        "2026-03-05 星期四",
        "26年3月5日",
        "2026-03-05 00:00:00.000",
    ],
)
def test_a_day_in_every_form(cell: Any) -> None:
    assert KINDS.read_day(cell) == "2026-03-05"


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-30",
        "2026-13-01",
        "26/11/12",
        "26-11-21",
        "5/3/2026",
        "2026年3月",
        "3月5日",
        "0226-03-05",
        "明天",
        5,
        3.5,
        13800001234,
        1.5e12,
        True,
        "2026-03-05 25:00",
        "20261345",
    ],
)
def test_what_is_no_day_or_two_days_is_refused(cell: Any) -> None:
    with pytest.raises(InputError):
        KINDS.read_day(cell)


def test_a_year_of_two_digits_counts_only_where_it_can_be_nothing_else() -> None:
    assert KINDS.read_day("76-3-5") == "1976-03-05"
    assert KINDS.read_day("85年12月1日") == "1985-12-01"
    assert KINDS.read_day("25/3/2026") == "2026-03-25"


@given(st.dates(date(1928, 1, 1), date(2099, 12, 31)))
def test_every_day_survives_every_form(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for cell in (
        day,
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        serial,
        str(serial),
    ):
        assert KINDS.read_day(cell) == day.isoformat()


def test_a_moment_keeps_its_instant_in_utc() -> None:
    assert KINDS.read_moment(datetime.combine(date(2026, 3, 5), time(7, 30))) == (
        "2026-03-05",
        "2026-03-04T23:30:00+00:00",
    )
    assert KINDS.read_moment(datetime(2026, 3, 5, tzinfo=UTC)) == (
        "2026-03-05",
        "2026-03-05T00:00:00+00:00",
    )
    assert KINDS.read_moment("2026-03-05") == ("2026-03-05", "")


@pytest.mark.parametrize("cell", ["", " ", "-", "无", "NULL", "N/A", None, "　"])
def test_the_many_words_for_nothing(cell: Any) -> None:
    assert read_text(cell) is None
    assert KINDS.read_day(cell) is None
    assert read_money(cell) is None
    assert KINDS.read_phones(cell) is None


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (61900, 6_190_000),
        (61900.5, 6_190_050),
        ("61,900.00", 6_190_000),
        ("¥ 61900元", 6_190_000),
        ("6.19万", 6_190_000),
        ("6.19万元", 6_190_000),
        ("-200", -20_000),
        (0.29, 29),
        (1.005, 100),
    ],
)
def test_money_is_fen(cell: Any, fen: int) -> None:
    assert read_money(cell) == fen


@pytest.mark.parametrize("cell", ["面议", "inf", "1e999", "六万", "1.2.3"])
def test_what_is_no_number(cell: Any) -> None:
    with pytest.raises(InputError):
        read_money(cell)


def test_mileage() -> None:
    assert read_km("12,345公里") == 12345
    assert read_km("1.2万km") == 12000
    assert read_km(5000.0) == 5000
    for wrong in (-1, 99_999_999, "很多"):
        with pytest.raises(InputError):
            read_km(wrong)


def test_an_id_number_that_a_spreadsheet_rounded_is_refused() -> None:
    assert read_id_number("11010519491231002x") == "11010519491231002X"
    for wrong in (1.1010519491231e17, "1.10105E+17", "110105194912310021"):
        with pytest.raises(InputError):
            read_id_number(wrong)


def test_plates() -> None:
    assert read_plate("赣d·12345") == "赣D12345"
    assert read_plate(" 赣D F12345 ") == "赣DF12345"
    for none in ("未上牌", "临牌", "无", "暂无"):
        assert read_plate(none) is None


def test_choices_and_unknown_words() -> None:
    sex = Choice.of({"male": ("男", "先生"), "female": ("女", "女士")})
    assert [sex(cell) for cell in ("男", " 先生", "FEMALE", "")] == ["male", "male", "female", None]
    with pytest.raises(InputError, match="女王"):
        sex("女王")


def test_two_phones_in_a_cell_and_a_piece_that_is_none() -> None:
    found = KINDS.read_phones("13800001234/0796-8212345 李总")
    assert found is not None
    assert [one["number"] for one in found.numbers] == ["+8613800001234", "+867968212345"]
    assert found.refused == ("李总",)
    local = KINDS.read_phones("8212345")
    assert local is not None
    assert local.numbers[0]["number"] == "+867968212345"
    as_number = KINDS.read_phones(13800001234.0)
    assert as_number is not None
    assert as_number.numbers == ({"number": "+8613800001234"},)


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none()))
def test_no_cell_breaks_the_reading(cell: Any) -> None:
    for kind in ("text", "name", "code", "plate", "vin", "id", "money", "km", "count"):
        _try(kind, cell)
    for kind in ("day", "birthday", "moment", "phones"):
        _try(kind, cell)


def _try(kind: str, cell: Any) -> None:
    with contextlib.suppress(InputError):
        KINDS.reader(kind)(cell)


PLAIN = (
    "LGBH52E05AY000001", "LGBH52E02AY000001", "lgbh52e05ay000001", "LGBH52E05AY000001\nLGBH52E05AY000001",
    "13800001234", "138 0000 1234", "12800001234", "１３８００００１２３４", "13800001234\n13900001234",
    "0796-8212345", "07968212345", "01082123456", "0108-2123456", "02112345678", "013800001234",
    "JL0000001", "12345678", "jl0000001", "NULLNULL", "N/A", "ABCDEFG", "JL 000001", "LONGCODE" * 8,
    "NULL", "NONE", "NAN", "0796-82123456789", "0196-8212345", "0796--8212345", "1３８0000１２３４",
    "渝A12345", "渝AD12345", "渝a12345", "渝A·12345", "未上牌", "", None, 13800001234, 13800001234.0, 7,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PLAIN) | st.text("1380796-渝AL\n", max_size=17)))
@example(list(PLAIN))
@pytest.mark.parametrize("kind", ["vin", "phones", "code", "plate", "text"])
def test_what_is_read_at_once_is_what_the_reader_reads(kind: str, cells: list[Any]) -> None:
    read = KINDS.reader(kind)
    for cell, value in read_plain(kind, cells).items():
        assert read(cell) == value


def test_plain_cells_are_read_at_once() -> None:
    assert set(read_plain("vin", PLAIN)) == {"LGBH52E05AY000001"}
    assert {"13800001234", "0796-8212345", "07968212345"} <= set(read_plain("phones", PLAIN))
    assert {"JL0000001", "NULLNULL"} <= set(read_plain("code", PLAIN))
    assert set(read_plain("plate", PLAIN)) == {"渝A12345", "渝AD12345"}
    assert read_plain("vin", []) == {}
