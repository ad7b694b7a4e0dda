"""Which tasks belong to a call: what the list named, what was opened, what colleagues did meanwhile."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from attrs import evolve

from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import add_task, get_task, record_attempt, withdraw_task
from dcrc.kernel.customers import (
    Customer,
    edit_customer,
)
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.operators import add_operator
from dcrc.kernel.phones import Phone
from dcrc.kernel.tasks import Result
from dcrc.kernel.undoing import last_step, undo
from dcrc.testing import a_customer

TODAY = date(2026, 11, 21)


async def test_work_at_the_desk_that_the_list_names_is_marked_and_its_script_shown(
    opened: Any, desk: Desk
) -> None:
    owner = a_customer(desk, "田娜")
    add_task(desk, owner, "回访", date(2026, 11, 18), role="sales_consultant")
    add_task(desk, owner, "核查致电", date(2026, 11, 21), channel="check")
    async with opened() as seat:
        assert "核查致电" in seat.text
        await seat.press("enter")
        assert "现有 1 项 · 以后 1 项" in seat.text
        first, second = seat.screen.query_one("#tasks").rows
        assert first.cells[:2] == ("[x]", "核查致电")
        assert second.cells[:2] == ("[ ]", "回访")
        await seat.press("f2")
    assert {each["title"]: each.get("state", "open") for each in desk.tasks.all()} == {
        "回访": "open",
        "核查致电": "done",
    }


async def test_who_must_not_be_called_is_on_the_list_for_the_work_at_the_desk(
    opened: Any, desk: Desk
) -> None:
    shy = a_customer(desk, "吴静", do_not_contact=True)
    add_task(desk, shy, "回访", date(2026, 11, 18))
    add_task(desk, shy, "核对资料", date(2026, 11, 21), channel="desk")
    async with opened() as seat:
        await seat.press("enter")
        rows = seat.screen.query_one("#tasks").rows
        assert [row.cells[:2] for row in rows] == [("[x]", "核对资料"), ("[ ]", "回访")]


async def test_a_task_opened_from_the_customers_page_is_marked_and_first(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    later = add_task(desk, owners[0], "送车主手册", date(2026, 12, 20), opens=date(2026, 12, 20))
    desk_work = add_task(desk, owners[0], "核对资料", date(2026, 12, 22), channel="desk")
    async with opened(size=(120, 40)) as seat:
        await seat.press("enter", "ctrl+o")
        page = seat.screen
        keys = [row.key for row in page.query_one("#tasks").rows]
        await seat.press(*["down"] * keys.index(later.id), "enter")
        rows = seat.screen.query_one("#tasks").rows
        assert rows[0].cells[:2] == ("[ ]", "送车主手册")  # its time has not come: Space marks it
        assert "[x] 交车3日关怀" in seat.text
        assert not [row for row in rows if row.cells[:2] == ("[x]", "核对资料")]
        await seat.press("escape")
        page.query_one("#tasks").move_to(keys.index(desk_work.id))
        await seat.press("enter")
        rows = seat.screen.query_one("#tasks").rows
        assert [row.cells[1] for row in rows if row.cells[0] == "[x]"] == ["核对资料"]


async def test_a_promise_that_was_missed_says_so_on_the_list_and_on_the_sheet(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "f5")
        await seat.type("11:20")
        await seat.press("enter")
    desk.clock.set(TODAY + timedelta(days=1))  # type: ignore[attr-defined]
    async with opened() as seat:
        assert "昨天 11:20 约定已过" in seat.text
        await seat.press("enter")
        assert "昨天 11:20 约定已过" in seat.text


async def test_a_complaint_goes_when_it_is_no_longer_true(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "1", "f2")
        assert "尚未回答" in seat.text
        await seat.press("1")
        assert "尚未回答" not in seat.text
        await seat.press("f2")
        assert "尚未回答" in seat.text
        await seat.press("f9")
        assert seat.screen.customer_id == owners[1].id
        assert "尚未回答" not in seat.text
        seat.screen.included.clear()
        await seat.press("f2")
        assert "没有包含任务；按空格勾选" in seat.app.said[0]
        await seat.press("space")
        assert not seat.app.said[0]
        await seat.press("ctrl+r", "enter")
        assert "F2" in seat.app.said[0]
        await seat.press("ctrl+n")
        assert not seat.app.said[0]


async def test_what_came_of_a_deed_stays_on_the_next_screen(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "f3", "ctrl+o")
        assert "王小明" in seat.app.said[0]
        assert "无人接听" in seat.text


async def test_a_call_from_a_customer_without_tasks_is_recorded_with_its_note(
    opened: Any, desk: Desk
) -> None:
    caller = a_customer(desk, "周芳", do_not_contact=True)
    async with opened() as seat:
        seat.app.open_customer(caller.id)
        await seat.rest()
        await seat.press("enter", "f2")
        assert "F2 记录来电" in seat.app.said[0]
        assert "Ctrl+G 添加任务" in seat.app.said[0]
        assert not desk.attempts.count()
        await seat.type("问保养价格")
        assert not seat.app.said[0]
        await seat.press("f3")
        assert not desk.attempts.count()
        await seat.press("f2")
        assert "周芳" in seat.app.said[0]
        assert "来电已记录" in seat.app.said[0]
        (attempt,) = desk.attempts.all()
        assert (attempt["channel"], attempt["note"]) == ("incoming", "问保养价格")
        assert {each["title"]: each["state"] for each in desk.tasks.all()} == {"客户来电": "done"}
        await seat.press("ctrl+z")
        assert not desk.attempts.count()
        assert not desk.tasks.count()


async def test_what_a_colleague_recorded_meanwhile_is_told_before_the_second_record(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    add_operator(desk, "周岚", "caller")
    colleague = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    (day3,) = (
        task
        for task in tasks(desk, customer=owners[0].id, state="open", limit=0)
        if task.rule.endswith("day3")
    )
    async with opened() as seat:
        await seat.press("enter")
        record_attempt(colleague, day3.id, Result.NO_ANSWER)  # nothing of it is shown yet
        await seat.press("f3")
        assert seat.screen.customer_id == owners[0].id
        assert "周岚 09:30 无人接听（交车3日关怀）" in seat.app.said[0]
        assert desk.attempts.count() == 1
        seat.app.show_changes()
        await seat.press("f3")
        assert desk.attempts.count() > 1
        assert seat.screen.customer_id == owners[1].id
        own = record_attempt(desk, tasks(desk, customer=owners[1].id)[0].id, Result.NO_ANSWER)
        seat.app.show_changes()
        await seat.press("f3")
        assert own.attempt.operator == "王敏"
        assert seat.screen.customer_id == owners[2].id
        record_attempt(colleague, tasks(desk, customer=owners[2].id)[0].id, Result.BUSY)
        seat.app.show_changes()
        await seat.rest()
        await seat.press("f5")
        assert "周岚 09:30 占线" in seat.text.replace("\n", "")
        await seat.press("f5")
        assert "约定" in seat.text
    colleague.close()


async def test_the_questions_of_a_task_that_a_colleague_closed_leave_the_form(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened(size=(120, 40)) as seat:
        await seat.press("enter")
        about = seat.app.focused.about
        left = {each.about for each in seat.screen.form.questions} - {about}
        record_attempt(desk, about, Result.REFUSED)
        seat.app.show_changes()
        await seat.rest()
        asked = {each.about for each in seat.screen.form.questions if each.display}
        assert asked == left
        assert seat.app.focused.id == "tasks"
        before = dict(seat.screen.form.values)
        await seat.press(
            "1", "1"
        )  # typed on before it was seen: no answer to another task's questions
        assert seat.screen.form.values == before


async def test_the_customers_page_begins_with_what_this_operator_can_do_today(
    opened: Any, desk: Desk
) -> None:
    owner = a_customer(desk, "田娜")
    add_task(desk, owner, "顾问致电", date(2026, 11, 18), role="sales_consultant")
    add_task(desk, owner, "以后再打", date(2026, 12, 1), opens=date(2026, 12, 1))
    add_task(desk, owner, "核查致电", date(2026, 11, 21), channel="check")
    add_task(desk, owner, "回访", date(2026, 11, 24))
    async with opened() as seat:
        seat.app.open_customer(owner.id)
        await seat.rest()
        titles = [row.cells[0] for row in seat.screen.query_one("#tasks").rows]
        assert titles == ["回访", "核查致电", "以后再打", "顾问致电"]


async def test_a_call_about_a_task_that_was_undone_does_not_keep_the_sheet_closed(
    opened: Any, desk: Desk
) -> None:
    owner = a_customer(desk, "田娜", phone="+8613800000001")
    two = evolve(owner, phones=(*owner.phones, Phone("+8613800000002")))
    edit_customer(desk, owner, two)
    added = add_task(desk, owner, "送车主手册", TODAY)
    step = last_step(desk).number
    record_attempt(desk, added.id, Result.WRONG_NUMBER, number="+8613800000001")
    undo(desk, step)
    add_task(desk, owner, "回访", TODAY)
    async with opened() as seat:
        await seat.press("enter")
        assert "通话单 · 田娜" in seat.text
        assert "回访" in seat.text


async def test_a_call_whose_task_was_closed_meanwhile_is_no_call_of_the_customers(
    opened: Any, desk: Desk
) -> None:
    task = add_task(desk, a_customer(desk, "田娜"), "回访", TODAY)
    async with opened() as seat:
        await seat.press("enter")
        withdraw_task(desk, task.id, "已联系")
        seat.app.show_changes()
        await seat.rest()
        await seat.press("ctrl+r")
        await seat.type("聊过了")
        await seat.press("f2")
        assert "刚刚已被关闭" in seat.text
        assert desk.attempts.count() == 0


async def test_a_customer_with_nothing_due_yet_may_call(opened: Any, desk: Desk) -> None:
    owner = a_customer(desk, "田娜")
    later = add_task(desk, owner, "明年续保", date(2027, 1, 20), opens=date(2026, 12, 20))
    async with opened() as seat:
        seat.app.open_customer(owner.id)
        await seat.rest()
        await seat.press("enter", "ctrl+r")
        await seat.type("问价格")
        await seat.press("f2")
        assert "来电已记录" in seat.text
    assert get_task(desk, later.id).open
