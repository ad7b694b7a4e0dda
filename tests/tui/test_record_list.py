"""The one list: long lists load by pages, the cursor stays on its record, Chinese stays in its columns."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from dcrc.kernel.customers import Customer
from dcrc.tui.call_sheet import CallSheet
from dcrc.tui.cells import fit
from dcrc.tui.marked_list import MarkedList
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.today import Today
from dcrc.wording import plain

COLUMNS = [Column("Name", 8, 1), Column("No", 6, right=True)]


class Listed(App[None]):
    def compose(self) -> ComposeResult:
        yield RecordList(COLUMNS, empty="nothing")


def rows(first: int, count: int) -> list[Row]:
    return [Row(str(n), (f"客户{n}", str(n))) for n in range(first, first + count)]


async def test_a_long_list_asks_only_for_the_pages_that_are_seen() -> None:
    asked: list[int] = []
    app = Listed()
    async with app.run_test(size=(40, 20)) as pilot:
        lines = app.query_one(RecordList)

        def load(offset: int, limit: int) -> None:
            asked.append(offset)
            lines.fill(offset, rows(offset, limit))

        lines.focus()
        lines.show(100_000, rows(0, 100), load)
        await pilot.press("end")
        await pilot.pause()
        assert lines.current is not None
        assert lines.current.key == "99999"
        assert set(asked) == {99_900}


async def test_the_cursor_stays_on_its_record_when_others_come_and_go() -> None:
    app = Listed()
    async with app.run_test(size=(40, 20)) as pilot:
        lines = app.query_one(RecordList)
        lines.focus()
        lines.show(5, rows(0, 5))
        await pilot.press("down", "down")
        lines.show(6, [Row("new", ("新来的", "")), *rows(0, 5)])
        assert lines.current is not None
        assert lines.current.key == "2"
        lines.show(1, rows(4, 1))
        assert lines.current is not None
        assert lines.current.key == "4"


async def test_lines_are_as_wide_as_the_list_whatever_stands_in_them() -> None:
    app = Listed()
    async with app.run_test(size=(40, 8)) as pilot:
        lines = app.query_one(RecordList)
        names = [
            "王小明",
            "a" * 90,
            "江铃汽车销售服务有限公司南昌分公司旗舰店东区",
            "\x1b[2J",
            "👨‍👩‍👧 家",
        ]
        shown: list[Any] = [Row(str(n), (name, "1")) for n, name in enumerate(names)]
        lines.show(len(shown), shown)
        await pilot.pause()
        for y in range(6):
            text = "".join(segment.text for segment in lines.render_line(y))
            assert cell_len(text) == lines.size.width
            assert "\x1b" not in text


def test_text_is_cut_at_whole_characters() -> None:
    assert fit("陆风汽车", 5) == "陆风…"
    assert plain("\u2028a\u0000b\x7f") == " a␀b␡"


async def test_marks_stay_whichever_page_is_loaded() -> None:
    class Marking(App[None]):
        def compose(self) -> ComposeResult:
            yield MarkedList(COLUMNS)

    app = Marking()
    async with app.run_test(size=(40, 20)) as pilot:
        lines = app.query_one(MarkedList)

        def load(offset: int, limit: int) -> None:
            lines.fill(offset, rows(offset, limit))

        lines.focus()
        lines.show(300, rows(0, 100), load)
        await pilot.press("space", "end")
        await pilot.pause()
        await pilot.press("space")
        lines.show(300, rows(0, 100), load)  # others changed something
        assert lines.marked == ["0", "299"]
        lines.show(2, rows(1, 2))  # the list is whole, and they have left it
        assert lines.marked == []
        assert lines.columns == tuple(COLUMNS)
        await pilot.press("space", "space")
        lines.show(300, rows(0, 100), load, anew=True)
        assert lines.marked == []


@pytest.mark.parametrize(
    "lines",
    [
        lambda: RecordList(COLUMNS),
        lambda: MarkedList(COLUMNS),
        lambda: MarkedList(COLUMNS, always=True),
    ],
    ids=["list", "with marks", "always with marks"],
)
async def test_a_click_on_the_heading_does_nothing(lines: Any) -> None:
    opened: list[str] = []

    class Clicked(App[None]):
        def compose(self) -> ComposeResult:
            yield lines()

        def on_record_list_opened(self, event: RecordList.Opened) -> None:
            opened.append(event.row.key)

    app = Clicked()
    async with app.run_test(size=(40, 10)) as pilot:
        shown = app.query_one(RecordList)
        shown.focus()
        shown.show(50, rows(0, 50))
        await pilot.press("end", "up")
        top = shown.scroll_offset.y
        assert top > 0
        for _ in range(2):
            await pilot.click(shown, offset=(4, 0))
        assert (shown.position, shown.scroll_offset.y) == (48, top)
        await pilot.click(shown, offset=(4, 1))
        assert shown.position == top
        assert getattr(shown, "marked", []) in ([], [str(top)])
        assert opened == []


async def test_a_click_moves_the_cursor_and_another_opens(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        lines = seat.screen.query_one("#sheets", MarkedList)
        await seat.pilot.click(lines, offset=(4, 2))
        await seat.rest()
        assert isinstance(seat.screen, Today)
        assert lines.position == 1
        await seat.pilot.click(lines, offset=(4, 2))
        await seat.rest()
        assert isinstance(seat.screen, CallSheet)
