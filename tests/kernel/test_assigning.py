"""A list is shared out: evenly, a customer to one person, each only his own work, taken back at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcrc.errors import ConflictError, InputError, NotAllowed
from dcrc.kernel.agenda import agenda, listed_customers, tasks
from dcrc.kernel.assigning import (
    Assigned,
    assign_customers,
    assign_tasks,
    share_customers,
    who_may_work,
    workloads,
)
from dcrc.kernel.calendar import add_task, assign_task, get_task, record_attempt
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.fair_shares import share_out
from dcrc.kernel.operators import add_operator, deactivate_operator
from dcrc.kernel.planning import plan
from dcrc.kernel.task_lists import customers_with
from dcrc.kernel.tasks import Result, Task
from dcrc.kernel.undoing import undo
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk
from plugins import new_car_followup, reminders

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
CALLERS = ["刘洋", "周岚", "陈晨"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The supervisor 王敏, three callers, and a sales consultant."""
    opened = isolated_desk(tmp_path, today=TODAY)
    for name in CALLERS:
        add_operator(opened, name, "caller")
    add_operator(opened, "李强", "sales_consultant")
    yield opened
    opened.close()


def customers(desk: Desk, count: int, **fields: Any) -> list[Customer]:
    """So many customers, each with a call that is due today."""
    found = [a_customer(desk, f"客户{number:03d}") for number in range(count)]
    for customer in found:
        add_task(desk, customer, "回访", TODAY, **fields)
    return found


def ids(people: list[Customer]) -> list[str]:
    return [each.id for each in people]


def owners(desk: Desk, customer: Customer) -> list[str]:
    """Whose the customer's open tasks are."""
    return sorted({task.owner for task in tasks(desk, customer=customer.id, state="open")})


def parts(done: Assigned) -> dict[str, int]:
    """Who gets how many customers."""
    return {each.name: each.customers for each in done.people}


def state(desk: Desk) -> dict[str, dict[str, Any]]:
    return {str(each.doc_id): dict(each) for each in desk.tasks.iterate()}


def test_a_first_day_is_shared_out_evenly_in_one_step(desk: Desk) -> None:
    everybody = customers(desk, 10)
    before = state(desk)
    done = share_customers(desk, listed_customers(desk), CALLERS)
    assert sorted(parts(done).values()) == [3, 3, 4]
    assert (done.customers, done.kept, done.left) == (10, 0, 0)
    assert {len(owners(desk, each)) for each in everybody} == {1}
    assert all("owner" in task.by_hand for task in tasks(desk, state="open", limit=0))
    assert [(each.name, each.open, each.due) for each in done.people] == [
        (each.name, each.open, each.due) for each in workloads(desk) if each.name in CALLERS
    ]
    undo(desk)
    assert state(desk) == before


def test_the_most_urgent_are_spread_over_all(desk: Desk) -> None:
    late = customers(desk, 3, opens=TODAY - 9 * DAY, priority=9)
    later = customers(desk, 3)
    share_customers(desk, ids([*later, *late]), CALLERS)
    assert sorted(owner for each in late for owner in owners(desk, each)) == CALLERS


def test_one_customer_is_one_person_s(desk: Desk) -> None:
    first, second = customers(desk, 2)
    add_task(desk, first, "续保", TODAY + 30 * DAY, opens=TODAY + 20 * DAY)
    done = share_customers(desk, ids([first, second]), CALLERS[:2])
    assert len(owners(desk, first)) == len(owners(desk, second)) == 1
    assert owners(desk, first) != owners(desk, second)
    assert sum(each.tasks for each in done.people) == 3


def test_what_somebody_has_stays_and_he_gets_the_rest_of_that_customer(desk: Desk) -> None:
    known, *others = customers(desk, 4)
    (task,) = tasks(desk, customer=known.id)
    assign_task(desk, task.id, "陈晨")
    add_task(desk, known, "提醒", TODAY)
    done = share_customers(desk, ids([known, *others]), ["周岚", "刘洋"])
    assert owners(desk, known) == ["陈晨"]
    assert parts(done) == {"刘洋": 2, "周岚": 1, "陈晨": 1}
    again = share_customers(desk, ids([known, *others]), ["周岚", "刘洋"])
    assert (again.edits, again.kept) == ((), 4)


