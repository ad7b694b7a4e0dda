"""Which mileages are asked about: less than before, or more than can have been driven since."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dcrc.kernel.desk import Desk
from dcrc.kernel.events import Event
from dcrc.kernel.facts import FactsPolicy
from dcrc.kernel.mileage import doubt_of, known_readings, mileage_doubt, new_car_delivery
from dcrc.kernel.vehicles import Reading, Vehicle, find_vehicle, record_reading
from dcrc.testing import a_customer, a_vehicle, delivered, serviced

MARCH, NOVEMBER = date(2026, 3, 1), date(2026, 11, 21)
KNOWN = [Reading(date(2025, 11, 21), 0), Reading(MARCH, 12_000)]


@pytest.mark.parametrize(
    ("km", "on", "says"),
    [
        pytest.param(12_000, NOVEMBER, "", id="the car stood"),
        pytest.param(25_000, NOVEMBER, "", id="as usual"),
        pytest.param(13_000, MARCH, "", id="a trip on the same day"),
        pytest.param(11_999, NOVEMBER, "less", id="less than in March"),
        pytest.param(1_200, MARCH, "less", id="a digit too few"),
        pytest.param(120_000, NOVEMBER, "more on", id="a digit too many"),
        pytest.param(13_001, MARCH, "more on", id="further than one trip"),
        pytest.param(12_500, date(2026, 2, 1), "later", id="before March, more than in March"),
        pytest.param(500, date(2025, 1, 1), "later", id="before all that is known"),
    ],
)
def test_a_mileage_is_asked_about(km: int, on: date, says: str) -> None:
    doubt = doubt_of(Reading(on, km), KNOWN, FactsPolicy(most_km_per_day=400, trip_km=1000))
    words = {"less": "is less than", "more on": "km more than on", "later": "which is later"}
    assert (doubt is not None) == bool(says)
    assert doubt is None or words[says] in doubt.text


def test_how_much_is_too_much_is_the_dealer_s() -> None:
    reading = Reading(NOVEMBER, 25_000)
    assert doubt_of(reading, KNOWN, FactsPolicy(most_km_per_day=20, trip_km=0)) is not None


def test_visits_and_the_delivery_are_known_too(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk))
    assert mileage_doubt(desk, car.id, Reading(NOVEMBER, 90_000)) is None
    delivered(desk, car, date(2026, 10, 1))
    serviced(desk, car, date(2026, 11, 1), km=3000)
    serviced(desk, car, date(2026, 11, 2))
    record_reading(desk, car.id, Reading(date(2026, 10, 20), 2000, "call"))
    assert [each.km for each in known_readings(desk, car)] == [0, 3000]
    assert mileage_doubt(desk, car.id, Reading(NOVEMBER, 90_000)) is not None
    assert mileage_doubt(desk, car.id, Reading(NOVEMBER, 2900)) is not None


HANDED_OVER = date(2026, 11, 10)


def _a_used_car(desk: Desk, **fields: Any) -> Vehicle:
    car = a_vehicle(desk, a_customer(desk), **fields)
    delivered(desk, car, HANDED_OVER)
    return car


def test_a_car_registered_long_before_its_delivery_was_not_new_then(desk: Desk) -> None:
    car = _a_used_car(desk, first_registered=date(2018, 3, 1))
    assert mileage_doubt(desk, car.id, Reading(date(2026, 11, 20), 82_000)) is None


def test_a_car_that_had_been_driven_before_its_delivery_was_not_new_then(desk: Desk) -> None:
    car = _a_used_car(desk, readings=(Reading(date(2026, 11, 1), 82_000),))
    assert mileage_doubt(desk, car.id, Reading(date(2026, 11, 20), 82_500)) is None
    doubt = mileage_doubt(desk, car.id, Reading(date(2026, 11, 20), 8_250))
    assert doubt is not None
    assert doubt.params["known"] == 82_000


def test_of_a_new_car_that_came_on_its_own_wheels_zero_is_not_said_besides(desk: Desk) -> None:
    car = _a_used_car(desk, readings=(Reading(date(2026, 11, 1), 35),))
    assert [each.km for each in known_readings(desk, find_vehicle(desk, car.id))] == [35]
    assert mileage_doubt(desk, car.id, Reading(date(2026, 11, 20), 82_500)) is not None


DAY_BEFORE = date(2026, 11, 9)


@pytest.mark.parametrize(
    ("registered", "readings", "new"),
    [
        pytest.param(None, (), True, id="nothing is known"),
        pytest.param(date(2026, 9, 1), (), True, id="the dealer registered it himself"),
        pytest.param(date(2026, 12, 1), (), True, id="registered afterwards"),
        pytest.param(date(2026, 7, 1), (), False, id="registered long before"),
        pytest.param(None, (Reading(DAY_BEFORE, 900),), True, id="brought from another dealer"),
        pytest.param(None, (Reading(HANDED_OVER, 30_000),), False, id="driven by its delivery"),
        pytest.param(None, (Reading(NOVEMBER, 30_000),), True, id="driven since"),
    ],
)
def test_which_delivery_is_that_of_a_new_car(
    registered: date | None, readings: tuple[Reading, ...], new: bool
) -> None:
    car = Vehicle("C", "", first_registered=registered, readings=readings)
    first = Event("1", "delivered", "A", HANDED_OVER, vehicle="C")
    later = Event("2", "delivered", "B", NOVEMBER, vehicle="C")
    of_another = Event("3", "delivered", "B", date(2020, 1, 1), vehicle="D")
    found = new_car_delivery(car, [later, of_another, first], FactsPolicy())
    assert found == (first if new else None)


def test_a_visit_before_the_delivery_tells_of_a_used_car_too() -> None:
    visit = Event("1", "serviced", "A", date(2026, 5, 1), vehicle="C", data={"km": 60_000})
    delivery = Event("2", "delivered", "B", HANDED_OVER, vehicle="C")
    assert new_car_delivery(Vehicle("C", ""), [visit, delivery], FactsPolicy()) is None


def test_a_slip_on_the_day_of_delivery_makes_no_new_car_a_used_one(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk, "王小明"))
    delivered(desk, car, MARCH)
    serviced(desk, car, MARCH, km=12_345)
    readings = known_readings(desk, find_vehicle(desk, car.id))
    assert (MARCH, 0) in [(each.on, each.km) for each in readings]
