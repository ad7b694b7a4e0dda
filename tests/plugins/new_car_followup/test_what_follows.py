"""What follows from a missing call, from what the customer says, and from the months that pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import attrs
import pytest

from dcrc import Customer, Desk, Event, Task, Vehicle
from dcrc.kernel.agenda import tasks
from dcrc.kernel.conversations import record_conversation
from dcrc.kernel.desk import open_desk
from dcrc.kernel.explain import explain_task, task_remarks
from dcrc.kernel.history import timeline
from dcrc.kernel.operators import add_operator
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.kernel.undoing import undo
from dcrc.testing import (
    a_customer,
    a_vehicle,
    delivered,
    kept_back_wrongly,
    open_tasks,
    plainly_answered,
    reached,
    serviced,
)
from dcrc.tui.sheet_data import load_sheet
from plugins import new_car_followup

Centre = Callable[..., Desk]
DELIVERED = date(2026, 11, 23)  # a Monday


@attrs.frozen
class NewCar:
    """A centre in which one car was delivered on a Monday by the consultant Liu Yang."""

    desk: Desk
    owner: Customer
    car: Vehicle
    delivery: Event

    def open(self) -> dict[str, Task]:
        """The follow-up's open tasks by the short names of their rules."""
        found = open_tasks(self.desk, self.owner)
        return {
            t.rule.partition(".")[2]: t for t in found if t.rule.startswith("new_car_followup.")
        }

    def withdrawn(self, rule: str) -> list[Task]:
        plan(self.desk)
        found = tasks(self.desk, rule=f"new_car_followup.{rule}", state="withdrawn", limit=0)
        return list(found)

    def on(self, day: date) -> NewCar:
        self.desk.clock.set(day)  # type: ignore[attr-defined]
        return self


@pytest.fixture
def sold(centre: Centre) -> NewCar:
    desk = centre(today=DELIVERED)
    owner = a_customer(desk)
    car = a_vehicle(desk, owner, model="CS75")
    return NewCar(desk, owner, car, delivered(desk, car, DELIVERED, {"consultant": "刘洋"}))


def test_the_consultant_who_did_not_call_is_checked_the_day_after(sold: NewCar) -> None:
    assert "check_consultant_24h" not in sold.on(date(2026, 11, 24)).open()
    check = sold.on(date(2026, 11, 25)).open()["check_consultant_24h"]
    assert (check.role, check.channel, check.due) == ("supervisor", "check", date(2026, 11, 27))
    assert "check_consultant_72h" not in sold.open()
    assert "check_consultant_72h" in sold.on(date(2026, 11, 27)).open()


def test_a_call_on_record_needs_no_check_and_a_late_one_takes_the_check_back(sold: NewCar) -> None:
    reached(sold.desk, sold.open()["consultant_24h"])
    sold.on(date(2026, 11, 27))
    assert set(sold.open()) & {"check_consultant_24h", "check_consultant_72h"} == {
        "check_consultant_72h"
    }
    reached(sold.desk, sold.open()["consultant_72h"])
    assert "check_consultant_72h" not in sold.open()
    (check,) = sold.withdrawn("check_consultant_72h")
    assert check.reason == "the call is on record"


def test_a_customer_who_was_not_called_outweighs_the_record(sold: NewCar) -> None:
    reached(sold.desk, sold.open()["consultant_24h"])
    sold.on(date(2026, 11, 25))
    assert "check_consultant_24h" not in sold.open()
    reached(sold.desk, sold.open()["day3"], consultant_called="no")
    assert sold.open()["check_consultant_24h"].due == date(2026, 11, 27)


def test_a_customer_who_was_called_outweighs_the_empty_record(sold: NewCar) -> None:
    sold.on(date(2026, 11, 25))
    assert "check_consultant_24h" in sold.open()
    reached(sold.desk, sold.open()["day3"], consultant_called="yes")
    assert "check_consultant_24h" not in sold.open()


def test_a_customer_who_does_not_remember_proves_nothing(sold: NewCar) -> None:
    sold.on(date(2026, 11, 25))
    reached(sold.desk, sold.open()["day3"], consultant_called="unsure")
    assert "check_consultant_24h" in sold.open()


@pytest.mark.parametrize(
    ("word", "follows"),
    [("very_satisfied", False), ("satisfied", True), ("very_dissatisfied", True)],
)
def test_anything_but_very_satisfied_goes_to_the_sales_supervisor_within_two_days(
    sold: NewCar, word: str, follows: bool
) -> None:
    sold.on(date(2026, 11, 30))
    recorded = reached(sold.desk, sold.open()["day7"], honesty=word)
    made = [task for task in recorded.follow_ups if task.rule.endswith(".dissatisfied")]
    assert bool(made) is follows
    if follows:
        (task,) = made
        assert (task.role, task.due) == ("sales_supervisor", date(2026, 12, 2))
        assert task.opens == date(2026, 11, 30)
        assert task.expires is None