def test_who_has_some_of_the_list_gets_less_of_the_rest(desk: Desk) -> None:
    everybody = customers(desk, 9)
    assign_customers(desk, ids(everybody[:4]), "周岚")
    done = share_customers(desk, ids(everybody), CALLERS)
    assert parts(done) == {"刘洋": 3, "周岚": 0, "陈晨": 2}
    (lan,) = (each for each in done.people if each.name == "周岚")
    assert (lan.kept, lan.open, done.kept) == (4, 4, 4)


def test_a_colleague_is_ill_and_the_others_take_over(desk: Desk) -> None:
    everybody = customers(desk, 6)
    share_customers(desk, ids(everybody), CALLERS)
    hers = customers_with(desk, owner="周岚")
    assert len(hers) == 2
    done = share_customers(desk, ids(everybody), ["刘洋", "陈晨"], taking=["周岚"])
    assert parts(done) == {"刘洋": 1, "陈晨": 1}
    assert not customers_with(desk, owner="周岚")


def test_work_of_who_has_left_is_shared_out_too(desk: Desk) -> None:
    (customer,) = customers(desk, 1)
    assign_customers(desk, [customer.id], "周岚")
    deactivate_operator(desk, "周岚")
    share_customers(desk, [customer.id], ["陈晨"])
    assert owners(desk, customer) == ["陈晨"]
    with pytest.raises(InputError, match="does not work here"):
        share_customers(desk, [customer.id], ["周岚"])
    with pytest.raises(InputError):
        share_customers(desk, [customer.id], [])


def test_everybody_gets_only_what_is_his_work(desk: Desk) -> None:
    (sales,) = customers(desk, 1, role="sales_consultant")
    calls = customers(desk, 4)
    both = calls[0]
    add_task(desk, both, "试驾", TODAY, role="sales_consultant")
    done = share_customers(desk, ids([sales, *calls]), ["周岚", "陈晨"])
    assert (owners(desk, sales), done.left) == ([""], 1)
    assert owners(desk, both)[0] == ""
    assert sorted(parts(done).values()) == [2, 2]
    everyone = share_customers(desk, ids([sales, *calls]), ["周岚", "陈晨", "李强"])
    assert (parts(everyone)["李强"], everyone.left) == (2, 0)
    assert owners(desk, sales) == ["李强"]
    assert {each.name for each in who_may_work(desk, [sales.id])} == {"李强"}
    assert {each.name for each in who_may_work(desk, [both.id])} == {"王敏", "李强", *CALLERS}


def test_who_speaks_with_a_customer_speaks_of_everything_desk_work_apart(desk: Desk) -> None:
    promised, checked, *_ = customers(desk, 6)
    add_task(desk, promised, "答复", TODAY, role="supervisor", owner="王敏")
    add_task(desk, checked, "核查", TODAY, role="supervisor", owner="王敏", channel="check")
    share_customers(desk, listed_customers(desk), CALLERS)
    assert owners(desk, promised) == ["王敏"]
    assert owners(desk, checked) != ["王敏"]


def test_those_whose_own_work_most_of_it_is_come_first(desk: Desk) -> None:
    everybody = customers(desk, 3)
    add_task(desk, everybody[0], "核查", TODAY, role="supervisor")
    found = who_may_work(desk, ids(everybody))
    assert [(each.name, each.own_role) for each in found] == [
        *((name, True) for name in CALLERS),
        ("王敏", False),
    ]


def test_who_alone_may_do_some_of_it_gets_less_of_what_all_may_do(desk: Desk) -> None:
    sent_back = customers(desk, 3, role="clerk")
    calls = customers(desk, 5)
    done = share_customers(desk, ids([*calls, *sent_back]), ["王敏", "周岚"])
    assert parts(done) == {"周岚": 4, "王敏": 4}


