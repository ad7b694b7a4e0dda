"""The first day after an import: the supervisor shares the list out, and everybody finds his own calls."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from dcrc.i18n import speaking
from dcrc.kernel.agenda import tasks
from dcrc.kernel.assigning import share_customers
from dcrc.kernel.calendar import add_task, withdraw_task
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.operators import add_operator
from dcrc.testing import a_customer
from dcrc.tui import share_dialog, today
from dcrc.tui.choosing import Choosing
from dcrc.tui.share_dialog import ShareDialog
from dcrc.tui.today import Today
from plugins import new_car_followup

CALLERS = ("刘洋", "周岚", "陈晨")
DAYS = ("王一", "王二", "王三", "王四", "王五", "王六", "王七")


@pytest.fixture
def customers(desk: Desk) -> list[Customer]:
    """Seven customers with a call that is due, and three callers."""
    for name in CALLERS:
        add_operator(desk, name, "caller")
    found = [a_customer(desk, name) for name in DAYS]
    for number, customer in enumerate(found):
        add_task(desk, customer, "回访", desk.today(), priority=9 - number)
    return found


def owners(desk: Desk) -> list[str]:
    """Whose the customers' calls are, in the order of the list."""
    found = [task for task in tasks(desk, limit=0) if task.title == "回访"]
    return [task.owner for task in sorted(found, key=lambda task: -task.priority)]


