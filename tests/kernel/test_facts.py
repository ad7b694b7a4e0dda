"""What has happened lies in the past: operations refuse the future, plans do not count with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import attrs
import pytest

from dcrc.errors import InputError
from dcrc.i18n import speaking
from dcrc.kernel.agenda import tasks
from dcrc.kernel.customers import add_customer, edit_customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.events import Event, events_of, record_event
from dcrc.kernel.explain import explain_customer
from dcrc.kernel.facts import is_ahead
from dcrc.kernel.forms import Field, FieldKind, Form, check_answers
from dcrc.kernel.happened import read_happened
from dcrc.kernel.planning import plan
from dcrc.kernel.vehicles import Reading, Vehicle, add_vehicle, edit_vehicle, record_reading
from dcrc.testing import (
    a_customer,
    a_vehicle,
    a_vin,
    delivered,
    isolated_desk,
    open_tasks,
    serviced,
)
from dcrc.wording import Wording
from plugins import reminders

TODAY = date(2026, 11, 21)
FAR = date(2062, 3, 5)


@pytest.mark.parametrize("kind", ["delivered", "serviced"])
def test_a_fact_that_is_still_to_come_is_refused(desk: Desk, kind: str) -> None:
    owner = a_customer(desk)
    with pytest.raises(InputError, match="2062-03-05") as refused:
        record_event(desk, Event("", kind, owner.id, FAR, key="K1"))
    assert refused.value.params["field"] == "on"
    assert events_of(desk, owner.id) == []
    record_event(desk, Event("", kind, owner.id, TODAY, key="K1"))
    with pytest.raises(InputError, match="2062-03-05"):
        record_event(desk, Event("", kind, owner.id, FAR, key="K1"))


def test_a_policy_may_begin_next_month(desk: Desk) -> None:
    owner = a_customer(desk)
    insured = record_event(desk, Event("", "insured", owner.id, date(2026, 12, 15), key="P1"))
    assert insured.on == date(2026, 12, 15)


def test_nobody_reads_an_odometer_in_the_future(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk))
    with pytest.raises(InputError, match="2062"):
        record_reading(desk, car.id, Reading(FAR, 12_000))
    with pytest.raises(InputError, match="2062"):
        edit_vehicle(desk, car, attrs.evolve(car, readings=(Reading(FAR, 12_000),)))
    with pytest.raises(InputError, match="2062"):
        add_vehicle(desk, Vehicle("", a_vin(7), readings=(Reading(FAR, 12_000),)))


def test_nobody_is_born_nor_a_car_registered_in_the_future(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    for field in ("birthday", "founded"):
        with pytest.raises(InputError) as refused:
            edit_customer(desk, owner, attrs.evolve(owner, **{field: FAR}))
        assert refused.value.params["field"] == field
        with pytest.raises(InputError):
            add_customer(desk, attrs.evolve(owner, id="", **{field: FAR}))
    with pytest.raises(InputError) as refused:
        edit_vehicle(desk, car, attrs.evolve(car, first_registered=FAR))
    assert refused.value.params["field"] == "first_registered"


def test_a_wrong_day_of_long_ago_does_not_hinder_another_edit(desk: Desk) -> None:
    owner = a_customer(desk)
    with desk.operation("as it once was", "customers.edit"):
        desk.edit(desk.customers, owner, attrs.evolve(owner, birthday=FAR))
    shown = find_customer(desk, owner.id)
    edit_customer(desk, shown, attrs.evolve(shown, address="学院街2号"))
    assert find_customer(desk, owner.id).address == "学院街2号"


@pytest.fixture
def reminding(tmp_path: Path) -> Iterator[Desk]:
    opened = isolated_desk(tmp_path, plugins=[reminders], today=TODAY)
    yield opened
    opened.close()


def _as_it_once_was_taken(desk: Desk, car: Vehicle, on: date) -> Event:
    """A visit stored before days to come were refused."""
    with desk.operation("import", "import"):
        return desk.insert(
            desk.events,
            Event("", "serviced", car.customer, on, vehicle=car.id, key=f"RO{on}", data={"km": 90}),
        )


def test_a_stored_visit_of_2062_silences_no_reminder(reminding: Desk) -> None:
    desk = reminding
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2025, 11, 1))
    serviced(desk, car, date(2026, 5, 28), work="保养", km=5000)
    before = open_tasks(desk, owner)
    assert [task.rule for task in before] == ["reminders.regular_service"]
    _as_it_once_was_taken(desk, car, FAR)
    assert open_tasks(desk, owner) == before
    facts = [line for each in explain_customer(desk, owner.id) for line in each.facts]
    assert facts
    assert "2062" not in str(facts)
    assert [event.on for event in read_happened(desk, owner.id).events] == [
        date(2025, 11, 1), date(2026, 5, 28),
    ]  # fmt: skip


def test_when_its_day_comes_a_fact_counts_without_being_told_again(reminding: Desk) -> None:
    desk = reminding
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 21))
    (first,) = open_tasks(desk, owner)
    _as_it_once_was_taken(desk, car, date(2026, 12, 5))
    assert open_tasks(desk, owner) == [first]
    for days, silenced in ((11, False), (12, True)):  # two days ahead are believed
        desk.clock.set(TODAY + timedelta(days=days))  # type: ignore[attr-defined]
        plan(desk)
        rules = {task.rule for task in tasks(desk, state="open", customer=owner.id)}
        assert ("reminders.first_service" not in rules) is silenced


def test_a_reading_and_a_registration_to_come_are_left_out_too(reminding: Desk) -> None:
    desk = reminding
    car = a_vehicle(desk, a_customer(desk))
    record_reading(desk, car.id, Reading(date(2026, 11, 1), 900))
    with desk.operation("as it once was", "customers.edit"):
        stored = desk.get(desk.vehicles, Vehicle, car.id)
        wrong = attrs.evolve(
            stored, readings=(*stored.readings, Reading(FAR, 90_000)), first_registered=FAR
        )
        desk.edit(desk.vehicles, stored, wrong)
    (seen,) = read_happened(desk, car.customer).vehicles
    assert [reading.km for reading in seen.readings] == [900]
    assert seen.first_registered is None


@pytest.mark.parametrize("day", [date(2026, 11, 23), "2026-11-23"])
def test_a_day_is_ahead_after_the_latest(day: date | str) -> None:
    assert is_ahead(day, date(2026, 11, 22))
    assert not is_ahead(day, date(2026, 11, 23))
    assert not is_ahead(None, date.min)


def test_a_form_says_it_in_the_same_words() -> None:
    asked = Field("when", Wording("日期", "Day"), FieldKind.DATE, past=True)
    form = Form("f", 1, Wording("记录", "Record"), (asked,))
    with pytest.raises(InputError) as refused, speaking("en"):
        check_answers(form, {"when": "2062-11-23"}, date(2026, 11, 22))
    assert refused.value.params["problems"] == (
        "Day (when) – 2062-11-23 is still to come: what has happened cannot lie in the future"
    )
