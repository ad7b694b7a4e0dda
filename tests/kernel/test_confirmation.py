"""New-owner confirmation: right, corrected, unusable, and how right a month's data were."""

from __future__ import annotations

from datetime import date

import pytest

from dcrc.errors import InputError
from dcrc.kernel.confirmation import confirm_owner
from dcrc.kernel.customers import Customer, Phone, PhoneState, add_customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.events import events_of
from dcrc.kernel.figures import compute_figure
from dcrc.kernel.history import timeline
from dcrc.kernel.undoing import undo
from dcrc.testing import a_customer, a_vehicle


def test_corrections_are_written_and_an_unusable_phone_is_marked(desk: Desk) -> None:
    owner = a_customer(desk, "王小明", "+8613800001111", entered_by="sales")
    car = a_vehicle(desk, owner)
    said = {"name": "corrected", "phone": "unusable", "address": "right", "vin": "right"}
    event = confirm_owner(desk, owner.id, car.id, said, {"name": "王晓明"})
    after = find_customer(desk, owner.id)
    assert (after.name, after.phones[0].state) == ("王晓明", PhoneState.WRONG)
    assert (event.kind, event.data["verdict"]) == ("owner_confirmed", "unusable")
    undo(desk)
    assert find_customer(desk, owner.id) == owner
    assert events_of(desk, owner.id) == []


def test_a_corrected_number_takes_the_place_of_the_wrong_one(desk: Desk) -> None:
    phones = (Phone("+8613800001111"), Phone("+867968266666", "landline"))
    owner = add_customer(desk, Customer("", "王小明", phones=phones))
    car = a_vehicle(desk, owner)
    confirm_owner(desk, owner.id, car.id, {"phone": "corrected"}, {"phone": "139 0000 2222"})
    after = find_customer(desk, owner.id)
    assert [phone.number for phone in after.phones] == ["+8613900002222", "+867968266666"]
    assert after.phones[0].state is PhoneState.VALID
    (edit,) = timeline(desk, owner.id, kinds={"edit"})
    assert edit.detail.startswith("13800001111、0796-8266666 → 13900002222 有效、0796-8266666")
    (said,) = timeline(desk, owner.id, kinds={"owner_confirmed"})
    assert "电话 已更正" in said.detail


def test_confirming_again_replaces_the_verdict(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    for verdict in ("unusable", "right"):
        confirm_owner(desk, owner.id, car.id, {"address": verdict})
    (event,) = events_of(desk, owner.id)
    assert event.data["verdict"] == "right"


@pytest.mark.parametrize(
    ("said", "corrections", "named"),
    [
        ({}, {}, "name"),
        ({"hobby": "right"}, {}, "hobby"),
        ({"name": "fine"}, {}, "fine"),
        ({"name": "corrected"}, {}, "name"),
        ({"phone": "corrected"}, {"phone": "123456"}, "phone"),
        ({"name": "right"}, {"address": "吉州区1号"}, "address"),
        ({"name": "right"}, {"name": "王晓明"}, "name"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_written(
    desk: Desk, said: dict[str, str], corrections: dict[str, str], named: str
) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    head = desk.db.head()
    with pytest.raises(InputError, match=named):
        confirm_owner(desk, owner.id, car.id, said, corrections)
    assert desk.db.head() == head


def test_the_accuracy_of_a_month_is_a_figure(desk: Desk) -> None:
    for department, said in (("sales", "right"), ("sales", "right"), ("service", "unusable")):
        owner = a_customer(desk, entered_by=department)
        confirm_owner(desk, owner.id, a_vehicle(desk, owner).id, {"name": "right", "phone": said})
    rows = compute_figure(desk, "contact_data.accuracy", date(2026, 11, 30))
    assert [(row.label, row.value, row.base) for row in rows] == [
        ("合计", 66.7, 3),
        ("sales", 100.0, 2),
        ("service", 0.0, 1),
    ]
    assert set(rows[0].cases) == {str(event.doc_id) for event in desk.events}
    fields = compute_figure(desk, "contact_data.accuracy_by_field", date(2026, 11, 1))
    assert [(row.label, row.value, row.base) for row in fields] == [
        ("姓名", 100.0, 3),
        ("电话", 66.7, 3),
    ]
    assert compute_figure(desk, "contact_data.accuracy", date(2026, 10, 1)) == []
    assert compute_figure(desk, "contact_data.accuracy_by_field", date(2026, 10, 1)) == []
