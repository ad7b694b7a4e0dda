"""A mileage against what is known of the car: less than before, or more than it can have been driven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from tinydb import where

from dcrc.kernel.events import Event
from dcrc.kernel.facts import FactsPolicy
from dcrc.kernel.planner import Remark
from dcrc.kernel.vehicles import Reading, Vehicle

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


def mileage_doubt(desk: Desk, vehicle_id: str, reading: Reading) -> Remark | None:
    """What is said against a reading that is about to be noted; the known one may be the wrong one."""
    car = desk.get(desk.vehicles, Vehicle, vehicle_id)
    return doubt_of(reading, known_readings(desk, car), desk.policies.section("facts"))


def known_readings(desk: Desk, vehicle: Vehicle) -> list[Reading]:
    """What is known of a car's odometer, oldest first: its readings, its visits, and zero when it was new."""
    told = [desk.read(Event, each) for each in desk.events.search(where("vehicle") == vehicle.id)]
    found = {*vehicle.readings, *_readings(told)}
    new = new_car_delivery(vehicle, told, desk.policies.section("facts"))
    if new is not None and all(each.on >= new.on for each in found):
        found.add(Reading(new.on, 0, new.kind))
    return sorted(found, key=lambda each: (each.on, each.km))


def new_car_delivery(vehicle: Vehicle, told: Iterable[Event], policy: FactsPolicy) -> Event | None:
    """The delivery by which a car came new to its first owner, of all facts `told` of it, whoever had it.

    None if none is known: a car that was registered long before the first delivery that is told, or had been
    driven further than one long trip by then, was used already.
    """
    facts = [event for event in told if event.vehicle == vehicle.id]
    deliveries = (event for event in facts if event.kind == "delivered")
    first = min(deliveries, key=lambda event: (event.on, event.id), default=None)
    if first is None:
        return None
    registered = vehicle.first_registered
    if registered is not None and (first.on - registered).days > policy.new_car_days:
        return None
    # a visit on the very day came after it
    visits = (each for each in _readings(facts) if each.on < first.on)
    noted = (each for each in vehicle.readings if each.on <= first.on)
    driven = (each.km for each in chain(noted, visits))
    return first if max(driven, default=0) <= policy.trip_km else None


def _readings(events: Iterable[Event]) -> Iterator[Reading]:
    return (each for event in events if (each := _reading(event)) is not None)


def _reading(event: Event) -> Reading | None:
    km = event.data.get("km")
    return Reading(event.on, int(km), event.kind) if isinstance(km, (int, float)) else None


def doubt_of(reading: Reading, known: Iterable[Reading], policy: FactsPolicy) -> Remark | None:
    """What the readings `known`, oldest first, say against `reading`."""
    before = after = None
    for each in known:
        if each.on <= reading.on:
            before = each
        elif after is None:
            after = each
    if before is not None and reading.km < before.km:
        return Remark(
            "{km} km is less than the {known} km of {day}: one of the two is wrong",
            {"km": reading.km, "known": before.km, "day": before.on.isoformat()},
        )
    if before is not None:
        more, days = reading.km - before.km, (reading.on - before.on).days
        if more > policy.most_km_per_day * days + policy.trip_km:
            return Remark(
                "{km} km is {more} km more than on {day}, {days} days before: one of the two may be wrong",
                {"km": reading.km, "more": more, "day": before.on.isoformat(), "days": days},
            )
    if after is not None and reading.km > after.km:
        return Remark(
            "{km} km is more than the {known} km of {day}, which is later: one of the two is wrong",
            {"km": reading.km, "known": after.km, "day": after.on.isoformat()},
        )
    return None