async def test_the_one_under_the_cursor_is_given_to_somebody(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("down", "d")
        assert isinstance(seat.screen, Choosing)
        assert "把 王二 分派给谁？" in seat.text
        assert "周岚" in seat.text
        assert "未完成 0，其中到期 0" in seat.text
        await seat.press("2")
        assert owners(desk) == ["", "周岚", *[""] * 5]
        assert "已分派给 周岚：1 位客户" in seat.text
        assert "6 位客户" in seat.text.splitlines()[0]
        await seat.press("d")
        assert "未完成 1，其中到期 1" in seat.text
        await seat.press("escape", "ctrl+z")
        assert "已撤销：分派任务" in seat.text
        assert owners(desk) == [""] * 7
        assert "7 位客户" in seat.text.splitlines()[0]


async def test_marked_ones_are_given_away_together_and_taken_back_in_one_step(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("space", "space", "down", "space")
        assert "已选 3 位，D 分派" in seat.text.splitlines()[0]
        marks = [line[:6] for line in seat.text.splitlines() if line[4:6] in DAYS[:4]]
        assert marks == ["[x] 王一", "[x] 王二", "    王三", "[x] 王四"]
        await seat.press("d", "3")
        assert owners(desk) == ["陈晨", "陈晨", "", "陈晨", "", "", ""]
        assert "[x]" not in seat.text
        assert "已选" not in seat.text
        await seat.press("ctrl+z")
        assert owners(desk) == [""] * 7


async def test_marks_are_taken_away_by_escape_and_by_another_list(
    opened: Any, customers: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("space", "space", "up", "space")
        assert seat.screen.lines.marked == [customers[0].id]
        await seat.press("escape")
        assert isinstance(seat.screen, Today)
        assert "[x]" not in seat.text
        await seat.press("space", "m")
        assert seat.screen.lines.marked == []


async def test_who_left_a_list_of_several_pages_is_marked_no_more(
    opened: Any, desk: Desk, customers: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "PAGE", 3)
    async with opened() as seat:
        await seat.press("space", "space")
        gone = next(task for task in tasks(desk, limit=0) if task.customer == customers[0].id)
        withdraw_task(desk, gone.id, "已联系")
        seat.screen.load_data()
        await seat.rest()
        assert seat.screen.lines.marked == [customers[1].id]
        assert "已选 1 位" in seat.text.splitlines()[0]


async def test_the_whole_list_is_shared_out_and_shown_before(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("d", "6")
        assert isinstance(seat.screen, ShareDialog)
        assert "平均分派 7 位客户" in seat.text
        assert "7 位客户将有新的负责人" in seat.text
        assert "[x] 刘洋" in seat.text
        assert "[ ] 王敏" in seat.text
        assert owners(desk) == [""] * 7
        await seat.press("enter")
        assert sorted(owners(desk).count(name) for name in CALLERS) == [2, 2, 3]
        assert "刘洋 3、周岚 2、陈晨 2" in seat.text
        assert "0 位客户" in seat.text.splitlines()[0]
        await seat.press("m")
        header = next(line for line in seat.text.splitlines() if line.startswith("客户"))
        assert "负责人员" in header
        assert "7 位客户" in seat.text.splitlines()[0]
        assert all(name in seat.text for name in CALLERS)
        await seat.press("ctrl+z")
        assert owners(desk) == [""] * 7
        assert "刘洋" not in seat.text


async def test_who_takes_part_is_chosen_and_the_marked_ones_alone_are_shared(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("space", "space", "space", "space", "d", "6")
        assert "平均分派 4 位客户" in seat.text
        await seat.press("space")
        assert "[ ] 刘洋" in seat.text
        await seat.press("enter")
        assert owners(desk) == ["周岚", "陈晨", "周岚", "陈晨", "", "", ""]


async def test_what_is_being_shared_out_is_told_though_escape_was_pressed(
    opened: Any, desk: Desk, customers: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = Event(), Event()

    def slowly(*arguments: Any, dry_run: bool = False, **options: Any) -> Any:
        if not dry_run:
            begun.set()
            go_on.wait(10)
        return share_customers(*arguments, dry_run=dry_run, **options)

    monkeypatch.setattr(share_dialog, "share_customers", slowly)
    async with opened() as seat:
        await seat.press("d", "6")
        await seat.pilot.press("enter")
        begun.wait(10)
        await seat.pilot.press("escape", "enter")
        go_on.set()
        await seat.rest()
        assert isinstance(seat.screen, Today)
        assert "已平均分派" in seat.text
        assert "" not in owners(desk)
        await seat.press("ctrl+z")
        assert owners(desk) == [""] * 7


async def test_sharing_out_can_be_left_after_a_fault(
    opened: Any, desk: Desk, customers: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*arguments: Any, dry_run: bool = False, **options: Any) -> Any:
        if not dry_run:
            raise RuntimeError
        return share_customers(*arguments, dry_run=dry_run, **options)

    monkeypatch.setattr(share_dialog, "share_customers", faulty)
    async with opened() as seat:
        await seat.press("d", "6", "enter")
        assert "RuntimeError" in seat.text
        await seat.press("escape")
        assert isinstance(seat.screen, Today)
        seat.app.faults.clear()


async def test_nobody_takes_part_and_nothing_is_left_to_share(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    share_customers(desk, [each.id for each in customers], CALLERS)
    before = owners(desk)
    async with opened() as seat:
        await seat.press("m", "d", "6", "enter")
        assert isinstance(seat.screen, ShareDialog)
        assert "7 位客户仍由原负责人负责" in seat.text
        await seat.press("space", "space", "space")
        assert "请选择参与人员" in seat.text
        await seat.press("enter")
        assert isinstance(seat.screen, ShareDialog)
        await seat.press("escape")
        assert isinstance(seat.screen, Today)
        assert owners(desk) == before


async def test_what_is_assigned_already_is_shared_out_afresh_where_asked_for(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    share_customers(desk, [each.id for each in customers], ["周岚"])
    async with opened() as seat:
        await seat.press("m", "d", "6", "end", "space", "enter")
        assert sorted(owners(desk).count(name) for name in CALLERS) == [2, 2, 3]


async def test_nobody_s_again(opened: Any, desk: Desk, customers: list[Customer]) -> None:
    share_customers(desk, [customers[0].id], ["周岚"])
    async with opened() as seat:
        await seat.press("m", "d", "5")
        assert owners(desk) == [""] * 7
        assert "不再指定负责人" in seat.text
        await seat.press("d", "5")
        assert "没有变化" in seat.text


async def test_the_other_desk_sees_it_by_itself(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[new_car_followup])
    async with opened(at=caller) as seat:
        assert "7 位客户" in seat.text.splitlines()[0]
        share_customers(desk, [each.id for each in customers], CALLERS)
        await seat.app._look()
        await seat.rest()
        assert "2 位客户" in seat.text.splitlines()[0]
        await seat.press("m")
        assert "7 位客户" in seat.text.splitlines()[0]
    caller.close()


async def test_who_may_not_assign_has_neither_key_nor_marks(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[new_car_followup])
    async with opened(at=caller, size=(140, 40)) as seat:
        assert "D 分派" not in seat.text
        await seat.press("space", "d")
        assert isinstance(seat.screen, Today)
        assert "[x]" not in seat.text
        await seat.press("f1")
        await seat.type("分派")
        assert "平均分派" not in seat.text
    caller.close()


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("分派给某人或平均分派", "D 分派")), ("en", ("Give to somebody", "D Assign"))],
)
async def test_help_palette_and_footer_name_the_key(
    opened: Any, customers: list[Customer], language: str, words: tuple[str, str]
) -> None:
    with speaking(language):
        async with opened(size=(120, 40)) as seat:
            assert words[1] in seat.text
            for key in ("f1", "ctrl+p"):
                await seat.press(key)
                await seat.type(words[0][:3])
                assert words[0] in seat.text
                await seat.press("escape")


async def test_the_palette_does_it(opened: Any, customers: list[Customer]) -> None:
    async with opened() as seat:
        await seat.press("ctrl+p")
        await seat.type("平均分派")
        await seat.press("enter")
        assert "把 王一 分派给谁？" in seat.text


async def test_a_click_in_the_sharing_marks_and_never_shares(
    opened: Any, desk: Desk, customers: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("d", "6")
        lines = seat.screen.query_one("MarkedList")
        for _ in range(2):
            await seat.pilot.click(lines, offset=(4, 1))
            await seat.rest()
        assert isinstance(seat.screen, ShareDialog)
        assert "[x] 刘洋" in seat.text
        assert owners(desk) == [""] * 7