def test_customers_given_to_one_person_and_to_nobody_again(desk: Desk) -> None:
    everybody = customers(desk, 3)
    add_task(desk, everybody[0], "试驾", TODAY, role="sales_consultant", owner="李强")
    done = assign_customers(desk, ids(everybody), "周岚")
    assert (done.customers, parts(done)) == (3, {"周岚": 3})
    assert owners(desk, everybody[0]) == sorted(["周岚", "李强"])
    assert assign_customers(desk, ids(everybody), "周岚").edits == ()
    back = assign_customers(desk, ids(everybody[1:]), "")
    assert (back.customers, owners(desk, everybody[1])) == (2, [""])
    assert "owner" not in tasks(desk, customer=everybody[1].id)[0].by_hand
    undo(desk)
    assert owners(desk, everybody[1]) == ["周岚"]


def test_the_very_tasks_that_are_named_whatever_their_role(desk: Desk) -> None:
    (customer,) = customers(desk, 1, role="sales_consultant")
    (sales,) = tasks(desk, customer=customer.id)
    call = add_task(desk, customer, "回访", TODAY)
    assign_tasks(desk, [sales.id, call.id], "陈晨")
    assert owners(desk, customer) == ["陈晨"]
    record_attempt(desk, call.id, Result.REACHED)
    with pytest.raises(ConflictError):
        assign_tasks(desk, [sales.id, call.id], "周岚")
    assert get_task(desk, sales.id).owner == "陈晨"


def test_tasks_that_are_taken_back_are_given_by_the_plan_again(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, plugins=[new_car_followup], today=TODAY)
    add_operator(desk, "李强", "sales_consultant")
    customer = a_customer(desk)
    delivered(desk, a_vehicle(desk, customer), TODAY, {"consultant": "李强"})
    plan(desk)
    his = next(task for task in tasks(desk, customer=customer.id) if task.owner == "李强")
    for take_back in (
        lambda: assign_task(desk, his.id, ""),
        lambda: assign_customers(desk, [customer.id], ""),
    ):
        assign_task(desk, his.id, "王敏")
        plan(desk)
        assert get_task(desk, his.id).owner == "王敏"
        take_back()
        assert (get_task(desk, his.id).owner, get_task(desk, his.id).by_hand) == ("", ())
        plan(desk)
        assert get_task(desk, his.id) == his
    desk.close()


def test_only_shown_is_not_done(desk: Desk) -> None:
    everybody = customers(desk, 5)
    before, head = state(desk), desk.db.journal.head()
    would = share_customers(desk, ids(everybody), CALLERS, dry_run=True)
    assert (state(desk), desk.db.journal.head()) == (before, head)
    assert share_customers(desk, ids(everybody), CALLERS) == would
    operations = len(list(desk.db.journal.operations(limit=99)))
    share_customers(desk, ids(everybody), CALLERS)
    assert len(list(desk.db.journal.operations(limit=99))) == operations  # nothing to undo


def test_who_may_assign(desk: Desk) -> None:
    everybody = ids(customers(desk, 4))
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    for dry_run in (True, False):
        with pytest.raises(NotAllowed):
            share_customers(caller, everybody, CALLERS, dry_run=dry_run)
        with pytest.raises(NotAllowed):
            assign_customers(caller, everybody, "陈晨", dry_run=dry_run)
    assert assign_customers(caller, everybody[:2], "周岚").customers == 2  # nobody had them
    assign_customers(desk, everybody[2:], "陈晨")
    with pytest.raises(NotAllowed):
        assign_customers(caller, everybody, "周岚")
    caller.close()


def test_mine_and_everybody_s_list_afterwards(desk: Desk) -> None:
    everybody = ids(customers(desk, 6))
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    assert agenda(caller).total_sheets == 6
    share_customers(desk, everybody, CALLERS)
    assert (agenda(desk).total_sheets, agenda(desk, mine=False).total_sheets) == (0, 6)
    assert (agenda(caller).total_sheets, agenda(caller, mine=False).total_sheets) == (2, 6)
    undo(desk)
    assert agenda(caller).total_sheets == 6
    caller.close()


