"""Undo: one's own last step, somebody else's, an import; and nothing torn behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcrc.errors import ConflictError, DcrcError, NotAllowed, NotFound, UsageError
from dcrc.i18n import translate_error
from dcrc.kernel.conversations import record_attempt
from dcrc.kernel.customers import (
    Customer,
    PhoneState,
    add_customer,
    archive_customer,
    edit_customer,
    find_customer,
    set_phone_state,
)
from dcrc.kernel.desk import Desk
from dcrc.kernel.duplicates import merge_customers, unmerge_customer
from dcrc.kernel.events import Event, known_event, record_event
from dcrc.kernel.operations_log import whom_about
from dcrc.kernel.tasks import Result, Task
from dcrc.kernel.undoing import last_step, undo
from dcrc.kernel.vehicles import Reading, change_owner, record_reading
from dcrc.testing import a_customer, a_vehicle

Seat = Callable[..., Desk]


def everything(desk: Desk) -> dict[str, dict[str, Any]]:
    names = ["customers", "vehicles", "events", "proposals", "merges", "operators"]
    return {
        name: {str(document.doc_id): dict(document) for document in desk.table(name).all()}
        for name in names
    }


def test_pressing_undo_again_goes_one_step_further_back(desk: Desk) -> None:
    customer = a_customer(desk)
    one = edit_customer(desk, customer, attrs.evolve(customer, note="一")).customer
    edit_customer(desk, one, attrs.evolve(one, note="二"))
    undo(desk)
    assert find_customer(desk, customer.id).note == "一"
    undo(desk)
    assert find_customer(desk, customer.id).note == ""
    undo(desk)
    assert desk.customers.count() == 0
    with pytest.raises(NotFound):
        undo(desk)


def test_what_was_taken_back_says_whose_it_was(desk: Desk) -> None:
    customer = a_customer(desk, "王小名")
    edit_customer(desk, customer, attrs.evolve(customer, name="王小明"))
    assert whom_about(desk, undo(desk).undone) == "王小名"
    car = a_vehicle(desk, customer)
    record_reading(desk, car.id, Reading(date(2026, 11, 1), 5800, "desk"))
    assert whom_about(desk, undo(desk).undone) == "王小名"
    with desk.db.transaction("several", operator=desk.operator.name):
        a_customer(desk, "张伟")
        a_customer(desk, "陈静")
    assert whom_about(desk, undo(desk).undone) == ""
    undo(desk)
    assert whom_about(desk, undo(desk).undone) == "王小名"
    assert not desk.customers.count()


def test_an_undo_can_be_taken_back(desk: Desk) -> None:
    customer = a_customer(desk)
    archive_customer(desk, customer.id)
    step = last_step(desk)
    undone = undo(desk)
    assert undone.operation is not None
    with pytest.raises(UsageError, match="already"):
        undo(desk, step.number)
    undo(desk, undone.operation)
    assert find_customer(desk, customer.id).archived
    assert last_step(desk).number == step.number  # it stands again


def test_everybody_undoes_his_own_last_step(desk: Desk, seat: Seat) -> None:
    customer = a_customer(desk)
    caller = seat("周岚", "caller")
    edit_customer(caller, customer, attrs.evolve(customer, address="吉州区1号"))
    archive_customer(desk, customer.id)
    undo(caller)
    after = find_customer(desk, customer.id)
    assert (after.address, after.archived) == ("", True)
    with pytest.raises(NotAllowed, match=r"undo\.any"):
        undo(caller, last_step(desk).number)
    undo(desk, last_step(desk).number)


def test_what_somebody_changed_since_is_not_thrown_away(desk: Desk, seat: Seat) -> None:
    customer = a_customer(desk)
    caller = seat("周岚", "caller")
    mine = edit_customer(caller, customer, attrs.evolve(customer, note="一")).customer
    edit_customer(desk, mine, attrs.evolve(mine, note="二"))
    with pytest.raises(ConflictError, match="note"):
        undo(caller)
    assert find_customer(desk, customer.id).note == "二"


def test_a_registration_that_bears_later_facts_stays(desk: Desk, seat: Seat) -> None:
    customer = a_customer(desk)
    registered = last_step(desk).number
    caller = seat("周岚", "caller")
    record_event(caller, Event("", "serviced", customer.id, date(2026, 11, 1), key="RO1"))
    with pytest.raises(ConflictError, match="events") as refused:
        undo(desk, registered)
    assert refused.value.params["steps"] == str(last_step(caller).number)
    assert "周岚" in translate_error(refused.value)
    undo(caller)
    undo(desk, registered)
    assert desk.customers.count() == 0


def test_an_import_is_taken_back_as_a_whole_updates_included(desk: Desk) -> None:
    customer = a_customer(desk)
    before = everything(desk)
    for note in ("一", "二"):
        with desk.operation("import", "import", batch="2026-11-21 sales"):
            now = find_customer(desk, customer.id)
            edit_customer(desk, now, attrs.evolve(now, note=note))
            add_customer(desk, Customer("", note))
    undo(desk)
    assert everything(desk) == before
    with pytest.raises(NotFound):
        undo(desk, batch="none")
    with pytest.raises(UsageError, match="already"):
        undo(desk, batch="2026-11-21 sales")


def test_what_was_planned_for_an_import_goes_with_it(desk: Desk) -> None:
    with desk.operation("import", "import", batch="sales"):
        owner = a_customer(desk)
    planned = Task(
        "t1", "new.day3", owner.id, owner.id, "1", date(2026, 11, 21), date(2026, 11, 24)
    )
    with desk.operation("plan", "plan"):
        desk.insert(desk.tasks, planned)
    undone = undo(desk)
    assert desk.tasks.count() == 0
    undo(desk, undone.operation)
    assert (desk.tasks.count(), find_customer(desk, owner.id)) == (1, owner)
    with desk.operation("snooze task", "calls"):
        desk.edit(desk.tasks, planned, attrs.evolve(planned, by_hand=("due",)))
    with pytest.raises(ConflictError, match="tasks"):  # somebody has worked on it
        undo(desk, batch="sales")


def test_a_fact_about_which_somebody_has_called_stays(desk: Desk) -> None:
    owner, other = a_customer(desk), a_customer(desk, "李四")
    with desk.operation("import", "import", batch="sales"):
        for who in (owner, other):
            record_event(desk, Event("", "serviced", who.id, date(2026, 11, 20), key=who.id))
    fact = known_event(desk, "serviced", owner.id)
    assert fact is not None
    with desk.operation("plan", "plan"):
        for number, event in enumerate((fact.id, "")):
            call = Task(
                f"t{number}", "after.day3", owner.id, owner.id, "1", desk.today(), desk.today()
            )
            desk.insert(desk.tasks, attrs.evolve(call, event=event))
    record_attempt(desk, "t1", Result.NO_ANSWER)  # about something else
    undone = undo(desk, batch="sales")
    undo(desk, undone.operation)
    record_attempt(desk, "t0", Result.NO_ANSWER)
    with pytest.raises(ConflictError, match="attempts") as refused:
        undo(desk, batch="sales")
    assert refused.value.params["steps"] == str(last_step(desk).number)


def test_planning_is_passed_by_and_the_beginning_stays(desk: Desk) -> None:
    customer = a_customer(desk)
    with desk.operation("plan", "plan"):
        desk.tasks.insert({"customer": customer.id})
    assert last_step(desk).name == "add customer"
    with pytest.raises(UsageError):
        undo(desk, 1)
    with pytest.raises(NotFound):
        undo(desk, 4711)


ACTIONS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12
)


def act(desk: Desk, action: int, one: int, two: int) -> None:
    """One of the things operators do, with whoever is there; what is refused changes nothing."""
    people = [str(document.doc_id) for document in desk.customers.all()]
    cars = [str(document.doc_id) for document in desk.vehicles.all()]
    if not people or action == 0:
        a_customer(desk, "王李单张"[one] + "伟芳")
        return
    who, other = people[one % len(people)], people[two % len(people)]
    person = find_customer(desk, who)
    if action == 1:
        edit_customer(desk, person, attrs.evolve(person, name=person.name + "明", note=str(two)))
    elif action == 2:
        a_vehicle(desk, person)
    elif action == 3:
        archive_customer(desk, who, archived=bool(two % 2))
    elif action == 4:
        set_phone_state(desk, who, person.phones[0].number, list(PhoneState)[two])
    elif action == 5:
        fact = Event("", "serviced", who, date(2026, 11, 1 + one), key=f"RO{two}")
        record_event(desk, fact)
    elif action == 6:
        merge_customers(desk, who, other)
    elif action == 7:
        unmerge_customer(desk, who)
    elif cars:
        car = cars[two % len(cars)]
        record_reading(desk, car, Reading(date(2026, 11, 1), 1000 * one))
        change_owner(desk, car, who)


@pytest.mark.repeats
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTIONS)
def test_random_steps_undone_one_by_one_give_each_state_before(
    desk: Desk, actions: list[tuple[int, int, int]]
) -> None:
    states: list[tuple[int, dict[str, Any]]] = []
    for action in actions:
        head, state = _steps(desk), everything(desk)
        try:
            act(desk, *action)
        except DcrcError:
            assert everything(desk) == state
            continue
        states += [(number, state) for number in _steps(desk)[len(head) :][:1]]
        if len(_steps(desk)) - len(head) > 1:  # two steps in one action: only the first has a state
            break
    for number, state in reversed(states):
        while _standing(desk) and _standing(desk)[-1] >= number:
            undo(desk)
        assert everything(desk) == state
    assert desk.db.verify().problems == ()


def _steps(desk: Desk) -> list[int]:
    return [each.number for each in desk.db.journal.operations(newest_first=False)]


def _standing(desk: Desk) -> list[int]:
    try:
        return [last_step(desk).number]
    except NotFound:
        return []
