"""Which mileages are asked about: less than before, or more than can have been driven since."""

from __future__ import annotations

from datetime import date

import pytest

from dcrc.kernel.desk import Desk
from dcrc.kernel.facts import FactsPolicy
from dcrc.kernel.mileage import doubt_of, known_readings, mileage_doubt
from dcrc.kernel.vehicles import Reading, record_reading
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
