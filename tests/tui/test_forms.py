"""The form beside the script: what is asked stands wholly in its pane, and the caret in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from dcrc.i18n import translate_error
from dcrc.kernel.calendar import add_task
from dcrc.kernel.customers import edit_customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.operators import add_operator, find_operator
from dcrc.kernel.planning import plan
from dcrc.kernel.vehicles import Reading, record_reading
from dcrc.store import Conflict
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk
from dcrc.tui import sheet_drafts
from dcrc.tui.conflicts import in_operators_words
from dcrc.tui.fields import Question, TextQuestion
from plugins import new_car_followup, reminders

TODAY = date(2026, 11, 21)


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Desk]:
    """A desk with one customer for whom a mileage reminder and several others are due."""
    folder = tmp_path / "centre"
    folder.mkdir()
    seat = isolated_desk(folder, plugins=[new_car_followup, reminders], today=TODAY)
    customer = a_customer(seat, "王小明", birthday=date(1985, 11, 21))
    car = a_vehicle(seat, customer, plate="赣A12345")
    delivered(seat, car, TODAY - timedelta(days=70))
    delivered(seat, a_vehicle(seat, customer, plate="赣A54321"), TODAY - timedelta(days=7))
    record_reading(seat, car.id, Reading(date(2026, 11, 1), 5800, "desk"))
    for what in ("送车主手册", "寄保险单"):
        add_task(seat, customer, what, TODAY)
    plan(seat)
    yield seat
    seat.close()


def asked(seat: Any) -> Question:
    """The question that has the cursor."""
    return next(node for node in seat.app.focused.ancestors_with_self if isinstance(node, Question))


async def assert_in_view(seat: Any) -> None:
    """The question with the cursor stands wholly in its pane, and the terminal's cursor in it."""
    question = asked(seat)
    for _ in range(4):  # a layout and the scrolling after it are two paints
        pane = seat.screen.query_one("FormView").region
        if pane.contains_region(question.region):
            break
        await seat.rest()
    assert question.region.height, question.field.name
    assert pane.contains_region(question.region), (question.field.name, question.region, pane)
    assert question.region.contains_point(tuple(seat.app.cursor_position)), question.field.name


async def test_the_question_that_has_the_cursor_is_in_view_while_others_come_and_go(
    opened: Any, busy: Desk
) -> None:
    async with opened(at=busy) as seat:
        await seat.press("enter")
        assert asked(seat).field.name == "km"
        await assert_in_view(seat)
        await seat.type("25000")
        await seat.press("enter")
        await assert_in_view(seat)
        await seat.press("1")
        assert isinstance(asked(seat), TextQuestion)
        await assert_in_view(seat)
        lines = seat.text.splitlines()
        assert "3 其他说明" in lines[seat.app.cursor_position.y - 1]
        for key in ("tab", "shift+tab"):
            for _ in range(12):
                await seat.press(key)
                if seat.app.focused in seat.screen.query("FormView *"):
                    await assert_in_view(seat)


async def test_a_doubt_beside_the_answer_before_leaves_the_question_in_view(
    opened: Any, busy: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_drafts, "DRAFT_AFTER", 0.005)
    async with opened(at=busy) as seat:
        await seat.press("enter")
        await seat.type("25000")
        await seat.press("enter")
        assert seat.screen.form.questions[0].doubted
        await assert_in_view(seat)


async def test_a_doubt_is_said_again_when_the_sheet_is_opened_again(
    opened: Any, busy: Desk
) -> None:
    async with opened(at=busy) as seat:
        await seat.press("enter")
        await seat.type("25000")
        await seat.press("escape")
        await seat.press("enter")
        assert seat.screen.form.questions[0].doubted