def test_the_sales_supervisor_reads_what_the_customer_was_dissatisfied_with(sold: NewCar) -> None:
    sold.on(date(2026, 11, 30))
    reached(sold.desk, sold.open()["day7"], honesty="dissatisfied", remark="赠送的脚垫没给")
    task = sold.open()["dissatisfied"]
    said = (
        "介绍和报价是否坦诚、前后一致？：不满意",
        "客户的意见和建议：赠送的脚垫没给",
    )
    assert explain_task(sold.desk, task.id).remarks == said
    script = next(
        each.script
        for each in load_sheet(sold.desk, sold.owner.id).tasks
        if each.task.id == task.id
    )
    assert all(line in script for line in said)
    (entry,) = timeline(sold.desk, sold.owner.id, kinds=["answers"])
    assert all(line in entry.detail for line in said)


def test_a_number_in_what_was_said_is_hidden_from_who_may_see_none(sold: NewCar) -> None:
    sold.on(date(2026, 11, 30))
    reached(sold.desk, sold.open()["day7"], honesty="neutral", remark="请打13800008888")
    add_operator(sold.desk, "吴晶", "lounge")
    path, clock = sold.desk.db.path, sold.desk.clock
    task = sold.open()["dissatisfied"]
    lounge = open_desk(path, operator="吴晶", clock=clock, plugins=[new_car_followup])
    assert not any("13800008888" in line for line in task_remarks(lounge, task))
    lounge.close()


def test_two_dissatisfied_forms_of_one_conversation_are_one_task(sold: NewCar) -> None:
    sold.on(date(2026, 11, 30))
    found = sold.open()
    calls = ((found["day3"], "first_days"), (found["day7"], "honesty"))
    answers = {
        task.id: plainly_answered(sold.desk.forms.get(task.form), **{bad: "dissatisfied"})
        for task, bad in calls
    }
    record_conversation(sold.desk, sold.owner.id, Result.REACHED, answers)
    open_tasks(sold.desk, sold.owner)
    (task,) = tasks(sold.desk, rule="new_car_followup.dissatisfied", limit=0)
    told = " ".join(task_remarks(sold.desk, task))
    assert "介绍和报价" in told
    assert "新车这几天" in told
    assert plan(sold.desk).changes == 0
    assert kept_back_wrongly(sold.desk) == []
    reached(sold.desk, task)
    assert "dissatisfied" not in sold.open()
    sold.on(date(2026, 12, 14))
    reached(sold.desk, sold.open()["week3"], usage="dissatisfied")
    assert sold.open()["dissatisfied"].id != task.id


def test_what_is_said_after_the_matter_was_settled_is_new_on_the_same_day_too(
    sold: NewCar,
) -> None:
    sold.on(date(2026, 11, 30))
    reached(sold.desk, sold.open()["day3"], first_days="dissatisfied")
    first = sold.open()["dissatisfied"]
    sold.desk.clock.advance(hours=1)  # type: ignore[attr-defined]
    reached(sold.desk, first)
    sold.desk.clock.advance(hours=1)  # type: ignore[attr-defined]
    reached(sold.desk, sold.open()["day7"], honesty="dissatisfied")
    assert sold.open()["dissatisfied"].id != first.id


def test_dissatisfied_on_a_thursday_is_followed_up_by_monday(sold: NewCar) -> None:
    sold.on(date(2026, 11, 26))
    reached(sold.desk, sold.open()["day3"], first_days="dissatisfied")
    assert sold.open()["dissatisfied"].due == date(2026, 11, 30)


def test_no_accessories_are_no_reason_to_be_dissatisfied(sold: NewCar) -> None:
    sold.on(date(2026, 11, 30))
    recorded = reached(sold.desk, sold.open()["day7"], accessories="none")
    assert not [task for task in recorded.follow_ups if task.rule.endswith(".dissatisfied")]


def test_a_conversation_taken_back_takes_its_consequences_back(sold: NewCar) -> None:
    sold.on(date(2026, 11, 30))
    reached(sold.desk, sold.open()["day7"], honesty="dissatisfied")
    assert "dissatisfied" in sold.open()
    undo(sold.desk)
    after = sold.open()
    assert "dissatisfied" not in after
    assert "day7" in after


