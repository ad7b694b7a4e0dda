"""Contact data go back to people: new owners are confirmed, changes decided, bad numbers corrected once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import attrs
import pytest

from dcrc.errors import InputError
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import add_task, record_attempt, withdraw_task
from dcrc.kernel.confirmation import confirm_owner
from dcrc.kernel.customers import Phone, edit_customer, find_customer, set_phone_state
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.explain import explain_task
from dcrc.kernel.hooks import hookimpl
from dcrc.kernel.merges import merge_customers, unmerge_customer
from dcrc.kernel.operators import add_operator
from dcrc.kernel.phones import PhoneState
from dcrc.kernel.planning import plan
from dcrc.kernel.proposals import decide_proposal, pending_proposals
from dcrc.kernel.tasks import Result, Task, TaskState
from dcrc.kernel.undoing import undo
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk

TODAY = date(2026, 11, 21)  # the isolated desk's, a Saturday


def test_a_new_owner_is_confirmed_once_after_delivery(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, TODAY)
    plan(desk)
    (task,) = tasks(desk)
    assert (task.rule, task.opens, task.due) == (
        "contact_data.confirm_owner",
        date(2026, 11, 22),
        date(2026, 11, 25),
    )
    confirm_owner(
        desk, owner.id, car.id, dict.fromkeys(("name", "phone", "address", "vin"), "right")
    )
    plan(desk)
    (task,) = tasks(desk)
    assert not task.open
    assert plan(desk).changes == 0


def test_old_deliveries_are_not_confirmed(desk: Desk) -> None:
    delivered(desk, a_vehicle(desk, a_customer(desk)), TODAY - timedelta(days=60))
    plan(desk)
    assert tasks(desk) == []


def test_the_dealer_may_do_without(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, policy="[contact_data]\nconfirm_owners = false\n")
    delivered(desk, a_vehicle(desk, a_customer(desk)), TODAY)
    plan(desk)
    assert tasks(desk) == []
    desk.close()


def test_two_bad_numbers_are_one_task_and_a_new_one_is_another(desk: Desk) -> None:
    numbers = ("+8613800008001", "+8613800008002")
    owner = a_customer(desk, phone=numbers[0])
    both = attrs.evolve(owner, phones=(*owner.phones, Phone(numbers[1])))
    edit_customer(desk, owner, both)
    set_phone_state(desk, owner.id, numbers[0], PhoneState.EMPTY)
    plan(desk)
    (first,) = tasks(desk)
    assert (first.rule, first.channel, first.priority) == ("contact_data.correct_phone", "desk", 0)
    set_phone_state(desk, owner.id, numbers[1], PhoneState.WRONG)
    plan(desk)
    (task,) = tasks(desk, state="open")
    assert task.occurrence == ",".join(numbers)
    assert task.priority == 10  # nobody can be reached now


def test_a_task_for_a_number_keeps_its_day_however_often_it_is_planned(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008003")
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.WRONG)
    plan(desk)
    (task,) = tasks(desk)
    desk.clock.advance(days=3)  # type: ignore[attr-defined]
    plan(desk, customers=[owner.id])
    assert tasks(desk) == [task]


def test_a_change_that_waits_is_decided_by_the_supervisor(
    desk: Desk, seat: Callable[..., Desk]
) -> None:
    clerk = seat("周岚", "clerk")
    owner = a_customer(desk, "王小明")
    edit_customer(clerk, owner, attrs.evolve(owner, name="王晓明"))
    waiting = pending_proposals(desk)
    plan(desk)
    found = tasks(desk)
    assert [task.rule for task in found] == ["contact_data.decide_proposal"] * len(waiting)
    for proposal in waiting:
        decide_proposal(desk, proposal.id, accept=True)
    plan(desk)
    assert [task.state for task in tasks(desk)] == [TaskState.WITHDRAWN] * len(waiting)
    assert find_customer(desk, owner.id).name == "王晓明"


def corrections(desk: Desk, *, state: str | None = None) -> list[Task]:
    plan(desk)
    return tasks(desk, rule="contact_data.correct_phone", state=state, limit=0)


def test_a_number_found_wrong_again_on_the_same_day_goes_back_again(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008010")
    call = add_task(desk, owner, "回访", TODAY)
    record_attempt(desk, call.id, Result.WRONG_NUMBER)
    assert len(corrections(desk)) == 1
    known = find_customer(desk, owner.id)
    edit_customer(desk, known, attrs.evolve(known, phones=(Phone("+8613800008011"),)))
    assert corrections(desk, state="open") == []
    desk.clock.advance(hours=1)  # type: ignore[attr-defined]
    record_attempt(desk, call.id, Result.WRONG_NUMBER)
    (again,) = corrections(desk, state="open")
    assert (again.occurrence, again.opens) == ("+8613800008011", TODAY)


def test_the_same_number_found_wrong_once_more_goes_back_once_more(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008012")
    call = add_task(desk, owner, "回访", TODAY)
    record_attempt(desk, call.id, Result.WRONG_NUMBER)
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.VALID)
    desk.clock.advance(days=9)  # type: ignore[attr-defined]
    record_attempt(desk, call.id, Result.EMPTY_NUMBER)
    assert len(corrections(desk, state="open")) == 1
    desk.clock.advance(days=9)  # type: ignore[attr-defined]
    assert len(corrections(desk, state="open")) == 1


def test_a_change_proposed_early_in_the_morning_is_of_the_dealer_s_day(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, policy='[customers]\nconfirm_fields = ["name"]\n', at=time(7, 0))
    add_operator(desk, "周岚", "caller")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    owner = a_customer(caller)
    edit_customer(caller, owner, attrs.evolve(owner, name="王晓明"))
    plan(desk)
    (task,) = tasks(desk)
    assert task.opens == TODAY
    caller.close()
    desk.close()


def test_a_change_is_decided_not_ticked_off(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, policy='[customers]\nconfirm_fields = ["name"]\n')
    add_operator(desk, "周岚", "caller")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    owner = a_customer(desk)
    (waiting,) = edit_customer(caller, owner, attrs.evolve(owner, name="王晓明")).proposals
    (task,) = tasks(desk)
    with pytest.raises(InputError, match="waits for a decision"):
        record_attempt(caller, task.id, Result.REACHED)
    with pytest.raises(InputError, match="waits for a decision"):
        withdraw_task(desk, task.id, "不用了")
    decide_proposal(desk, waiting.id, accept=False)
    (task,) = tasks(desk)
    assert not task.open
    caller.close()
    desk.close()


def test_a_correction_is_not_done_while_nobody_can_be_called(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008020")
    call = add_task(desk, owner, "回访", TODAY)
    record_attempt(desk, call.id, Result.EMPTY_NUMBER)
    (task,) = corrections(desk)
    with pytest.raises(InputError, match="Correct the number on the customer's page"):
        record_attempt(desk, task.id, Result.REACHED)
    assert corrections(desk, state="open") == [task]


def test_a_number_struck_out_without_another_is_not_corrected(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008021")
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.EMPTY)
    (task,) = corrections(desk)
    known = find_customer(desk, owner.id)
    edit_customer(desk, known, attrs.evolve(known, phones=()))
    assert [each.id for each in corrections(desk, state="open")] == [task.id]
    assert plan(desk).changes == 0
    known = find_customer(desk, owner.id)
    edit_customer(desk, known, attrs.evolve(known, phones=(Phone("+8613800008022"),)))
    assert [each.state for each in corrections(desk)] == [TaskState.DONE]


def test_who_corrects_the_number_has_done_the_task(desk: Desk, seat: Callable[..., Desk]) -> None:
    clerk = seat("周岚", "clerk")
    owner = a_customer(desk, phone="+8613800008023")
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.WRONG)
    (task,) = corrections(desk)
    known = find_customer(clerk, owner.id)
    edit_customer(clerk, known, attrs.evolve(known, phones=(Phone("+8613800008024"),)))
    for proposal in pending_proposals(desk):
        decide_proposal(desk, proposal.id, accept=True)
    (done,) = corrections(desk)
    assert (done.id, done.state, done.closed_by) == (task.id, TaskState.DONE, "周岚")
    assert done.closed_on == TODAY
    assert plan(desk).changes == 0


class Listener:
    """A plugin that hears which tasks are over."""

    heard: list[tuple[str, str, str]]

    def __init__(self) -> None:
        self.heard = []

    @hookimpl
    def dcrc_task_closed(self, task: Task, answers: object) -> None:
        assert answers is None
        self.heard.append((task.rule, task.state.value, task.closed_by))


def test_functions_hear_that_a_correction_did_its_task(tmp_path: Path) -> None:
    listener = Listener()
    desk = isolated_desk(tmp_path, plugins=[listener])
    owner = a_customer(desk, phone="+8613800008028")
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.WRONG)
    known = find_customer(desk, owner.id)
    edit_customer(desk, known, attrs.evolve(known, phones=(Phone("+8613800008029"),)))
    assert listener.heard == [("contact_data.correct_phone", "done", "王敏")]
    desk.close()


def test_functions_hear_that_a_bad_number_went_back_with_whose_it_is(tmp_path: Path) -> None:
    listener = Listener()
    desk = isolated_desk(tmp_path, plugins=[listener])
    kept, gone = a_customer(desk, "王小明"), a_customer(desk, "王晓明")
    merge_customers(desk, kept.id, gone.id)
    set_phone_state(desk, kept.id, gone.phones[0].number, PhoneState.WRONG)
    assert len(corrections(desk, state="open")) == 1
    unmerge_customer(desk, gone.id)
    assert listener.heard == [("contact_data.correct_phone", "withdrawn", "")]
    desk.close()


def test_another_number_beside_the_bad_one_does_the_task_too(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008040")
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.WRONG)
    (task,) = corrections(desk)
    known = find_customer(desk, owner.id)
    both = (*known.phones, Phone("+8613800008041"))
    edit_customer(desk, known, attrs.evolve(known, phones=both))
    (done,) = corrections(desk)
    assert (done.id, done.state, done.closed_by) == (task.id, TaskState.DONE, "王敏")
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    set_phone_state(desk, owner.id, "+8613800008041", PhoneState.EMPTY)
    (again,) = corrections(desk, state="open")
    assert again.occurrence == "+8613800008040,+8613800008041"
    assert plan(desk).changes == 0


def test_a_bad_number_that_was_left_beside_a_good_one_comes_again_when_that_fails(
    desk: Desk,
) -> None:
    numbers = ("+8613800008042", "+8613800008043")
    owner = a_customer(desk, phone=numbers[0])
    edit_customer(desk, owner, attrs.evolve(owner, phones=(*owner.phones, Phone(numbers[1]))))
    call = add_task(desk, owner, "回访", TODAY)
    record_attempt(desk, call.id, Result.EMPTY_NUMBER, number=numbers[0])
    (task,) = corrections(desk)
    record_attempt(desk, task.id, Result.REACHED)
    assert corrections(desk, state="open") == []
    set_phone_state(desk, owner.id, numbers[1], PhoneState.EMPTY)
    (again,) = corrections(desk, state="open")
    assert again.due >= TODAY
    assert plan(desk).changes == 0


def test_taking_a_correction_back_opens_its_task_again(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008025")
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.WRONG)
    (task,) = corrections(desk)
    known = find_customer(desk, owner.id)
    edit_customer(desk, known, attrs.evolve(known, phones=(Phone("+8613800008026"),)))
    undo(desk)
    assert corrections(desk) == [task]


def test_a_number_said_to_be_bad_again_by_hand_goes_back_again(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008027")
    number = owner.phones[0].number
    for times in (1, 2, 3):
        set_phone_state(desk, owner.id, number, PhoneState.WRONG)
        (task,) = corrections(desk, state="open")
        assert (task.opens, len(corrections(desk))) == (TODAY, times)
        assert plan(desk).changes == 0
        set_phone_state(desk, owner.id, number, PhoneState.VALID)
        assert corrections(desk, state="open") == []


def test_the_reason_says_that_a_task_is_blocked_for_want_of_a_number(desk: Desk) -> None:
    owner = a_customer(desk, phone="+8613800008028")
    call = add_task(desk, owner, "回访", TODAY)
    assert "暂不能联系" not in explain_task(desk, call.id).outcome
    record_attempt(desk, call.id, Result.EMPTY_NUMBER)
    assert "暂不能联系：没有可用的号码" in explain_task(desk, call.id).outcome
    (correction,) = corrections(desk)
    assert "暂不能联系" not in explain_task(desk, correction.id).outcome
