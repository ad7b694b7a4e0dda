"""Which workshop visits are followed up, by which day, with which questionnaire; one visit, one call."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dcrc import Event, InputError, Task, record_event
from dcrc.kernel.calendar import record_attempt
from dcrc.kernel.explain import task_remarks
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.kernel.vehicles import change_owner
from dcrc.testing import a_customer, a_vehicle, delivered, reached, serviced

Open = Callable[..., Any]
TUESDAY = date(2026, 11, 17)
MECHANICAL = {"sheet": "mechanical", "work": "一般维修"}
PAINT = {"sheet": "body_and_paint", "work": "钣金喷漆"}


@pytest.mark.parametrize(
    ("left", "due"),
    [
        pytest.param("2026-11-17", "2026-11-20", id="Tuesday: by Friday"),
        pytest.param("2026-11-18", "2026-11-23", id="Wednesday: Saturday is no working day"),
        pytest.param("2026-11-20", "2026-11-23", id="Friday: by Monday"),
        pytest.param("2026-02-12", "2026-02-24", id="before Spring Festival"),
        pytest.param("2026-05-06", "2026-05-09", id="a make-up Saturday is worked"),
    ],
)
def test_a_visit_is_followed_up_within_three_days(workshop: Open, left: str, due: str) -> None:
    day = date.fromisoformat(left)
    shop = workshop(today=day)
    serviced(shop.desk, shop.car, day, **MECHANICAL)
    (call,) = shop.calls()
    assert call.due == date.fromisoformat(due)
    assert call.opens == date.fromordinal(day.toordinal() + 1)
    assert call.role == "caller"


@pytest.mark.parametrize(
    ("orders", "form"),
    [
        ([MECHANICAL], "service_mechanical"),
        ([PAINT], "service_body_and_paint"),
        ([MECHANICAL, PAINT], "service_both"),
        ([{"work": "事故车"}], "service_body_and_paint"),
        ([{"work": "定期保养"}], "service_mechanical"),
        ([{}], "service_mechanical"),
        ([{"work": "喷漆", "sheet": "mechanical"}], "service_mechanical"),
    ],
)
def test_each_kind_of_work_has_its_questionnaire(
    workshop: Open, orders: list[dict[str, str]], form: str
) -> None:
    shop = workshop()
    for order in orders:
        serviced(shop.desk, shop.car, TUESDAY, **order)
    (call,) = shop.calls()
    assert call.form == call.script == form
    assert {field.name for field in shop.desk.forms.get(form).fields} >= {
        "overall",
        "fixed",
        "explained",
        "covers",
    }


def test_the_caller_sees_what_was_done_and_by_whom(workshop: Open) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, **MECHANICAL, advisor="周强")
    serviced(shop.desk, shop.car, TUESDAY, **PAINT)
    (call,) = shop.calls()
    first, second = task_remarks(shop.desk, call)
    assert "一般维修，服务顾问 周强" in first
    assert "钣金喷漆，服务顾问 -" in second


def test_three_orders_of_a_day_are_one_visit_and_one_call(workshop: Open) -> None:
    shop = workshop()
    orders = [
        serviced(shop.desk, shop.car, TUESDAY, f"RO{n}", work=work, came_in="2026-11-17")
        for n, work in enumerate(("首保", "索赔", "事故车"))
    ]
    (call,) = shop.calls()
    assert {fact["ref"] for fact in call.reasons["facts"]} == {order.id for order in orders}
    reached(shop.desk, call)
    assert shop.calls() == []


def test_two_cars_of_a_customer_are_two_visits(workshop: Open) -> None:
    shop = workshop()
    second = a_vehicle(shop.desk, shop.owner)
    for car in (shop.car, second):
        serviced(shop.desk, car, TUESDAY, **MECHANICAL)
    assert {call.vehicle for call in shop.calls()} == {shop.car.id, second.id}


def test_the_car_that_stays_for_the_paint_is_asked_about_once_when_it_has_left(
    workshop: Open,
) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, "RO1", came_in="2026-11-16", **MECHANICAL)
    (before,) = shop.calls()
    shop.on(date(2026, 11, 19))
    serviced(shop.desk, shop.car, date(2026, 11, 19), "RO2", came_in="2026-11-16", **PAINT)
    (after,) = shop.calls()
    assert after.id == before.id
    assert (before.due, after.due) == (date(2026, 11, 20), date(2026, 11, 23))
    assert after.form == "service_both"


def test_an_order_exported_later_joins_the_visit_whichever_came_first(workshop: Open) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, date(2026, 11, 18), "RO2", came_in="2026-11-16", **PAINT)
    (before,) = shop.calls()
    serviced(shop.desk, shop.car, TUESDAY, "RO1", came_in="2026-11-16", **MECHANICAL)
    (after,) = shop.calls()
    assert after.id == before.id
    assert shop.withdrawn() == []


def test_an_order_told_after_the_call_brings_no_second_call(workshop: Open) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, "RO2", **MECHANICAL)
    shop.on(date(2026, 11, 18))
    reached(shop.desk, shop.calls()[0])
    serviced(shop.desk, shop.car, TUESDAY, "RO1", **PAINT)
    assert shop.calls() == []


def test_a_car_still_in_the_workshop_when_its_owner_was_asked_is_asked_about_again(
    workshop: Open,
) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, "RO1", came_in="2026-11-17", **MECHANICAL)
    shop.on(date(2026, 11, 18))
    reached(shop.desk, shop.calls()[0])
    shop.on(date(2026, 11, 20))
    serviced(shop.desk, shop.car, date(2026, 11, 20), "RO2", came_in="2026-11-17", **PAINT)
    (call,) = shop.calls()
    assert (call.occurrence, call.form) == ("RO2", "service_body_and_paint")


def test_coming_back_the_next_day_is_another_visit(workshop: Open) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, came_in="2026-11-17", **MECHANICAL)
    serviced(shop.desk, shop.car, date(2026, 11, 18), came_in="2026-11-18", **MECHANICAL)
    assert len(shop.calls()) == 2


def test_the_day_of_coming_in_is_the_dealer_s_and_not_greenwich_s(workshop: Open) -> None:
    """In at half past seven on Wednesday in China is still Tuesday in UTC."""
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, came_in="2026-11-17T01:00:00+00:00", **MECHANICAL)
    early = "2026-11-17T23:30:00+00:00"
    serviced(shop.desk, shop.car, date(2026, 11, 18), came_in=early, **MECHANICAL)
    assert len(shop.calls()) == 2


@pytest.mark.parametrize("came_in", ["2025-01-02", "2026-12-24", "昨天", ""])
def test_a_time_of_coming_in_that_cannot_be_joins_nothing(workshop: Open, came_in: str) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, date(2026, 11, 13), **MECHANICAL)
    serviced(shop.desk, shop.car, TUESDAY, came_in=came_in, **MECHANICAL)
    assert len(shop.calls()) == 2


@pytest.mark.parametrize(
    "work", ["PDI", "ＰＤＩ检测", "pdi 检查", "新车售前检查", "内部维修", "索赔件"]
)
def test_internal_orders_are_nobody_s_visit(workshop: Open, work: str) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, work=work)
    assert shop.calls() == []


@pytest.mark.parametrize("work", ["首保", "定期保养", "一般维修", "索赔", "事故车", "钣金喷漆", ""])
def test_what_customers_come_for_is_followed_up(workshop: Open, work: str) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, work=work)
    assert len(shop.calls()) == 1


def test_an_internal_order_beside_a_real_one_changes_nothing(workshop: Open) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, "RO1", work="内部", sheet="body_and_paint")
    serviced(shop.desk, shop.car, TUESDAY, "RO2", **MECHANICAL)
    (call,) = shop.calls()
    assert (call.occurrence, call.form) == ("RO2", "service_mechanical")


def test_the_dealer_says_himself_what_is_internal(workshop: Open) -> None:
    shop = workshop(policy='[service_followup]\ninternal = ["首保", "*试驾车*"]\n')
    for work in ("首保", "本店试驾车保养", "PDI"):
        serviced(shop.desk, a_vehicle(shop.desk, shop.owner), TUESDAY, work=work)
    (call,) = shop.calls()
    assert shop.desk.events.get(doc_id=call.event)["data"]["work"] == "PDI"


def test_what_was_done_before_the_delivery_is_no_visit(workshop: Open) -> None:
    shop = workshop()
    delivered(shop.desk, shop.car, TUESDAY)
    serviced(shop.desk, shop.car, TUESDAY, work="精品加装")
    assert shop.calls() == []
    serviced(shop.desk, shop.car, date(2026, 11, 18), **MECHANICAL)
    assert len(shop.calls()) == 1


def test_an_order_that_turns_out_internal_takes_its_call_back(workshop: Open) -> None:
    shop = workshop()
    order = serviced(shop.desk, shop.car, TUESDAY, "RO1", work="一般维修")
    assert len(shop.calls()) == 1
    serviced(shop.desk, shop.car, TUESDAY, "RO1", work="内部维修")
    assert shop.calls() == []
    (task,) = shop.withdrawn()
    assert task.subject == order.id
    assert task.reason == "work of the kind {work} is not followed up"
    assert task.reason_params == {"work": "内部维修"}


def test_visits_of_long_ago_are_not_asked_about(workshop: Open) -> None:
    shop = workshop()
    for day in (date(2026, 10, 5), date(2024, 3, 1)):
        serviced(shop.desk, shop.car, day, **MECHANICAL)
    assert shop.calls() == []


def test_who_brought_it_is_asked_although_the_car_was_sold_since(workshop: Open) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, **MECHANICAL)
    change_owner(shop.desk, shop.car.id, a_customer(shop.desk, "李小红").id)
    (call,) = shop.calls()
    assert call.customer == shop.owner.id


def test_an_order_without_a_car_is_still_a_visit(workshop: Open) -> None:
    shop = workshop()
    for number in ("RO1", "RO2"):
        record_event(
            shop.desk, Event("", "serviced", shop.owner.id, TUESDAY, key=number, data=MECHANICAL)
        )
    assert len(shop.calls()) == 2


def test_the_questionnaire_wants_its_answers(workshop: Open) -> None:
    shop = workshop()
    serviced(shop.desk, shop.car, TUESDAY, **MECHANICAL)
    (call,) = shop.calls()
    with pytest.raises(InputError) as refused:
        record_attempt(shop.desk, call.id, Result.REACHED, answers={"overall": "very_satisfied"})
    assert {"fixed", "explained", "covers"} <= set(refused.value.params["fields"])


def test_planning_again_and_the_day_after_changes_nothing(workshop: Open) -> None:
    shop = workshop()
    for number, order in enumerate((MECHANICAL, PAINT, MECHANICAL)):
        serviced(shop.desk, shop.car, date(2026, 11, 15 + number), f"RO{number}", **order)
    before = shop.calls()
    assert plan(shop.desk).changes == 0
    assert shop.on(date(2026, 11, 18)).calls() == before


def test_in_whatever_order_repair_orders_arrive_there_is_one_call_for_each_visit(
    workshop: Open,
) -> None:
    """Random stays of one car, told in random order with plans in between, against a plain sweep."""
    shop = workshop()
    chance = random.Random(5)
    for _ in range(12):
        car = a_vehicle(shop.desk, shop.owner)
        stays = []
        for _ in range(chance.randrange(1, 7)):
            came = chance.randrange(0, 14)
            stays.append((came, min(14, came + chance.choice((0, 0, 1, 3)))))
        for number, (came, left) in enumerate(chance.sample(stays, len(stays))):
            came_in = date(2026, 11, 3 + came).isoformat()
            order = f"{car.vin}-{number}"
            serviced(shop.desk, car, date(2026, 11, 3 + left), order, came_in=came_in)
            if chance.random() < 0.5:
                plan(shop.desk)
        ends: list[int] = []
        for came, left in sorted(stays):
            if ends and came <= ends[-1]:
                ends[-1] = max(ends[-1], left)
            else:
                ends.append(left)
        calls = [call for call in shop.calls() if call.vehicle == car.id]
        assert sorted(last_order(call) for call in calls) == [
            date(2026, 11, 3 + end).isoformat() for end in ends
        ]


def last_order(call: Task) -> str:
    """The day on which the last order of a call's visit left."""
    return max(fact["on"] for fact in call.reasons["facts"])
