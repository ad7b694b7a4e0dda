"""A visit that went badly: the service manager settles it, and the customer is asked once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dcrc import Task
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import record_attempt, withdraw_task
from dcrc.kernel.desk import open_desk
from dcrc.kernel.explain import task_remarks
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.kernel.undoing import undo
from dcrc.testing import reached, serviced
from plugins import service_followup

Open = Callable[..., Any]
TUESDAY = date(2026, 11, 17)


def asked(shop: Any, **said: Any) -> list[Task]:
    """The visit's call is answered on Wednesday; what is open afterwards."""
    serviced(shop.desk, shop.car, TUESDAY, sheet="mechanical", advisor="周强")
    shop.on(date(2026, 11, 18))
    (call,) = shop.calls()
    reached(shop.desk, call, **said)
    found: list[Task] = shop.open()
    return found


@pytest.mark.parametrize(
    "said",
    [
        {"overall": "neutral"},
        {"fixed": "no"},
        {"fixed": "partly"},
        {"explained": "no"},
        {"on_time": "no"},
        {"reception": "very_dissatisfied"},
    ],
)
def test_a_dissatisfied_customer_is_the_service_manager_s_within_two_days(
    workshop: Open, said: dict[str, str]
) -> None:
    (task,) = asked(workshop(), **said)
    assert task.rule == "service_followup.dissatisfied"
    assert (task.role, task.due, task.expires) == ("service_manager", date(2026, 11, 20), None)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"overall": "satisfied", "on_time": "told"},
        {"fixed": "nothing"},
        {"covers": "no"},
        {"covers": "unseen"},
    ],
)
def test_satisfied_customers_and_missing_covers_are_no_case_for_him(
    workshop: Open, said: dict[str, str]
) -> None:
    assert asked(workshop(), **said) == []


def test_the_service_manager_and_who_calls_after_him_read_what_was_said(workshop: Open) -> None:
    shop = workshop()
    (settle,) = asked(shop, fixed="no", remark="空调还是响")
    told = task_remarks(shop.desk, settle)
    assert "送修时说的问题都解决了吗？：没有解决" in told
    assert any("空调还是响" in line for line in told)
    shop.on(date(2026, 11, 19))
    reached(shop.desk, settle, cause="异响", measure="返修", accepted="yes")
    (again,) = shop.open()
    assert task_remarks(shop.desk, again) == told


def test_after_the_service_manager_the_customer_is_contacted_again(workshop: Open) -> None:
    shop = workshop()
    (settle,) = asked(shop, fixed="no")
    shop.on(date(2026, 11, 19))
    reached(shop.desk, settle, cause="异响", measure="返修", accepted="yes")
    (again,) = shop.open()
    assert again.rule == "service_followup.recontact"
    assert (again.role, again.form) == ("caller", "service_recontact")
    assert (again.opens, again.due) == (date(2026, 11, 20), date(2026, 11, 23))
    shop.on(date(2026, 11, 20))
    reached(shop.desk, again)
    assert shop.open() == []


def test_still_dissatisfied_goes_back_to_the_service_manager_and_comes_again(
    workshop: Open,
) -> None:
    shop = workshop()
    (settle,) = asked(shop, fixed="no")
    shop.on(date(2026, 11, 19))
    reached(shop.desk, settle)
    shop.on(date(2026, 11, 20))
    (again,) = shop.open()
    reached(shop.desk, again, settled="dissatisfied")
    (second,) = shop.open()
    assert second.rule == "service_followup.dissatisfied"
    assert second.id != settle.id
    assert second.priority > settle.priority
    reached(shop.desk, second)
    shop.on(date(2026, 11, 23))
    (third,) = shop.open()
    assert third.rule == "service_followup.recontact"
    assert third.id != again.id


def test_a_customer_the_service_manager_could_not_settle_with_is_contacted_all_the_same(
    workshop: Open,
) -> None:
    shop = workshop()
    (settle,) = asked(shop, fixed="no")
    record_attempt(shop.desk, settle.id, Result.REFUSED)
    assert [task.rule for task in shop.open()] == ["service_followup.recontact"]


def test_a_task_that_was_withdrawn_by_hand_brings_no_other_contact(workshop: Open) -> None:
    shop = workshop()
    (settle,) = asked(shop, fixed="no")
    withdraw_task(shop.desk, settle.id, "客户记错了车")
    assert shop.open() == []


def test_an_answer_that_is_taken_back_takes_the_service_manager_s_task_back(
    workshop: Open,
) -> None:
    shop = workshop()
    asked(shop, fixed="no")
    undo(shop.desk)
    assert [task.rule for task in shop.open()] == ["service_followup.visit"]
    reached(shop.desk, shop.calls()[0])
    assert shop.open() == []


def test_every_form_and_script_exists_in_both_languages(workshop: Open) -> None:
    desk = workshop().desk
    policy = desk.policies.section("service_followup")
    named = [(each.form, each.script) for each in policy.questionnaires.values()]
    named += [(name, name) for name in ("service_dissatisfied", "service_recontact")]
    for form, script in named:
        title, spoken = desk.forms.get(form).title, desk.scripts.get(script)
        assert title.zh and title.en and spoken.zh and spoken.en  # noqa: PT018 - four of one kind
        assert spoken.zh != spoken.en


def test_another_questionnaire_in_the_policy_takes_no_dissatisfied_customer_back(
    workshop: Open,
) -> None:
    shop = workshop()
    asked(shop, fixed="no")
    form = shop.desk.policies.section("service_followup").questionnaires
    other = next(each.form for each in form.values() if each.form != "service_mechanical")
    policy = "".join(
        f'[service_followup.questionnaires.{kind}]\nform = "{other}"\n' for kind in form
    )
    path = shop.desk.db.path
    path.with_suffix(".toml").write_text(policy, "utf-8")
    later = open_desk(path, clock=shop.desk.clock, plugins=[service_followup])
    plan(later)
    assert [task.open for task in tasks(later, rule="service_followup.dissatisfied")] == [True]
    later.close()
