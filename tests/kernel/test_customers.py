"""Customers: registered, edited by several people, found by whatever one knows of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from dcrc.errors import ConflictError, InputError, NotAllowed, NotFound
from dcrc.kernel.customers import (
    Customer,
    Phone,
    PhoneState,
    add_customer,
    archive_customer,
    edit_customer,
    find_customer,
    get_customer,
    set_phone_state,
)
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.operators import add_operator
from dcrc.kernel.proposals import decide_proposal, pending_proposals
from dcrc.kernel.terms import short_id
from dcrc.kernel.vehicles import Vehicle, add_vehicle, change_owner, edit_vehicle, find_vehicle
from dcrc.testing import a_customer, a_vehicle, a_vin, isolated_desk

Seat = Callable[..., Desk]


def test_numbers_are_kept_once_in_one_form(desk: Desk) -> None:
    typed = Customer("", "　王小明 ", phones=(Phone("138 0000 1234"), Phone("+8613800001234")))
    customer = add_customer(desk, typed)
    assert customer.name == "王小明"
    assert [phone.number for phone in customer.phones] == ["+8613800001234"]
    assert find_customer(desk, customer.id) == customer


def test_a_customer_needs_a_name_and_real_numbers(desk: Desk) -> None:
    with pytest.raises(InputError, match="name"):
        add_customer(desk, Customer("", "  "))
    with pytest.raises(InputError, match="phone"):
        add_customer(desk, Customer("", "王小明", phones=(Phone("1380000"),)))
    assert desk.customers.count() == 0


def test_two_people_change_different_fields_and_both_stay(desk: Desk, seat: Seat) -> None:
    shown = a_customer(desk, "王小明")
    other = seat("周岚", "caller")
    edit_customer(desk, shown, attrs.evolve(shown, name="王晓明"))
    edited = edit_customer(other, shown, attrs.evolve(shown, address="吉州区1号")).customer
    assert (edited.name, edited.address) == ("王晓明", "吉州区1号")
    assert "wangxiaoming" in edited.terms
    assert get_customer(desk, "王晓明").address == "吉州区1号"


def test_two_people_change_the_same_field_and_the_second_is_told(desk: Desk, seat: Seat) -> None:
    shown = a_customer(desk, "王小明")
    other = seat("周岚", "caller")
    edit_customer(desk, shown, attrs.evolve(shown, address="吉州区1号"))
    with pytest.raises(ConflictError, match="address"):
        edit_customer(other, shown, attrs.evolve(shown, address="青原区2号"))
    assert find_customer(desk, shown.id).address == "吉州区1号"


def test_what_another_learns_of_a_number_that_stays_is_no_conflict(desk: Desk, seat: Seat) -> None:
    shown = a_customer(desk, phone="+8613800001234")
    set_phone_state(seat("周岚", "caller"), shown, "13800001234", PhoneState.EMPTY)
    more = (*shown.phones, Phone("+8613900001234"))
    after = edit_customer(desk, shown, attrs.evolve(shown, phones=more)).customer
    assert after.phones == (
        Phone("+8613800001234", state=PhoneState.EMPTY),
        Phone("+8613900001234"),
    )
    valid = attrs.evolve(shown.phones[0], state=PhoneState.VALID)
    for mine in ((valid,), ()):  # he says something of that number himself, or takes it away
        with pytest.raises(ConflictError, match="phones"):
            edit_customer(desk, shown, attrs.evolve(shown, phones=mine))


def test_a_number_is_marked_empty_and_leaves_the_usable_ones(desk: Desk) -> None:
    customer = a_customer(desk, phone="+8613800001234")
    after = set_phone_state(desk, customer, "13800001234", PhoneState.EMPTY)
    assert after.usable_phones == ()
    with pytest.raises(NotFound):
        set_phone_state(desk, customer, "13900001234", PhoneState.EMPTY)


def test_a_customer_is_meant_by_anything_that_is_his_alone(desk: Desk) -> None:
    customer = a_customer(desk, "单雄信", "+8613800001234")
    a_customer(desk, "王小明", "+8613900001234")
    car = a_vehicle(desk, customer, plate="赣D·12345")
    for ref in (
        customer.id,
        customer.id.lower(),
        short_id(customer.id),
        "138 0000 1234",
        "赣d12345",
        car.vin.lower(),
        " 单雄信 ",
    ):
        assert get_customer(desk, ref).id == customer.id, ref


def test_a_beginning_or_an_end_of_something_is_nobody(desk: Desk) -> None:
    a_customer(desk, "单雄信", "+8613800001234")
    for ref in ("", "单", "1234", "shanxiongxin", "'; drop table customers; --"):
        with pytest.raises(NotFound):
            get_customer(desk, ref)


def test_an_ambiguous_name_lists_the_candidates(desk: Desk) -> None:
    one = a_customer(desk, "王伟", "+8613800001111")
    two = a_customer(desk, "王伟", "+8613800002222")
    with pytest.raises(InputError) as several:
        get_customer(desk, "王伟")
    names = several.value.params["names"]
    assert short_id(one.id) in names
    assert short_id(two.id) in names
    assert "13800001111" not in names  # errors may be seen by anybody
    archive_customer(desk, two.id)
    assert get_customer(desk, "王伟").id == one.id


def test_one_vin_is_one_vehicle(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    with pytest.raises(InputError, match=car.vin):
        add_vehicle(desk, Vehicle("", car.vin, customer=owner.id))


CONFIRM = '[customers]\nconfirm_fields = ["name", "phones", "vin", "owner"]\n'


@pytest.fixture
def careful(tmp_path: Path) -> Desk:
    """A dealer where changes of key fields wait for the supervisor."""
    folder = tmp_path / "careful"
    folder.mkdir()
    return isolated_desk(folder, policy=CONFIRM)


def test_a_caller_s_change_of_the_name_waits_and_the_rest_does_not(careful: Desk) -> None:
    caller = _caller(careful)
    shown = a_customer(careful, "王小明")
    edited = edit_customer(caller, shown, attrs.evolve(shown, name="王晓明", address="吉州区1号"))
    assert (edited.customer.name, edited.customer.address) == ("王小明", "吉州区1号")
    (waiting,) = pending_proposals(careful)
    assert waiting == edited.proposals[0]
    assert (waiting.before, waiting.after, waiting.by) == ("王小明", "王晓明", "周岚")


def test_the_supervisor_accepts(careful: Desk) -> None:
    caller = _caller(careful)
    shown = a_customer(careful, "王小明")
    (waiting,) = edit_customer(caller, shown, attrs.evolve(shown, name="单晓明")).proposals
    with pytest.raises(NotAllowed, match="approve"):
        decide_proposal(caller, waiting.id, accept=True)
    decided = decide_proposal(careful, waiting.id, accept=True, note="身份证核对")
    assert (decided.state, decided.decided_by) == ("accepted", "王敏")
    after = find_customer(careful, shown.id)
    assert after.name == "单晓明"
    assert "shanxiaoming" in after.terms
    assert pending_proposals(careful) == []
    with pytest.raises(InputError, match="already"):
        decide_proposal(careful, waiting.id, accept=False)


def test_the_supervisor_refuses_and_the_old_value_stays(careful: Desk) -> None:
    caller = _caller(careful)
    shown = a_customer(careful, "王小明", "+8613800001234")
    new = attrs.evolve(shown, phones=(Phone("+8613900001234"),))
    (waiting,) = edit_customer(caller, shown, new).proposals
    decide_proposal(careful, waiting.id, accept=False)
    assert find_customer(careful, shown.id) == shown
    assert pending_proposals(careful) == []


def test_a_proposal_whose_ground_has_moved_is_not_applied(careful: Desk) -> None:
    caller = _caller(careful)
    shown = a_customer(careful, "王小明")
    (waiting,) = edit_customer(caller, shown, attrs.evolve(shown, name="王晓明")).proposals
    edit_customer(careful, shown, attrs.evolve(shown, name="王小鸣"))
    with pytest.raises(ConflictError):
        decide_proposal(careful, waiting.id, accept=True)
    assert find_customer(careful, shown.id).name == "王小鸣"
    assert pending_proposals(careful) == [waiting]


def test_the_same_change_is_proposed_once_and_supervisors_need_not_wait(careful: Desk) -> None:
    caller = _caller(careful)
    shown = a_customer(careful, "王小明")
    for _ in range(2):
        edit_customer(caller, shown, attrs.evolve(shown, name="王晓明"))
    assert len(pending_proposals(careful)) == 1
    assert edit_customer(careful, shown, attrs.evolve(shown, name="王小鸣")).proposals == ()


def test_vin_and_owner_wait_too(careful: Desk) -> None:
    caller = _caller(careful)
    owner, buyer = a_customer(careful, "王小明"), a_customer(careful, "李强")
    car = a_vehicle(careful, owner)
    (sale,) = change_owner(caller, car.id, buyer.id).proposals
    (typo,) = edit_vehicle(caller, car, attrs.evolve(car, vin=a_vin(77))).proposals
    assert find_vehicle(careful, car.id) == car
    decide_proposal(careful, sale.id, accept=True)
    decide_proposal(careful, typo.id, accept=True)
    after = find_vehicle(careful, car.id)
    assert (after.customer, after.vin) == (buyer.id, a_vin(77))
    assert get_customer(careful, a_vin(77)).id == buyer.id


def _caller(desk: Desk) -> Desk:
    add_operator(desk, "周岚", "caller")
    return open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