def test_a_referral_or_a_trade_in_goes_to_the_consultant_who_sold_the_car(sold: NewCar) -> None:
    sold.on(date(2026, 12, 14))
    reached(sold.desk, sold.open()["week3"], opportunity=["referral", "trade_in"])
    task = sold.open()["opportunity"]
    assert (task.role, task.owner, task.due) == ("sales_consultant", "刘洋", date(2026, 12, 17))


def touches(sold: NewCar, until: date, every: int = 1) -> list[tuple[str, date]]:
    """Rule and due day of each touch that stands on the calendar while nobody calls, day by day."""
    seen: dict[str, tuple[str, date]] = {}
    day = DELIVERED
    while day <= until:
        for name, task in sold.on(day).open().items():
            if name in ("quarter", "half_year", "year", "two_years"):
                seen.setdefault(task.id, (name, task.due))
        day += timedelta(every)
    return sorted(seen.values(), key=lambda pair: pair[1])


def test_the_care_calendar_calls_every_three_six_twelve_and_twenty_four_months(
    sold: NewCar,
) -> None:
    assert touches(sold, date(2029, 2, 15), every=5) == [
        ("quarter", date(2027, 2, 23)),
        ("half_year", date(2027, 5, 24)),  # the 23rd is a Sunday
        ("quarter", date(2027, 8, 23)),
        ("year", date(2027, 11, 23)),
        ("quarter", date(2028, 2, 23)),
        ("half_year", date(2028, 5, 23)),
        ("quarter", date(2028, 8, 23)),
        ("two_years", date(2028, 11, 23)),
        ("quarter", date(2029, 2, 23)),
    ]


def test_the_care_calendar_ends_when_the_policy_says(centre: Centre) -> None:
    desk = centre(today=DELIVERED, policy="[new_car_followup]\ntouches_end = 6\n")
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    sold = NewCar(desk, owner, car, delivered(desk, car, DELIVERED))
    assert [name for name, _ in touches(sold, date(2028, 1, 1), every=7)] == [
        "quarter",
        "half_year",
    ]


def test_after_a_year_away_one_touch_is_open_and_no_backlog(sold: NewCar) -> None:
    found = sold.on(date(2027, 11, 25)).open()
    assert set(found) == {"year"}
    assert found["year"].due == date(2027, 11, 23)


def test_who_was_in_the_workshop_or_on_the_phone_lately_is_spared_the_care_call(
    sold: NewCar,
) -> None:
    assert "quarter" in sold.on(date(2027, 2, 20)).open()
    serviced(sold.desk, sold.car, date(2027, 2, 19), work="定期保养")
    assert "quarter" not in sold.open()
    (spared,) = sold.withdrawn("quarter")
    assert spared.reason == "the customer was in contact on {date}"
    assert spared.reason_params == {"date": "2027-02-19"}
    assert "half_year" in sold.on(date(2027, 5, 20)).open()


def test_two_cars_of_one_owner_get_one_care_call(sold: NewCar) -> None:
    second = a_vehicle(sold.desk, sold.owner)
    delivered(sold.desk, second, DELIVERED)
    plan(sold.desk)
    sold.on(date(2027, 2, 20))
    calls = [t for t in open_tasks(sold.desk, sold.owner) if t.rule.endswith(".quarter")]
    assert len(calls) == 2
    reached(sold.desk, calls[0])
    assert not [t for t in open_tasks(sold.desk, sold.owner) if t.rule.endswith(".quarter")]


def test_day_by_day_there_is_never_a_second_open_task_of_a_rule_and_planning_twice_changes_nothing(
    sold: NewCar,
) -> None:
    for week in range(60):
        sold.on(DELIVERED + timedelta(5 * week))
        plan(sold.desk)
        again = plan(sold.desk)
        assert again.changes == 0
        found = [(t.rule, t.subject) for t in tasks(sold.desk, state="open", limit=0)]
        assert len(found) == len(set(found))


def test_another_form_in_the_policy_takes_no_dissatisfied_customer_back(centre: Centre) -> None:
    desk = centre(today=DELIVERED)
    car = a_vehicle(desk, a_customer(desk))
    delivered(desk, car, DELIVERED)
    desk.clock.set(date(2026, 11, 30))  # type: ignore[attr-defined]
    plan(desk)
    (call,) = tasks(desk, rule="new_car_followup.day7")
    reached(desk, call, honesty="dissatisfied")
    others = ("day3", "day7", "week3")
    policy = "".join(
        f'[new_car_followup.steps.{step}]\nform = "new_car_touch"\n' for step in others
    )
    desk = centre(policy=policy)
    plan(desk)
    (task,) = tasks(desk, rule="new_car_followup.dissatisfied")
    assert task.open
    reached(desk, task)
    plan(desk)
    assert (
        len(tasks(desk, rule="new_car_followup.dissatisfied")) == 1
    )  # its own answers ask no more
