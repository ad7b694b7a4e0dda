"""Proposals are accepted by the rules of any edit, whatever happened while they waited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from dcrc.errors import ConflictError, InputError
from dcrc.i18n import speaking, translate_error
from dcrc.kernel.calendar import add_task, record_attempt
from dcrc.kernel.customers import Phone, PhoneState, edit_customer, find_customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.merges import merge_customers
from dcrc.kernel.operators import add_operator
from dcrc.kernel.proposals import decide_proposal, pending_proposals
from dcrc.kernel.tasks import Result
from dcrc.kernel.vehicles import change_owner, edit_vehicle, find_vehicle
from dcrc.testing import a_customer, a_vehicle, a_vin, isolated_desk

CONFIRM = '[customers]\nconfirm_fields = ["name", "phones", "vin", "owner"]\n'
OLD, NEW, THIRD = "+8613800001111", "+8613800002222", "+8613800003333"


@pytest.fixture
def careful(tmp_path: Path) -> Iterator[Desk]:
    """The supervisor of a dealer where changes of key fields wait."""
    desk = isolated_desk(tmp_path, policy=CONFIRM)
    yield desk
    desk.close()


@pytest.fixture
def caller(careful: Desk) -> Iterator[Desk]:
    add_operator(careful, "周岚", "caller")
    desk = open_desk(careful.db.path, operator="周岚", clock=careful.clock, plugins=[])
    yield desk
    desk.close()


def test_a_second_number_told_in_a_call_is_accepted_and_the_first_stays_known_as_valid(
    careful: Desk, caller: Desk
) -> None:
    customer = a_customer(careful, phone=OLD)
    task = add_task(careful, customer, "x", careful.today())
    wanted = attrs.evolve(customer, phones=(Phone(NEW), Phone(OLD)))
    (proposal,) = edit_customer(caller, customer, wanted).proposals
    record_attempt(caller, task.id, Result.REACHED)
    decide_proposal(careful, proposal.id, accept=True)
    phones = find_customer(careful, customer.id).phones
    assert [phone.number for phone in phones] == [NEW, OLD]
    assert {phone.number: phone.state for phone in phones}[OLD] is PhoneState.VALID


def test_a_number_added_meanwhile_is_not_lost_by_accepting(careful: Desk, caller: Desk) -> None:
    customer = a_customer(careful, phone=OLD)
    wanted = attrs.evolve(customer, phones=(Phone(NEW),))
    (proposal,) = edit_customer(caller, customer, wanted).proposals
    edit_customer(careful, customer, attrs.evolve(customer, phones=(Phone(OLD), Phone(THIRD))))
    with pytest.raises(ConflictError):
        decide_proposal(careful, proposal.id, accept=True)
    assert [phone.number for phone in find_customer(careful, customer.id).phones] == [OLD, THIRD]


def test_a_ground_that_has_moved_is_told_in_words(careful: Desk, caller: Desk) -> None:
    seller, buyer, third = (a_customer(careful, name) for name in ("李强", "王一", "王二"))
    car = a_vehicle(careful, seller)
    (proposal,) = change_owner(caller, car.id, buyer.id).proposals
    change_owner(careful, car.id, third.id)
    with pytest.raises(ConflictError) as refused:
        decide_proposal(careful, proposal.id, accept=True)
    with speaking("zh"):
        assert "车主" in translate_error(refused.value)
    assert str(refused.value).startswith("customer was changed")


def test_accepting_never_puts_two_cars_under_one_vin(careful: Desk, caller: Desk) -> None:
    owner = a_customer(careful)
    cars = [a_vehicle(careful, owner, vin=a_vin(number)) for number in (1, 2)]
    first, second = (
        edit_vehicle(caller, car, attrs.evolve(car, vin=a_vin(7))).proposals[0] for car in cars
    )
    decide_proposal(careful, first.id, accept=True)
    with pytest.raises(InputError, match="registered already"):
        decide_proposal(careful, second.id, accept=True)
    assert [find_vehicle(careful, car.id).vin for car in cars] == [a_vin(7), a_vin(2)]
    assert pending_proposals(careful) == [second]


def test_a_change_of_who_was_merged_meanwhile_is_made_where_his_history_is(
    careful: Desk, caller: Desk
) -> None:
    keep, gone = a_customer(careful, "王晓明"), a_customer(careful, "王晓明")
    wanted = attrs.evolve(gone, name="王小明")
    (proposal,) = edit_customer(caller, gone, wanted).proposals
    merge_customers(careful, keep.id, gone.id)
    decide_proposal(careful, proposal.id, accept=True)
    assert find_customer(careful, keep.id).name == "王小明"
    assert find_customer(careful, gone.id).name == "王晓明"


def test_a_change_that_does_not_fit_who_took_the_history_over_is_refused(
    careful: Desk, caller: Desk
) -> None:
    keep, gone = a_customer(careful, "王一"), a_customer(careful, "王二")
    (proposal,) = edit_customer(caller, gone, attrs.evolve(gone, name="王三")).proposals
    merge_customers(careful, keep.id, gone.id)
    with pytest.raises(ConflictError):
        decide_proposal(careful, proposal.id, accept=True)
    assert [find_customer(careful, each.id).name for each in (keep, gone)] == ["王一", "王二"]


def test_a_car_sold_to_who_was_merged_meanwhile_goes_to_who_took_him_over(
    careful: Desk, caller: Desk
) -> None:
    seller, keep, gone = (a_customer(careful, name) for name in ("李强", "王一", "王二"))
    car = a_vehicle(careful, seller)
    (proposal,) = change_owner(caller, car.id, gone.id).proposals
    merge_customers(careful, keep.id, gone.id)
    decide_proposal(careful, proposal.id, accept=True)
    assert find_vehicle(careful, car.id).customer == keep.id
