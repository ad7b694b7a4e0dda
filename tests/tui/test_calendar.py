"""The calendar: counts per day, and the lists of next week and next month behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

from dcrc.kernel.calendar import add_task
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.tui.call_sheet import CallSheet


async def test_counts_of_the_month_and_the_list_of_a_week(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    add_task(desk, owners[0], "寄保养手册", date(2026, 11, 26))
    add_task(desk, owners[1], "回访试驾", date(2026, 11, 26))
    add_task(desk, owners[2], "下月车展邀请", date(2026, 12, 8))
    async with opened() as seat:
        await seat.press("ctrl+l")
        lines = seat.text.splitlines()
        place = max(n for n, line in enumerate(lines) if " 26 " in line and " 27 " in line)
        counted = lines[place].split("26", 1)[1].split("27", 1)[0]
        assert int(counted) >= 2
        await seat.press("down", "w")
        assert "寄保养手册" in seat.text
        assert "下月车展邀请" not in seat.text
        await seat.press("pagedown", "w")
        assert "下月车展邀请" in seat.text
        await seat.press("enter", "end", "enter")
        assert isinstance(seat.screen, CallSheet)
        assert seat.screen.customer_id == owners[2].id


async def test_w_goes_to_next_week_to_next_month_and_back_to_today(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("ctrl+l", "w")
        assert "下周 2026-11-23 … 2026-11-29" in seat.text.splitlines()[0]
        await seat.press("up")
        assert "下周" not in seat.text.splitlines()[0]
        assert "2026-11-16 … 2026-11-22" in seat.text.splitlines()[0]
        await seat.press("w")
        assert "下月 2026-12-01 … 2026-12-31" in seat.text.splitlines()[0]
        await seat.press("w")
        assert "11-21" in seat.text.splitlines()[0]


async def test_mine_and_everybodys(opened: Any, desk: Desk, owners: list[Customer]) -> None:
    async with opened() as seat:
        await seat.press("ctrl+l", "w", "w")
        everybody = seat.text.splitlines()[0]
        await seat.press("m")
        assert "我的" in seat.text.splitlines()[0]
        assert seat.text.splitlines()[0] != everybody
