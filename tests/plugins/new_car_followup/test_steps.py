"""What a delivery puts on the calendar, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from dcrc import Desk, Task, TaskState
from dcrc.errors import PolicyError
from dcrc.kernel.agenda import tasks
from dcrc.kernel.planning import plan
from dcrc.kernel.vehicles import change_owner
from dcrc.testing import a_customer, a_vehicle, delivered, open_tasks, reached

Centre = Callable[..., Desk]
STEPS = ("consultant_24h", "consultant_72h", "day3", "day7", "week3")


def ours(desk: Desk, **wanted: object) -> dict[str, Task]:
    """Tasks of the new-car follow-up by the short names of their rules."""
    plan(desk)
    found = tasks(desk, limit=0, **wanted)  # type: ignore[arg-type]
    return {
        task.rule.partition(".")[2]: task
        for task in found
        if task.rule.startswith("new_car_followup.")
    }


@pytest.mark.parametrize(
    ("on", "due"),
    [
        pytest.param(
            "2026-11-17",
            ("2026-11-18", "2026-11-20", "2026-11-20", "2026-11-24", "2026-12-08"),
            id="an ordinary Tuesday",
        ),
        pytest.param(
            "2026-11-20",
            ("2026-11-23", "2026-11-23", "2026-11-23", "2026-11-27", "2026-12-11"),
            id="a Friday: what falls on the weekend is done on Monday",
        ),
        pytest.param(
            "2026-11-21",
            ("2026-11-23", "2026-11-24", "2026-11-24", "2026-11-30", "2026-12-14"),
            id="a Saturday: 24 hours, a week and three weeks later are days of rest",
        ),
        pytest.param(
            "2026-02-12",
            ("2026-02-13", "2026-02-24", "2026-02-24", "2026-02-24", "2026-03-05"),
            id="before Spring Festival: closed until the 23rd",
        ),
        pytest.param(
            "2026-02-13",
            ("2026-02-14", "2026-02-24", "2026-02-24", "2026-02-24", "2026-03-06"),
            id="the Saturday before Spring Festival is worked",
        ),
        pytest.param(
            "2026-09-29",
            ("2026-09-30", "2026-10-08", "2026-10-08", "2026-10-08", "2026-10-20"),
            id="before National Day",
        ),
    ],
)
def test_when_each_step_is_due(centre: Centre, on: str, due: tuple[str, ...]) -> None:
    day = date.fromisoformat(on)
    desk = centre(today=day)
    delivered(desk, a_vehicle(desk, a_customer(desk)), day)
    found = ours(desk)
    assert {name: found[name].due.isoformat() for name in STEPS} == dict(
        zip(STEPS, due, strict=True)
    )
    assert all(found[name].opens <= found[name].due for name in STEPS)


def test_a_dealer_open_on_weekends_counts_days_as_they_are(centre: Centre) -> None:
    policy = "[new_car_followup]\non_open_days = false\n"
    desk = centre(today=date(2026, 11, 20), policy=policy)
    delivered(desk, a_vehicle(desk, a_customer(desk)), date(2026, 11, 20))
    assert ours(desk)["day3"].due == date(2026, 11, 23)
    assert ours(desk)["consultant_24h"].due == date(2026, 11, 21)


def test_the_consultant_s_calls_are_his_and_the_centre_s_are_any_caller_s(centre: Centre) -> None:
    desk = centre()
    car = a_vehicle(desk, a_customer(desk))
    delivered(desk, car, date(2026, 11, 24), {"consultant": "刘洋"})
    found = ours(desk)
    assert {found[name].owner for name in ("consultant_24h", "consultant_72h")} == {"刘洋"}
    assert {(found[name].role, found[name].owner) for name in STEPS[2:]} == {("caller", "")}


def test_a_corrected_delivery_date_moves_the_calls_instead_of_planning_them_again(
    centre: Centre,
) -> None:
    desk = centre()
    car = a_vehicle(desk, a_customer(desk))
    delivered(desk, car, date(2026, 11, 23))
    before = ours(desk)
    delivered(desk, car, date(2026, 11, 24))
    after = ours(desk)
    assert {task.id for task in before.values()} == {task.id for task in after.values()}
    assert after["day3"].due == date(2026, 11, 27)


def test_changing_a_step_moves_the_open_calls_and_leaves_the_finished_ones_alone(
    centre: Centre,
) -> None:
    desk = centre(today=date(2026, 11, 24))
    early = a_vehicle(desk, a_customer(desk, "王小明"))
    late = a_vehicle(desk, a_customer(desk, "李小红"))
    for car in (early, late):
        delivered(desk, car, date(2026, 11, 17))
    plan(desk)
    (done,) = (
        task
        for task in tasks(desk, customer=early.customer, limit=0)
        if task.rule == "new_car_followup.day7"
    )
    reached(desk, done)
    finished = next(task for task in tasks(desk, state="done", limit=0) if task.id == done.id)

    desk = centre(policy="[new_car_followup.steps.day7]\ndue_day = 10\nopens_day = 8\n")
    plan(desk)
    by_car = {
        task.vehicle: task
        for task in tasks(desk, rule="new_car_followup.day7", state=None, limit=0)
    }
    assert by_car[early.id] == finished
    assert by_car[late.id].due == date(2026, 11, 27)
    assert by_car[late.id].opens == date(2026, 11, 25)
    assert ours(desk)["week3"].due == date(2026, 12, 8)


def test_a_step_that_is_switched_off_withdraws_its_calls(centre: Centre) -> None:
    desk = centre()
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 11, 23))
    assert "week3" in ours(desk)
    desk = centre(policy="[new_car_followup.steps.week3]\nenabled = false\n")
    withdrawn = ours(desk, state="withdrawn")["week3"]
    assert withdrawn.reason == "the step is switched off"
    desk = centre()
    assert ours(desk, state="open")["week3"].id == withdrawn.id


def test_deliveries_of_years_ago_owe_no_new_car_calls(centre: Centre) -> None:
    desk = centre(today=date(2026, 11, 24))
    for days in (60, 400, 1500):
        delivered(desk, a_vehicle(desk, a_customer(desk)), date(2026, 11, 24) - timedelta(days))
    assert not set(ours(desk)) & {*STEPS, "check_consultant_24h", "check_consultant_72h"}


def test_a_call_nobody_made_in_a_month_expires(centre: Centre) -> None:
    desk = centre(today=date(2026, 11, 24))
    delivered(desk, a_vehicle(desk, a_customer(desk)), date(2026, 11, 23))
    assert ours(desk)["day3"].expires == date(2026, 12, 26)
    desk.clock.set(date(2026, 12, 26))  # type: ignore[attr-defined]
    assert ours(desk)["day3"].state is TaskState.OPEN
    desk.clock.set(date(2026, 12, 27))  # type: ignore[attr-defined]
    assert ours(desk, state="expired")["day3"].state is TaskState.EXPIRED


def test_a_car_sold_on_is_not_asked_about(centre: Centre) -> None:
    desk = centre()
    first, second = a_customer(desk, "王小明"), a_customer(desk, "李小红")
    car = a_vehicle(desk, first)
    delivered(desk, car, date(2026, 11, 23))
    assert set(STEPS) <= set(ours(desk))
    change_owner(desk, car.id, second.id)
    assert set(STEPS) <= set(ours(desk, state="withdrawn"))
    assert {task.reason for task in ours(desk, state="withdrawn").values()} == {
        "the car belongs to somebody else now"
    }
    assert not [t for t in open_tasks(desk, second) if t.rule.startswith("new_car_followup.")]


def test_switched_off_the_follow_up_keeps_its_data_and_comes_back(centre: Centre) -> None:
    desk = centre(today=date(2026, 11, 24))
    car = a_vehicle(desk, a_customer(desk))
    delivered(desk, car, date(2026, 11, 20))
    answered = reached(desk, ours(desk)["day3"]).task
    before = ours(desk, state="open")

    desk = centre(policy='[plugins]\ndisabled = ["new_car_followup"]\n')
    assert not ours(desk, state="open")
    assert desk.answers.count() == 1

    desk = centre()
    assert ours(desk, state="open").keys() == before.keys()
    assert ours(desk, state="done")["day3"].id == answered.id


def test_a_wrong_number_in_the_policy_file_is_refused_with_its_line(centre: Centre) -> None:
    with pytest.raises(PolicyError) as refused:
        centre(policy="[new_car_followup.steps.day7]\n\ndue_day = -7\n")
    assert refused.value.params["line"] == 3
    assert "due_day" in str(refused.value.params["key"])


def test_two_contacts_of_one_name_are_refused(centre: Centre) -> None:
    own = 'title = { zh = "季度回访", en = "Quarterly" }\ndue_day = 90\n'
    with pytest.raises(PolicyError) as refused:
        centre(policy=f"[new_car_followup.steps.quarter]\n{own}")
    assert "quarter" in str(refused.value.params["why"])


def test_a_dealer_s_own_step_is_planned_like_the_others(centre: Centre) -> None:
    own = """
[new_car_followup.steps.day45]
title = { zh = "交车45天回访", en = "45-day call" }
due_day = 45
opens_day = 40
form = "new_car_usage"
script = "new_car_week3"
"""
    desk = centre(today=date(2026, 11, 24), policy=own)
    delivered(desk, a_vehicle(desk, a_customer(desk)), date(2026, 11, 24))
    call = ours(desk)["day45"]
    assert (call.opens, call.due) == (date(2027, 1, 3), date(2027, 1, 8))
    assert str(desk.rule_title(call.rule)) == "交车45天回访"


def test_every_form_and_script_that_a_step_names_exists_in_both_languages(centre: Centre) -> None:
    desk = centre()
    policy = desk.policies.section("new_car_followup")
    contacts = [*policy.steps.values(), *policy.touches.values()]
    for form in {each.form for each in contacts} | {"new_car_dissatisfied", "new_car_opportunity"}:
        assert desk.forms.get(form).title.zh
        assert desk.forms.get(form).title.en
    for script in {each.script for each in contacts} | {
        "new_car_dissatisfied",
        "new_car_opportunity",
    }:
        wording = desk.scripts.get(script)
        assert wording.zh
        assert wording.en
        assert wording.zh != wording.en
