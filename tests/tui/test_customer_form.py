"""Editing a customer changes what the operator changed, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from dcrc.kernel.customers import (
    Contact,
    Customer,
    CustomerKind,
    Phone,
    PhoneState,
    edit_customer,
    find_customer,
    set_phone_state,
)
from dcrc.kernel.desk import Desk
from dcrc.kernel.forms import check_answers
from dcrc.testing import a_customer
from dcrc.tui.customer_form import customer_form, customer_of, form_values

PERSON = Customer(
    "1",
    "王小明",
    phones=(
        Phone("+8613800001234", state=PhoneState.EMPTY, note="旧号"),
        Phone("+867968212345", "landline"),
    ),
    sex="male",
    birthday=date(1985, 6, 18),
    id_number="36010219850618001X",
    employer="江铃集团",
    job="工程师",
    industry="汽车制造",
    person_in_charge="李强",
    preferred_time="morning",
    hobbies=("钓鱼",),
    do_not_contact=True,
    marketing_consent=False,
    note="老客户",
)
ORGANISATION = attrs.evolve(
    PERSON,
    name="江铃汽车销售服务有限公司",
    kind=CustomerKind.ORGANISATION,
    sex="",
    id_number="91360000MA35XXXX0X",
    contacts=(Contact("李强", "车队长", "13800005678"),),
    do_not_contact=False,
    marketing_consent=True,
)


def answered(customer: Customer, *, numbers: bool = True, **answers: Any) -> dict[str, Any]:
    """The form as it is handed in after only `answers` were given; None takes an answer back."""
    form = customer_form(numbers=numbers)
    shown = {**form_values(customer), **answers}
    there = {
        field.name: shown[field.name]
        for field in form.fields
        if shown.get(field.name) is not None and field.asked(shown)
    }
    return check_answers(form, there)


@pytest.mark.parametrize("before", [PERSON, ORGANISATION], ids=["person", "organisation"])
def test_a_form_that_nobody_touched_changes_nothing(before: Customer) -> None:
    assert customer_of(answered(before), before) == before
    unseen = customer_form(numbers=False)
    assert customer_of(answered(before, numbers=False), before, unseen) == before


@pytest.mark.parametrize("before", [PERSON, ORGANISATION], ids=["person", "organisation"])
def test_what_is_asked_can_be_emptied(before: Customer) -> None:
    after = customer_of(answered(before, id_number=None, note=None), before)
    assert after == attrs.evolve(before, id_number="", note="")


def test_another_kind_of_customer_loses_what_only_the_former_is_asked() -> None:
    became = customer_of(answered(PERSON, kind="organisation"), PERSON)
    assert (became.sex, became.birthday, became.employer, became.job) == ("", None, "", "")
    assert became.id_number == PERSON.id_number
    assert became.industry == PERSON.industry
    became = customer_of(answered(ORGANISATION, kind="person"), ORGANISATION)
    assert (became.industry, became.person_in_charge) == ("", "")
    assert became.employer == ORGANISATION.employer


@pytest.mark.parametrize("before", [PERSON, ORGANISATION], ids=["person", "organisation"])
@pytest.mark.parametrize("name", ["do_not_contact", "marketing_consent", "kind"])
def test_an_answer_taken_back_leaves_what_is_stored(before: Customer, name: str) -> None:
    assert customer_of(answered(before, **{name: None}), before) == before
    if name != "kind":
        other = not getattr(before, name)
        assert getattr(customer_of(answered(before, **{name: other}), before), name) is other


async def test_an_organisation_keeps_its_number_and_shows_it(opened: Any, desk: Desk) -> None:
    firm = a_customer(
        desk,
        "南昌车队",
        kind=CustomerKind.ORGANISATION,
        id_number="91360000MA35XXXX0X",
        employer="江铃集团",
    )
    async with opened(size=(80, 40)) as seat:
        seat.app.open_customer(firm.id)
        await seat.press()
        await seat.press("e")
        assert "证件号码" in seat.text
        assert "91360000MA35XXXX0X" in seat.text
        await seat.press("end")
        await seat.type("一部")
        await seat.press("ctrl+s")
        assert "已保存" in seat.text
    after = find_customer(desk, firm.id)
    assert (after.name, after.id_number, after.employer) == (
        "南昌车队一部",
        firm.id_number,
        firm.employer,
    )


async def test_what_others_learn_of_a_number_does_not_stand_against_another_number(
    opened: Any, desk: Desk
) -> None:
    customer = a_customer(desk, phone="13800001234")
    async with opened() as seat:
        seat.app.open_customer(customer.id)
        await seat.press()
        await seat.press("e", "down", "down", "down", "end")
        await seat.type(", 13800005678")
        set_phone_state(desk, customer, "13800001234", PhoneState.EMPTY)
        await seat.press("ctrl+s")
        assert "已保存" in seat.text
    assert find_customer(desk, customer.id).phones == (
        Phone("+8613800001234", state=PhoneState.EMPTY),
        Phone("+8613800005678"),
    )


async def test_a_conflict_that_no_answer_shows_is_named_all_the_same(
    opened: Any, desk: Desk
) -> None:
    customer = a_customer(desk, employer="江铃集团")
    async with opened() as seat:
        seat.app.open_customer(customer.id)
        await seat.press()
        await seat.press("e", "down", "2")
        edit_customer(desk, customer, attrs.evolve(customer, employer="南昌银行"))
        await seat.press("ctrl+s")
        said, _ = seat.app.said
        assert said.startswith("王小明：其他人刚刚修改了：工作单位。"), said
        await seat.press("ctrl+s")
        assert "已保存" in seat.text
    after = find_customer(desk, customer.id)
    assert (after.kind, after.employer) == (CustomerKind.ORGANISATION, "")
