"""Vehicles: readings, and the key codes that few may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import attrs
import pytest

from dcrc.errors import InputError, NotAllowed
from dcrc.kernel.desk import Desk
from dcrc.kernel.history import timeline
from dcrc.kernel.operations_log import changes_of, operations_log
from dcrc.kernel.search import search_customers
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import (
    HIDDEN,
    Reading,
    edit_vehicle,
    find_vehicle,
    get_vehicle,
    record_reading,
    reveal_codes,
    vehicles_of,
)
from dcrc.testing import a_customer, a_vehicle

Seat = Callable[..., Desk]


def test_readings_are_kept_by_day_each_once(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk))
    later, earlier = Reading(date(2026, 11, 20), 9000), Reading(date(2026, 5, 1), 5000)
    record_reading(desk, car.id, later)
    record_reading(desk, car.id, earlier)
    assert record_reading(desk, car.id, earlier).readings == (earlier, later)
    with pytest.raises(InputError, match="-5"):
        record_reading(desk, car.id, Reading(date(2026, 11, 20), -5))


def test_codes_are_hidden_wherever_a_vehicle_is_shown(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner, key_code="K-4711", audio_code="A-0815")
    assert (car.key_code, car.audio_code) == (HIDDEN, HIDDEN)
    shown = [
        find_vehicle(desk, car.id),
        get_vehicle(desk, car.vin),
        *vehicles_of(desk, owner.id),
        *search_customers(desk, car.vin)[0].vehicles,
        record_reading(desk, car.id, Reading(date(2026, 11, 20), 10)),
        timeline(desk, owner.id),
        operations_log(desk),
        [change for line in operations_log(desk) for change in changes_of(desk, line.number)],
    ]
    assert "4711" not in str(shown)
    assert "0815" not in str(shown)


def test_codes_are_revealed_to_allowed_roles_and_every_look_is_known(
    desk: Desk, seat: Seat
) -> None:
    car = a_vehicle(desk, a_customer(desk), key_code="K-4711")
    caller = seat("周岚", "caller")
    with pytest.raises(NotAllowed, match=r"secrets\.view"):
        reveal_codes(caller, car.id)
    assert desk.looks.count() == 0
    assert reveal_codes(desk, car.id) == ("K-4711", "")
    assert reveal_codes(desk, car.id) == ("K-4711", "")
    looks = [line for line in operations_log(desk) if line.name == "reveal codes"]
    assert [line.operator for line in looks] == ["王敏", "王敏"]
    assert {(look["ref"], look["operator"]) for look in desk.looks.all()} == {(car.id, "王敏")}


def test_a_look_cannot_be_undone(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk), key_code="K-4711")
    reveal_codes(desk, car.id)
    (look, *_) = operations_log(desk)
    with pytest.raises(Exception, match="reveal codes"):
        undo(desk, look.number)
    undo(desk)  # takes back what was done before the look
    assert desk.vehicles.count() == 0
    assert desk.looks.count() == 1


def test_editing_a_vehicle_leaves_hidden_codes_as_they_are(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk), key_code="K-4711")
    edit_vehicle(desk, car, attrs.evolve(car, colour="珍珠白"))
    assert reveal_codes(desk, car.id)[0] == "K-4711"
    shown = find_vehicle(desk, car.id)
    edit_vehicle(desk, shown, attrs.evolve(shown, key_code="K-0001"))
    assert reveal_codes(desk, car.id)[0] == "K-0001"


def test_a_vehicle_is_meant_by_plate_vin_or_its_end(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk), plate="赣D12345")
    for ref in (car.id, car.vin, car.vin[-6:], "赣D·12345", "d12345", "12345"):
        assert get_vehicle(desk, ref).id == car.id, ref
    a_vehicle(desk, a_customer(desk), plate="赣E12345")
    with pytest.raises(InputError, match="赣E12345"):
        get_vehicle(desk, "12345")