async def test_a_window_that_becomes_smaller_leaves_the_question_in_view(
    opened: Any, busy: Desk
) -> None:
    async with opened(size=(120, 40), at=busy) as seat:
        await seat.press("enter", "enter", "1")
        await seat.pilot.resize_terminal(80, 24)
        await seat.rest()
        await assert_in_view(seat)
        seat.app.say("很长的一句话" * 60, "error")
        await seat.rest()
        await assert_in_view(seat)
        seat.app.say("")
        await seat.press("shift+tab", "2")
        await assert_in_view(seat)
        await seat.press("1")
        await assert_in_view(seat)


async def test_editing_begins_with_the_first_field_and_arrows_move_between_them(
    opened: Any, busy: Desk
) -> None:
    (customer,) = busy.customers.all()
    async with opened(at=busy) as seat:
        seat.app.open_customer(customer.doc_id)
        await seat.press()
        await seat.press("e")
        names = [asked(seat).field.name]
        assert "↓ 下一栏" in seat.text
        await assert_in_view(seat)
        for _ in range(4):
            await seat.press("down")
            names.append(asked(seat).field.name)
            await assert_in_view(seat)
        assert names == ["name", "kind", "sex", "phones", "birthday"]
        await seat.press("up")
        assert asked(seat).field.name == "phones"
        await seat.press(*["up"] * 5)
        assert asked(seat).field.name == "name"
        for _ in range(2):  # keys that wait already, as after a slow line
            seat.app.simulate_key("down")
        await seat.rest()
        assert asked(seat).field.name == "sex"
        await seat.press("up", "up")
        await seat.press("tab", "enter", "shift+tab")
        assert asked(seat).field.name == "kind"
        await seat.press(*["down"] * 5)
        await seat.type("南昌市")
        await seat.press("ctrl+s")
        assert "已保存" in seat.text
        (customer,) = busy.customers.all()
        assert customer["address"] == "南昌市"
        await seat.press("ctrl+z")
        assert "已撤销：修改客户（王小明）。" in seat.text


async def test_after_a_conflict_both_values_stand_side_by_side_and_saving_again_succeeds(
    opened: Any, busy: Desk
) -> None:
    (found,) = busy.customers.all()
    customer = find_customer(busy, found.doc_id)
    async with opened(at=busy) as seat:
        seat.app.open_customer(customer.id)
        await seat.press()
        await seat.press("e", *["down"] * 6)
        assert asked(seat).field.name == "address"
        await seat.type("我的地址")
        edit_customer(busy, customer, evolve(customer, address="别人的地址", postcode="330000"))
        await seat.press("ctrl+s")
        said, _ = seat.app.said
        assert said.startswith("王小明：其他人刚刚修改了：地址。"), said
        assert customer.id not in seat.text
        assert "我的地址" in seat.text
        assert "! 已存：别人的地址" in seat.text
        assert "330000" in seat.text
        await seat.press("ctrl+s")
        assert "已保存" in seat.text
        saved = find_customer(busy, customer.id)
        assert (saved.address, saved.postcode) == ("我的地址", "330000")


def test_a_conflict_about_a_car_calls_its_customer_the_owner(busy: Desk) -> None:
    (customer,) = busy.customers.all()
    car = busy.vehicles.all()[0]
    conflict = Conflict(["customer", "plate"], "vehicles", car.doc_id, {}, {})
    assert translate_error(in_operators_words(busy, conflict)).startswith(
        f"{customer['name']}：其他人刚刚修改了：车主、车牌。"
    )


async def test_an_undo_that_others_stand_against_names_the_person(opened: Any, busy: Desk) -> None:
    (found,) = busy.customers.all()
    customer = find_customer(busy, found.doc_id)
    mine = edit_customer(busy, customer, evolve(customer, address="我的地址")).customer
    myself = busy.operator
    add_operator(busy, "小赵", "caller")
    busy.operator = find_operator(busy, "小赵")
    edit_customer(busy, mine, evolve(mine, address="别人的地址"))
    busy.operator = myself
    async with opened(at=busy, plan_first=False) as seat:
        await seat.press("ctrl+z", "ctrl+z")
        assert "✗王小明：其他人刚刚修改了：地址" in seat.text