def test_planning_leaves_the_owner_and_moves_the_days_as_before(tmp_path: Path) -> None:
    """To have got an owner is no reason to take a reminder out of its shared conversation."""
    (tmp_path / "planned").mkdir()
    desk = isolated_desk(tmp_path / "planned", plugins=[reminders], today=TODAY)
    add_operator(desk, "周岚", "caller")
    people = []
    for number in range(40):
        people.append(a_customer(desk, birthday=date(1980, 1 + number % 12, 1 + number % 28)))
        for months in (2, 23):
            car = a_vehicle(desk, people[-1])
            delivered(desk, car, TODAY - timedelta(days=30 * months + number))
    plan(desk)
    days = {task.id: (task.opens, task.due, task.state) for task in all_tasks(desk)}
    assert len(days) > 40
    share_customers(desk, ids(people), ["周岚"])
    for customer in people:
        desk.replan(customer.id)
    assert {task.id: (task.opens, task.due, task.state) for task in all_tasks(desk)} == days
    assert {task.owner for task in tasks(desk, state="open", limit=0)} == {"周岚"}
    desk.close()


def all_tasks(desk: Desk) -> list[Task]:
    return tasks(desk, limit=0)


# -- fair shares, as properties ----------------------------------------------------------------------

WORKS = {
    "甲": ("caller",),
    "乙": ("caller",),
    "丙": ("caller", "clerk"),
    "丁": ("clerk",),
}
staff = st.sampled_from(sorted(WORKS))
someone = st.sampled_from(["", "离职", *WORKS])
any_role = st.sampled_from(["caller", "clerk", "lounge"])
people_ = st.lists(staff, min_size=1, unique=True)


@st.composite
def task_lists(draw: st.DrawFn, owners: Any = someone, roles: Any = any_role) -> list[Task]:
    """Open tasks of some customers."""
    kinds = st.tuples(
        st.integers(0, 30),
        roles,
        owners,
        st.integers(0, 9),
        st.sampled_from(["call", "message", "check"]),
    )
    drawn = draw(st.lists(kinds, max_size=60))
    return [
        Task(
            str(number), "care.call", f"c{customer}", f"c{customer}", "", TODAY, TODAY + days * DAY,
            role=role, owner=owner, channel=channel,
        )
        for number, (customer, role, owner, days, channel) in enumerate(drawn)
    ]  # fmt: skip


def applied(found: list[Task], given_: dict[str, str]) -> list[Task]:
    return [attrs.evolve(task, owner=given_.get(task.id, task.owner)) for task in found]


@given(task_lists(st.sampled_from(["", "离职"]), st.just("caller")), people_)
def test_even_to_within_one_customer(found: list[Task], people: list[str]) -> None:
    callers = [name for name in people if "caller" in WORKS[name]]
    shares = share_out(found, people, WORKS)
    theirs = {task.customer: shares.get(task.id) for task in found}
    counts = [sum(name == each for each in theirs.values()) for name in callers]
    assert sum(counts) == (len(theirs) if callers else 0)
    assert not counts or max(counts) - min(counts) <= 1


@given(task_lists(), people_)
def test_twice_changes_nothing(found: list[Task], people: list[str]) -> None:
    once = applied(found, share_out(found, people, WORKS))
    assert not share_out(once, people, WORKS)
    anew = applied(found, share_out(found, people, WORKS, taking=list(WORKS)))
    assert applied(anew, share_out(anew, people, WORKS, taking=list(WORKS))) == anew


@given(task_lists(), people_, st.randoms(use_true_random=False))
def test_order_does_not_matter(found: list[Task], people: list[str], chance: Random) -> None:
    other, others = list(found), list(people)
    chance.shuffle(other)
    chance.shuffle(others)
    assert share_out(found, people, WORKS) == share_out(other, others, WORKS)


@given(task_lists(), people_)
def test_what_is_shared_is_the_work_of_who_gets_it(found: list[Task], people: list[str]) -> None:
    shares = share_out(found, people, WORKS)
    by_id = {task.id: task for task in found}
    for task_id, owner in shares.items():
        task = by_id[task_id]
        assert task.role in WORKS[owner]
        assert task.owner not in WORKS  # what somebody here has stays
        has = {each.owner for each in found if each.customer == task.customer}
        assert owner in people or owner in has


@given(task_lists(st.sampled_from(["", "离职"])), people_)
def test_a_customer_s_tasks_of_one_role_go_to_one_person(
    found: list[Task], people: list[str]
) -> None:
    shares = share_out(found, people, WORKS)
    whose: dict[tuple[str, str], set[str | None]] = {}
    for task in found:
        whose.setdefault((task.customer, task.role), set()).add(shares.get(task.id))
    assert all(len(names) == 1 for names in whose.values())
