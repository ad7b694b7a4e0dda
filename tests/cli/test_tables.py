"""Tables hold whatever stands in their cells; widths are those of the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dcrc.cli.harmless import one_line
from dcrc.cli.showing import Column, Table
from dcrc.cli.widths import clip, pad, width, wrap

HOSTILE = "\x1b[2J王\u202e五\x07\r\n[red]x[/red]\t\x9b31m"


def test_chinese_takes_two_cells() -> None:
    assert width("王小明") == 6
    assert width("ｗide") == 5
    assert width("e\u0301") == 1


@pytest.mark.parametrize("cells", range(1, 12))
def test_clipped_text_fits(cells: int) -> None:
    assert width(clip("王a小b明c", cells)) <= cells


def test_padding_fills_to_the_cell() -> None:
    assert width(pad("王", 5)) == 5
    assert pad("1", 3, right=True) == "  1"


@given(some.text(max_size=80))
def test_nothing_in_a_text_steers_the_terminal(text: str) -> None:
    shown = one_line(text)
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in shown)
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2028\u2029")


def test_a_table_stays_a_table() -> None:
    columns = [Column("Name", flexible=True), Column("Due"), Column("Count", right=True)]
    table = Table(columns, [(HOSTILE, "2026-11-21", 7), ("王小明", "2026-11-22", 10), ("", "", 0)])
    lines = list(table.lines(None))
    assert len(lines) == 4
    starts = {width(line[: line.index("2026")]) for line in lines if "2026" in line}
    assert len(starts) == 1


def test_a_narrow_screen_clips_only_what_may_be_clipped() -> None:
    columns = [Column("Task"), Column("Customer", flexible=True)]
    rows = [("abc123", "一个名字非常非常长的有限责任公司客户")]
    lines = list(Table(columns, rows).lines(24))
    assert all(width(line) <= 24 for line in lines)
    assert lines[1].startswith("abc123  ")
    assert lines[1].endswith("…")


@given(some.text(alphabet="ab 王小，。", max_size=60), some.integers(4, 20))
def test_wrapping_loses_no_letter(text: str, cells: int) -> None:
    assert "".join("".join(wrap(text, cells)).split()) == "".join(text.split())
