"""What undo may not do: bring rights back, leave nobody in charge; and what planners did is no obstacle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from dcrc.errors import ConflictError, InputError, NotAllowed
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import assign_task, record_attempt
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.duplicates import merge_customers
from dcrc.kernel.operators import add_operator, change_role, list_operators
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result, Task
from dcrc.kernel.undoing import last_step, undo
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk, reached
from plugins import new_car_followup

Seat = Callable[..., Desk]


def roles(desk: Desk) -> dict[str, str]:
    return {person.name: person.role for person in list_operators(desk)}


def test_a_supervisor_no_more_takes_no_role_change_of_his_back(desk: Desk, seat: Seat) -> None:
    second = seat("周岚", "supervisor")
    add_operator(desk, "李强", "caller")
    change_role(second, "李强", "supervisor")
    raised = last_step(second).number
    change_role(second, "李强", "caller")
    lowered = last_step(second).number
    change_role(desk, "周岚", "caller")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    for step in (lowered, raised, None):
        with pytest.raises(NotAllowed, match=r"operators\.edit"):
            undo(caller, step)
    assert roles(desk) == {"王敏": "supervisor", "周岚": "caller", "李强": "caller"}
    caller.close()


def test_undoing_leaves_somebody_who_may_change_the_staff(desk: Desk, seat: Seat) -> None:
    add_operator(desk, "周岚", "caller")
    change_role(desk, "周岚", "supervisor")
    raised = last_step(desk).number
    second = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    change_role(second, "王敏", "caller")
    with pytest.raises(InputError, match="last"):
        undo(second, raised)
    assert roles(desk) == {"王敏": "caller", "周岚": "supervisor"}
    undo(second)
    undo(second, raised)
    assert roles(desk) == {"王敏": "supervisor", "周岚": "caller"}
    second.close()


def dissatisfied(folder: Path) -> tuple[Desk, Task]:
    """A seven-day call whose answers opened work for the sales supervisor; it, at the dealer's later desk."""
    today = date(2026, 11, 9)
    desk = isolated_desk(folder, plugins=[new_car_followup], today=today)
    delivered(desk, a_vehicle(desk, a_customer(desk)), today - timedelta(7))
    plan(desk)
    (call,) = (task for task in tasks(desk, state="open") if task.rule.endswith(".day7"))
    question = next(field for field in desk.forms.get(call.form).fields if field.options)
    (opened,) = reached(desk, call, **{question.name: question.options[-1].key}).follow_ups
    desk.close()
    text = "[new_car_followup]\ndissatisfied_due_days = 5\n"
    (folder / "dealer.toml").write_text(text, "utf-8")
    later = open_desk(folder / "dealer.dcrc", clock=desk.clock, plugins=[new_car_followup])
    assert plan(later).moved
    return later, opened


def test_a_conversation_is_taken_back_with_what_it_opened_though_planning_moved_it(
    tmp_path: Path,
) -> None:
    desk, opened = dissatisfied(tmp_path)
    undone = undo(desk)
    assert opened.id not in {task.id for task in tasks(desk, limit=0)}
    (call,) = (task for task in tasks(desk, state="open") if task.rule.endswith(".day7"))
    assert call.tries == 0
    undo(desk, undone.operation)
    (back,) = (task for task in tasks(desk, state="open") if task.id == opened.id)
    assert back.due > opened.due
    desk.close()


@pytest.mark.parametrize("work", ["assigned", "tried"])
def test_what_somebody_works_on_is_not_taken_away(tmp_path: Path, work: str) -> None:
    desk, opened = dissatisfied(tmp_path)
    conversation = last_step(desk).number
    if work == "assigned":
        assign_task(desk, opened.id, "王敏")
    else:
        record_attempt(desk, opened.id, Result.NO_ANSWER)
    with pytest.raises(ConflictError):
        undo(desk, conversation)
    desk.close()


def test_only_the_step_that_put_a_record_to_what_is_undone_stands_in_the_way(desk: Desk) -> None:
    keep = a_customer(desk, "王小明")
    added = last_step(desk).number
    gone = a_customer(desk, "王小名")
    delivered(desk, a_vehicle(desk, gone), date(2026, 11, 1))
    merge_customers(desk, keep.id, gone.id)
    merged = last_step(desk).number
    with pytest.raises(ConflictError) as refused:
        undo(desk, added)
    assert refused.value.params["steps"] == str(merged)
    undo(desk, merged)
    undo(desk, added)
