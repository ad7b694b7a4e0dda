"""The call sheet: results, call-backs, several tasks in one conversation, and nothing typed is lost."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tinydb import where

from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import add_task, record_attempt, withdraw_task
from dcrc.kernel.customers import (
    Customer,
    PhoneState,
    edit_customer,
    find_customer,
    set_phone_state,
)
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.events import events_of
from dcrc.kernel.forms import Field, FieldKind, Form
from dcrc.kernel.phones import Phone
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result, TaskState
from dcrc.kernel.vehicles import Reading, record_reading
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk
from dcrc.tui import sheet_drafts
from dcrc.tui.call_sheet import CallSheet
from dcrc.tui.results import snooze_days
from dcrc.tui.today import Today
from dcrc.wording import Wording
from plugins import new_car_followup, reminders

TODAY = date(2026, 11, 21)


def open_tasks(desk: Desk, customer: Customer) -> dict[str, TaskState]:
    """The customer's tasks by rule, with their states."""
    found = desk.tasks.search(where("customer") == customer.id)
    return {each["rule"].split(".")[-1]: TaskState(each.get("state", "open")) for each in found}


async def test_what_was_asked_is_recorded_and_what_was_not_asked_stays(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "1", "1", "1", "f2")
        assert "未询问，保留" in seat.text
    states = open_tasks(desk, owners[0])
    assert states["day3"] is TaskState.DONE
    assert states["confirm_owner"] is TaskState.OPEN


