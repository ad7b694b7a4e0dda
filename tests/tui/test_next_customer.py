"""A day of many-form call sheets: the next customer's sheet comes whole however fast the keys come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.forms import FieldKind
from dcrc.kernel.planning import plan
from dcrc.testing import a_vehicle, delivered
from dcrc.tui.call_sheet import CallSheet
from dcrc.tui.drafts import SheetDraft, keep_sheet_draft
from dcrc.tui.fields import Question, TextQuestion
from dcrc.tui.sheet_data import load_sheet
from dcrc.tui.today import Today


@pytest.fixture
def busy_owners(desk: Desk, new_owner: Any) -> list[Customer]:
    """Owners of two new cars each, several forms a call; what is still open begins with a text."""
    found = [new_owner(name, 7) for name in ("王小明", "张伟", "陈静", "刘洋", "赵磊")]
    for number, customer in enumerate(found):
        car = a_vehicle(desk, customer, plate=f"赣B{number:05d}", model="陆风X5")
        delivered(desk, car, on=desk.today() - timedelta(days=6), data={"consultant": "李强"})
    plan(desk)
    for customer in found:
        keep_sheet_draft(desk, customer.id, SheetDraft(_all_but_the_texts(desk, customer)))
    return found


def _all_but_the_texts(desk: Desk, customer: Customer) -> dict[str, dict[str, Any]]:
    sheet = load_sheet(desk, customer.id, mine=False)
    given: dict[str, dict[str, Any]] = {}
    for each in sheet.due_now:
        if each.form is not None:
            given[each.task.id] = {
                field.name: True if field.kind is FieldKind.BOOL else field.options[0].key
                for field in each.form.fields
                if field.options or field.kind is FieldKind.BOOL
            }
    assert len(given) > 2
    return given


async def test_next_customer_through_the_whole_day(
    opened: Any, busy_owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter")
        for customer in busy_owners:
            assert seat.screen.customer_id == customer.id
            question = next(
                node for node in seat.app.focused.ancestors if isinstance(node, Question)
            )
            assert isinstance(question, TextQuestion)
            assert question in seat.screen.form.questions
            await seat.press("f9")
        assert isinstance(seat.screen, Today)


@pytest.mark.parametrize("key", ["f9", "f3", "f2"])
async def test_keys_pressed_faster_than_the_sheets_come(
    opened: Any, busy_owners: list[Customer], key: str
) -> None:
    async with opened() as seat:
        await seat.press("enter")
        for _ in range(4 * len(busy_owners)):
            if not isinstance(seat.screen, CallSheet):
                break
            await seat.pilot.press(key, key)
        await seat.rest()
        while isinstance(seat.screen, CallSheet):
            here = seat.screen.customer_id
            await seat.press("f9")
            assert not isinstance(seat.screen, CallSheet) or seat.screen.customer_id != here
        assert isinstance(seat.screen, Today)


async def test_results_go_through_the_whole_day(
    opened: Any, desk: Desk, busy_owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter")
        for key, customer in zip(("f2", "f3", "f2", "f4", "f3"), busy_owners, strict=True):
            assert seat.screen.customer_id == customer.id
            await seat.press(key)
        assert isinstance(seat.screen, Today)
    assert {each["customer"] for each in desk.attempts.all()} == {c.id for c in busy_owners}


async def test_a_filter_begins_with_its_most_urgent(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        lines = seat.screen.query_one("#sheets")
        for _ in range(12):
            await seat.press("f")
            assert lines.position == 0
        await seat.press("x", "end", "f")
        assert lines.position == 0
