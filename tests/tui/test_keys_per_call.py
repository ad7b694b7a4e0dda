"""The key counts of the interface: what a call may cost an operator who makes a hundred of them a day."""

from __future__ import annotations

from typing import Any

import pytest
from tinydb import where

from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import withdraw_task
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.tui.call_sheet import CallSheet
from dcrc.tui.customer_page import CustomerPage
from dcrc.tui.today import Today


async def test_one_key_from_the_start_to_the_first_call_sheet(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        assert isinstance(seat.screen, Today)
        await seat.press("enter")
        assert isinstance(seat.screen, CallSheet)
        assert seat.screen.customer_id == owners[0].id


async def test_no_answer_and_the_next_customer_are_one_key(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter")
        due = len(seat.screen.data.due_now)
        await seat.press("f3")
        assert seat.screen.customer_id == owners[1].id
        tries = desk.attempts.search(where("customer") == owners[0].id)
        assert [each["result"] for each in tries] == ["no_answer"] * due
        assert "无人接听" in seat.text


def only_the_seven_day_calls(desk: Desk) -> None:
    """Close what else is due, so that each customer has one questionnaire left."""
    for task in tasks(desk, state="open", limit=0):
        if task.form != "new_car_satisfaction":
            withdraw_task(desk, task.id, "said in another call")


async def test_all_very_satisfied_on_nine_questions_and_the_next_customer_within_twelve_keys(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    only_the_seven_day_calls(desk)
    scored = [f for f in desk.forms.get("new_car_satisfaction").fields if f.options]
    keys = ["1"] * len(scored) + ["f2"]
    assert 9 <= len(keys) <= 12
    async with opened() as seat:
        await seat.press("enter", *keys)
        assert seat.screen.customer_id == owners[1].id
    (answers,) = desk.answers.search(where("customer") == owners[0].id)
    assert answers["satisfied"]
    assert answers["points"] == 100


@pytest.mark.parametrize("typed", ["1001", "0001", "zw"])
async def test_a_caller_is_on_his_page_within_six_keys(
    opened: Any, owners: list[Customer], typed: str
) -> None:
    """By the last four of his phone or of his plate, by the initials of his name."""
    keys = ["slash", *typed, "enter"]
    assert len(keys) <= 6
    async with opened() as seat:
        await seat.pilot.press(*keys)
        await seat.press()
        await seat.press()
        page = seat.screen
        assert isinstance(page, CustomerPage)
        assert page.customer_id == owners[1].id


async def test_undo_is_one_key_and_brings_customer_and_answers_back(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    only_the_seven_day_calls(desk)
    before = desk.tasks.count(where("state") == "open")
    async with opened() as seat:
        await seat.press("enter", *"111111111", "f2")
        assert seat.screen.customer_id == owners[1].id
        await seat.press("ctrl+z")
        sheet = seat.screen
        assert sheet.customer_id == owners[0].id
        answers = next(iter(sheet.form.values.values()))
        assert len(answers) >= 8
    assert desk.tasks.count(where("state") == "open") == before
    assert desk.answers.count() == 0


async def test_no_letter_acts_while_something_is_typed(opened: Any, owners: list[Customer]) -> None:
    async with opened() as seat:
        await seat.press("enter")
        sheet = seat.screen
        sheet.query_one("#note").focus()
        await seat.press(*"nmfoscaew", "slash", "question_mark")
        assert seat.screen is sheet
        assert sheet.query_one("#note").value == "nmfoscaew/?"