async def test_what_is_to_be_heeded_is_said_first_and_wholly(
    opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "night"
    folder.mkdir()
    desk = isolated_desk(folder, plugins=[new_car_followup], today=TODAY)
    customer = a_customer(desk, "欧阳建国明", sex="male")
    delivered(desk, a_vehicle(desk, customer, plate="赣A12345"), date(2026, 11, 14))
    delivered(desk, a_vehicle(desk, customer, plate="赣A54321"), date(2026, 11, 14))
    plan(desk)
    monkeypatch.setattr(
        "dcrc.kernel.conversations.quiet_end", lambda _, at: at + timedelta(minutes=90)
    )
    async with opened(at=desk) as seat:
        await seat.press("enter", "5", "1", "1", "enter", "f2")
        shown = "".join(line.strip() for line in seat.text.splitlines()[-4:])
        assert "已接通 · 新增：新车不满意跟进，2026-11-23 到期" in shown, shown
        assert "…" in shown.split("F1")[0]
        said, _ = seat.app.said
        heeded = ("新增：", " · 未询问，保留：", "另有 3 项 · 此次联系在免打扰时段内（到")
        assert [said.index(each) for each in heeded] == sorted(map(said.index, heeded))
        assert said.count("免打扰") == 1
    desk.close()


async def test_the_owners_data_are_confirmed_in_the_same_call(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened(size=(120, 40)) as seat:
        # care call, its free text, then name right, phone right, address corrected, VIN right
        await seat.press("enter", "1", "1", "1", "enter", "1", "1", "2")
        await seat.type("南昌市红谷滩区9号")
        await seat.press("enter", "1", "f2")
    assert open_tasks(desk, owners[0])["confirm_owner"] is TaskState.DONE
    assert find_customer(desk, owners[0].id).address == "南昌市红谷滩区9号"
    assert "owner_confirmed" in {event.kind for event in events_of(desk, owners[0].id)}


async def test_a_missing_answer_is_named_and_gets_the_cursor(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "1", "f2")
        assert isinstance(seat.screen, CallSheet)
        assert seat.screen.customer_id == owners[0].id
        assert "✗" in seat.text
        assert seat.app.focused.field.name != seat.screen.form.questions[0].field.name
    assert not desk.attempts.count()


async def test_a_task_can_be_left_out_of_the_call(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    add_task(desk, owners[0], "送车主手册", date(2026, 11, 20), owner="王敏")
    async with opened() as seat:
        await seat.press("enter")
        seat.screen.query_one("#tasks").focus()
        await seat.press("space")
        assert "[ ] 交车3日关怀" in seat.text
        await seat.press("f3")
    tried = {desk.tasks.get(doc_id=each["task"])["rule"] for each in desk.attempts.all()}
    assert "new_car_followup.day3" not in tried
    assert "by_hand" in tried


async def test_call_back_at_a_time_that_is_typed(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "f5")
        for text, said in (("改天", "看不懂“改天”"), ("昨天", "昨天 已过去")):
            await seat.type(text)
            await seat.press("enter")
            assert said in seat.text
            await seat.press(*["backspace"] * 2)
        await seat.type("周二 10:30")
        await seat.press("enter")
    (due,) = {
        task.next_at.astimezone(desk.zone).isoformat()
        for task in tasks(desk, customer=owners[0].id, state="open", limit=0)
        if task.next_at
    }
    assert due == "2026-11-24T10:30:00+08:00"


async def test_one_digit_alone_agrees_on_no_time(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "f5", "1")
        assert not desk.attempts.count()
        await seat.type("5:30")
        await seat.press("enter")
        assert seat.screen.customer_id == owners[1].id
        await seat.press("f5", "1", "enter")
        assert seat.screen.customer_id == owners[2].id
        await seat.press("f5", "down", "enter")
        assert isinstance(seat.screen, Today)
    agreed = [
        {
            task.next_at.astimezone(desk.zone).strftime("%m-%d %H:%M")
            for task in tasks(desk, customer=customer.id, state="open", limit=0)
            if task.next_at
        }
        for customer in owners
    ]
    assert agreed == [{"11-21 15:30"}, {"11-21 10:00"}, {"11-21 10:30"}], agreed


async def test_a_missing_answer_is_named_without_the_names_of_files(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened(size=(120, 40)) as seat:
        await seat.press("enter", "1", "f2")
        said, _ = seat.app.said
        assert "尚未回答" in said
        assert not {f"({q.field.name})" for q in seat.screen.form.questions if q.field.name in said}


def test_no_day_is_offered_twice() -> None:
    sunday = date(2026, 11, 22)
    days = [choice.value for choice in snooze_days(sunday)]
    assert len(set(days)) == len(days) == 4


async def test_an_empty_number_is_marked_and_asked_for_when_there_are_several(
    opened: Any, desk: Desk, new_owner: Any
) -> None:
    from dcrc.kernel.planning import plan

    two = (Phone("+8613800007001"), Phone("+8613800007002"))
    customer = new_owner("周涛", 5, phone="+8613800007001")
    from attrs import evolve

    from dcrc.kernel.customers import edit_customer

    edit_customer(desk, customer, evolve(customer, phones=two))
    plan(desk)
    async with opened() as seat:
        await seat.press("enter", "f7")
        assert "是哪个号码" in seat.text
        await seat.press("2")
    states = {p.number: p.state.value for p in find_customer(desk, customer.id).phones}
    assert states["+8613800007002"] == "empty"
    assert states["+8613800007001"] != "empty"


async def test_what_was_typed_is_there_again_after_escape_and_after_a_crash(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "1", "2")
        seat.screen.query_one("#note").focus()
        await seat.type("周末再打")
        await seat.press("escape")
        assert isinstance(seat.screen, Today)
    again = open_desk(
        desk.db.path,
        clock=desk.clock,
        plugins=[desk.plugins.manager.get_plugin("new_car_followup")],
    )
    async with opened(at=again) as seat:
        await seat.press("enter")
        assert seat.screen.query_one("#note").value == "周末再打"
        given = next(iter(seat.screen.form.values.values()))
        assert len(given) == 2
    again.close()


async def test_another_person_closing_a_task_shows_without_moving_the_cursor_or_the_form(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened(size=(120, 40)) as seat:
        await seat.press("enter", "1")
        where_it_was = seat.app.focused
        colleague = next(
            task
            for task in tasks(desk, customer=owners[0].id, state="open", limit=0)
            if task.rule.endswith("confirm_owner")
        )
        record_attempt(desk, colleague.id, Result.REFUSED)
        seat.app.show_changes()
        await seat.rest()
        assert "刚刚已被关闭：新车主信息确认" in seat.text
        assert seat.app.focused is where_it_was
        assert len(next(iter(seat.screen.form.values.values()))) == 1


async def test_put_off_and_skipped_customers_make_room_for_the_next(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "f10", "3", "enter")
        assert seat.screen.customer_id == owners[1].id
        await seat.press("f9")
        assert seat.screen.customer_id == owners[2].id
        await seat.press("f9")
        assert isinstance(seat.screen, Today)
    held = [task.next_at for task in tasks(desk, customer=owners[0].id, state="open", limit=0)]
    assert any(each is not None for each in held)


async def test_putting_off_with_nothing_marked_takes_the_task_under_the_cursor(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    customer = owners[0]
    for task in tasks(desk, customer=customer.id, state="open", limit=0):
        withdraw_task(desk, task.id, "放弃")
    later = add_task(desk, customer, "送车主手册", date(2026, 12, 20), opens=date(2026, 12, 20))
    async with opened() as seat:
        seat.app.open_sheet(customer.id)
        await seat.rest()
        await seat.press("f10")
        assert "推迟到哪一天：送车主手册" in seat.text
        await seat.type("12-24")
        await seat.press("enter")
        assert "已推迟到 2026-12-24" in seat.text
        (held,) = tasks(desk, customer=customer.id, state="open", limit=0)
        assert held.next_at is not None
        withdraw_task(desk, later.id, "放弃")
        seat.app.open_sheet(customer.id)
        await seat.rest()
        await seat.press("f10")
        assert "没有可推迟的任务" in seat.text


async def test_what_could_not_be_put_off_is_not_said_to_be(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    customer = owners[0]
    async with opened() as seat:
        await seat.press("enter", "f10")
        for task in tasks(desk, customer=customer.id, state="open", limit=0):
            withdraw_task(desk, task.id, "放弃")
        await seat.press("3", "enter")
        await seat.rest()
        assert "已推迟到" not in seat.text
        assert "刚刚已被关闭" in seat.text
        assert seat.screen.customer_id == customer.id
        assert customer.id not in seat.app.passed


async def test_letters_on_a_choice_say_what_works_and_the_note_has_a_key(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter")
        asked = seat.app.focused
        assert "Ctrl+R 备注" in seat.text
        await seat.type("贵")
        assert "这里用数字回答；写备注请按 Ctrl+R。" in seat.text
        await seat.press("ctrl+r")
        await seat.type("嫌贵")
        assert seat.screen.query_one("#note").value == "嫌贵"
        await seat.press("ctrl+r")
        assert seat.app.focused is asked


async def test_a_customer_who_must_not_be_called_says_so(
    opened: Any, desk: Desk, new_owner: Any
) -> None:
    customer = new_owner("吴静", 4, do_not_contact=True)
    async with opened() as seat:
        seat.app.open_sheet(customer.id)
        await seat.rest()
        assert "! " in seat.text
        assert "请勿联系" in seat.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_script_form_and_history_stand_together(
    opened: Any, owners: list[Customer], size: tuple[int, int]
) -> None:
    async with opened(size=size) as seat:
        await seat.press("enter")
        text = seat.text
    assert "王小明先生您好" in text
    assert "○1 非常满意" in text
    assert "销售顾问 李强" in text
    assert "F2 已接通" in text


async def test_who_must_not_be_contacted_is_recorded_when_he_called_himself(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    shy = find_customer(desk, owners[0].id)
    add_task(desk, shy, "送车主手册", date(2026, 11, 20), owner="王敏")
    async with opened() as seat:
        await seat.press("enter")
        edit_customer(desk, shy, evolve(shy, do_not_contact=True))
        seat.app.open_customer(shy.id)
        await seat.rest()
        await seat.press("enter", "f3")
        assert "是谁打来的" in seat.text
        await seat.press("2")
        assert not desk.attempts.count()
        await seat.press("f3", "1")
    assert {each["channel"] for each in desk.attempts.all()} == {"incoming"}


async def test_who_calls_back_before_his_next_try_is_answered_at_once(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "f3")
        seat.app.open_customer(owners[0].id)
        await seat.rest()
        await seat.press("enter")
        assert "[x] 交车3日关怀" in seat.text
        assert "再联系" in seat.text.split("[x] 交车3日关怀")[1].split("\n")[0]
        await seat.press("f9")
    again = {task.rule: task for task in tasks(desk, customer=owners[0].id, state="open", limit=0)}
    assert again["new_car_followup.day3"].tries == 1


async def test_a_call_about_nothing_yet_says_how_to_choose_a_task(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    customer = owners[0]
    for task in tasks(desk, customer=customer.id, state="open", limit=0):
        withdraw_task(desk, task.id, "放弃")
    add_task(desk, customer, "送车主手册", date(2026, 12, 20), opens=date(2026, 12, 20))
    async with opened() as seat:
        seat.app.open_sheet(customer.id)
        await seat.rest()
        assert "本次通话没有包含任务" in seat.text
        await seat.press("space")
        assert "[x] 送车主手册" in seat.text


async def test_a_day_can_be_named_as_the_customer_says_it(
    opened: Any, desk: Desk, owners: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = Form(
        "wish", 1, Wording("意向", "Wish"), (Field("on", Wording("哪天", "Day"), FieldKind.DATE),)
    )
    monkeypatch.setattr("dcrc.tui.sheet_data._form", lambda *_: wish)
    async with opened() as seat:
        await seat.press("enter")
        await seat.type("后天")
        assert "→ 2026-11-23 周一" in seat.text
        assert seat.app.focused.parent.answer == "2026-11-23"


async def test_tasks_of_an_owner_of_two_cars_name_the_car(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter")
        assert "交车3日关怀 赣A" not in seat.text
        await seat.press("escape")
        a_vehicle(desk, owners[0], plate="赣B55555")
        await seat.press("enter")
        assert "交车3日关怀 赣A00000" in seat.text
        await seat.press("ctrl+o")
        assert "交车3日关怀 赣A00000" in seat.text


async def test_a_mileage_that_cannot_be_is_said_beside_it_while_the_customer_is_on_the_line(
    opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_drafts, "DRAFT_AFTER", 0.005)
    folder = tmp_path / "centre"
    folder.mkdir()
    desk = isolated_desk(folder, plugins=[reminders], today=TODAY)
    car = a_vehicle(desk, a_customer(desk, "王小明"))
    delivered(desk, car, date(2026, 9, 10))
    record_reading(desk, car.id, Reading(date(2026, 11, 1), 5800, "desk"))
    plan(desk)
    async with opened(size=(120, 40), at=desk) as seat:
        await seat.press("enter")
        await seat.type("580")
        assert "! 580 公里低于 2026-11-01" in seat.text
        await seat.type("0")
        assert "低于" not in seat.text
        await seat.type("0")
        await seat.press("enter", "1", "f2")
        assert "58000 公里比 2026-11-01（20 天前）多 52200 公里" in seat.app.said[0]
    assert [reading["km"] for reading in desk.vehicles.all()[0]["readings"]] == [5800, 58000]
    desk.close()


async def test_the_sheet_says_how_a_number_is_corrected(opened: Any, desk: Desk) -> None:
    owner = a_customer(desk, "周芳", phone="+8613800008030")
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.EMPTY)
    plan(desk)
    async with opened(size=(120, 40), at=desk) as seat:
        await seat.press("enter")
        assert "更正联系电话" in seat.text
        assert "按 Ctrl+O 打开客户页，再按 E 更正号码" in seat.text
        assert "任务随之自动完成" in seat.text
        assert "[x] 更正联系电话" in seat.text
        await seat.press("f2")
        assert "仍没有可用的号码" in seat.text
    assert open_tasks(desk, owner) == {"correct_phone": TaskState.OPEN}


async def test_the_script_stands_before_its_reasons_and_is_turned_from_the_form(
    opened: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "centre"
    folder.mkdir()
    desk = isolated_desk(folder, plugins=[reminders], today=TODAY)
    car = a_vehicle(desk, a_customer(desk, "王小明", sex="male"), model="陆风X7")
    delivered(desk, car, date(2026, 9, 1))
    plan(desk)
    async with opened(at=desk) as seat:
        await seat.press("enter")
        asked = seat.app.focused
        assert "王小明先生您好" in seat.text
        assert "· 固定周期" not in seat.text
        await seat.press("pagedown")
        assert "· 固定周期" in seat.text
        assert "王小明先生您好" not in seat.text
        assert seat.app.focused is asked
        await seat.press("ctrl+r", "pageup", "pageup")
        assert "王小明先生您好" in seat.text
        await seat.press("f1")
        await seat.type("话术")
        assert "PgDn" in seat.text
    desk.close()
