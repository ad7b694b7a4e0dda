"""Phones as dealers' files really write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcrc.errors import InputError
from dcrc.kernel.phones import local_phone, masked, normalise_phone, split_phones


@pytest.mark.parametrize(
    ("written", "number", "shown"),
    [
        ("138 0000 1234", "+8613800001234", "13800001234"),
        ("+86 138-0000-1234", "+8613800001234", "13800001234"),
        ("8613800001234", "+8613800001234", "13800001234"),
        ("0086-13800001234", "+8613800001234", "13800001234"),
        ("013800001234", "+8613800001234", "13800001234"),
        ("１３８００００１２３４", "+8613800001234", "13800001234"),
        ("13800001234.0", "+8613800001234", "13800001234"),
        ("(0755) 2666 8888 转 123", "+8675526668888;ext=123", "0755-26668888-123"),
        ("0755-26668888-123", "+8675526668888;ext=123", "0755-26668888-123"),
        ("+86 (0)755 26668888", "+8675526668888", "0755-26668888"),
        ("0796-8212345", "+867968212345", "0796-8212345"),
        ("010 62345678", "+861062345678", "010-62345678"),
        ("400-123-4567", "+864001234567", "400-123-4567"),
        ("95555", "95555", "95555"),
        ("12306", "12306", "12306"),
        ("+852 9123 4567", "+85291234567", "+85291234567"),
    ],
)
def test_one_number_written_in_many_ways(written: str, number: str, shown: str) -> None:
    phone = normalise_phone(written)
    assert phone.number == number
    assert local_phone(phone.number) == shown
    assert normalise_phone(local_phone(number)) == phone  # what is shown can be typed again


@pytest.mark.parametrize(
    "written",
    [
        "",
        "无",
        "12345678901",
        "10000001234",
        "1.38E+10",
        "13800001234转5",
        "26668888",
        "1380000123",
    ],
)
def test_what_cannot_be_dialled_is_refused(written: str) -> None:
    with pytest.raises(InputError) as refused:
        normalise_phone(written)
    assert refused.value.params["field"] == "phone"


def test_a_local_number_takes_the_dealer_s_area_code() -> None:
    assert normalise_phone("8212345", area="0796").number == "+867968212345"


@pytest.mark.parametrize(
    ("cell", "numbers", "rejected"),
    [
        ("13800001234/0796-8212345", ["+8613800001234", "+867968212345"], []),
        ("13800001234 13900001234", ["+8613800001234", "+8613900001234"], []),
        ("138 0000 1234、139 0000 1234", ["+8613800001234", "+8613900001234"], []),
        ("010 62345678 13800001234", ["+861062345678", "+8613800001234"], []),
        ("13800001234或13900001234", ["+8613800001234", "+8613900001234"], []),
        ("13800001234；13800001234", ["+8613800001234"], []),
        ("手机：13800001234", ["+8613800001234"], []),
        ("13800001234/没有", ["+8613800001234"], ["没有"]),
        ("", [], []),
    ],
)
def test_several_numbers_in_a_cell(cell: str, numbers: list[str], rejected: list[str]) -> None:
    phones, left = split_phones(cell)
    assert [phone.number for phone in phones] == numbers
    assert left == rejected


def test_a_remark_in_brackets_stays_with_its_number() -> None:
    (phone,), rejected = split_phones("13800001234（王先生）")
    assert (phone.number, phone.note, rejected) == ("+8613800001234", "王先生", [])


def test_the_middle_is_masked() -> None:
    assert masked("+8613800001234") == "138****1234"
    assert "6666" not in masked("+8675566668888;ext=123")


@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_a_clear_refusal(text: str) -> None:
    phones, rejected = split_phones(text)
    assert all(normalise_phone(local_phone(phone.number)).number for phone in phones)
    assert all(piece for piece in rejected)
