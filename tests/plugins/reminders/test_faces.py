"""Lists and reviews by commands and by keyboard, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from dcrc import Desk
from dcrc.cli import Settings, program
from dcrc.i18n import speaking
from dcrc.kernel.planning import plan
from dcrc.testing import TestClock, a_customer, a_vehicle, delivered, isolated_desk
from dcrc.tui.app import DcrcApp
from plugins import reminders
from plugins.reminders.operations import care_messages, draft_care, get_care
from plugins.reminders.screens import ReminderLists

TODAY = date(2026, 12, 17)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Two cars that are reminded of in the next days, one with markup in its owner's name."""
    seat = isolated_desk(tmp_path, plugins=[reminders], today=TODAY)
    for number, name in enumerate(("王小明", "<b>李</b>")):
        car = a_vehicle(seat, a_customer(seat, name), plate=f"赣D1234{number}", model="CS75")
        delivered(seat, car, date(2024, 1, 14 + number))
    plan(seat)
    draft_care(seat)
    yield seat
    seat.close()


def command(desk: Desk, *words: str) -> str:
    """What a command prints, in Chinese."""
    seat = Settings(clock=TestClock(TODAY, time(10)), plugins=[reminders])
    env = {"DCRC_DB": str(desk.db.path), "DCRC_LANG": "zh", "DCRC_TRACEBACK": "1"}
    done = CliRunner().invoke(program, words, obj=seat, env=env)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_list_of_next_week_as_table_spreadsheet_and_page(desk: Desk, tmp_path: Path) -> None:
    shown = command(desk, "reminders", "planned")
    assert "王小明" in shown
    assert "质保到期提醒" in shown
    document = json.loads(command(desk, "reminders", "planned", "--rule", "warranty", "--json"))
    assert [line["rule"] for line in document["lines"]] == ["reminders.warranty"] * 2
    book, page = tmp_path / "list.xlsx", tmp_path / "list.html"
    command(desk, "reminders", "planned", "--excel", str(book), "--print", str(page))
    sheet = load_workbook(book).worksheets[0]
    assert [cell.value for cell in sheet["C"]][1:] == ["王小明", "<b>李</b>"]
    text = page.read_text("utf-8")
    assert "@media print" in text
    assert "&lt;b&gt;李&lt;/b&gt;" in text
    assert "<b>李" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            (
                "下周",
                "质保到期提醒",
                "王小明",
                "关怀短信",
                "待审",
                "已通过",
                "lead_months = 1 个月，来自",
            ),
        ),
        (
            "en",
            (
                "Next week",
                "Warranty ends",
                "王小明",
                "Care messages",
                "waits",
                "approved",
                "lead_months = 1 month, from",
            ),
        ),
    ],
)
async def test_the_lists_by_keyboard(
    desk: Desk, settled: Any, language: str, words: tuple[str, ...]
) -> None:
    with speaking(language):
        app = DcrcApp(desk)
        async with app.run_test(size=(100, 30)) as pilot:
            await settled(pilot)
            app.go_to(ReminderLists(desk))
            first = await settled(pilot)
            for word in words[:4]:
                assert word in first
            await pilot.press("w")
            assert words[6] in await settled(pilot)
            await pilot.press("escape")
            await settled(pilot)
            await pilot.press("4")
            assert words[4] in await settled(pilot)
            await pilot.press("y")
            assert words[5] in await settled(pilot)
    assert get_care(desk, "2026/winter_solstice").state == "approved"


async def test_undo_on_the_care_list_reaches_the_last_step_of_the_operator(
    tmp_path: Path, settled: Any
) -> None:
    """The list drafts what is due by itself; that is nobody's step, and it must not stand in the way."""
    desk = isolated_desk(tmp_path, plugins=[reminders], today=date(2026, 12, 20))
    a_customer(desk, "王小明")
    app = DcrcApp(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        app.go_to(ReminderLists(desk))
        await settled(pilot)
        await pilot.press("4")
        await settled(pilot)
        assert care_messages(desk)
        await pilot.press("ctrl+z")
        await settled(pilot)
    assert desk.customers.count() == 0
    assert care_messages(desk)
    desk.close()
