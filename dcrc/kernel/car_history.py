"""A car's history under whoever had it: what its next owner's rules and page may know of the time before.

A fact belongs to the customer to whom it happened, and stays with him when his car is sold on. Kinds of facts
that are also the car's say which of their data go on with it (`EventKind.of_car`); of whom they are told, and
all else that they say, does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import attrs
from tinydb import where

from dcrc.kernel.events import Event, event_kinds
from dcrc.kernel.operators import Permission
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.vehicles import Vehicle

_AT_ONCE = 400  # cars of one question


def inherited(
    desk: Desk, vehicles: Iterable[Vehicle], told: Iterable[Event]
) -> dict[str, list[Event]]:
    """By present owner: the facts of his cars that are another's, as facts of the car alone.

    `told` are all facts of the owners of `vehicles`; only those of others are looked for.
    """
    owners = {vehicle.id: vehicle.customer for vehicle in vehicles}
    if not owners:
        return {}
    known = set(owners.values())
    others = [each for each in told if owners.get(each.vehicle, each.customer) != each.customer]
    others += _of_others(desk, owners, known)
    found: dict[str, list[Event]] = {}
    for event in _of_the_car(desk, others):
        found.setdefault(owners[event.vehicle], []).append(event)
    return found


def car_history(desk: Desk, vehicle: Vehicle) -> list[Event]:
    """What happened to a car, oldest first; what its present owner was not told of names nobody."""
    desk.require(Permission.CUSTOMERS_VIEW)
    facts = [
        desk.read(Event, document)
        for document in desk.events.search(where("vehicle") == vehicle.id)
    ]
    own = [event for event in facts if event.customer == vehicle.customer]
    before = [event for event in facts if event.customer != vehicle.customer]
    return sorted([*own, *_of_the_car(desk, before)], key=lambda event: (event.on, event.id))


def owners_of(desk: Desk, vehicles: Iterable[str]) -> set[str]:
    """The present owners of vehicles, of those that there are."""
    wanted = iter(vehicles)
    found: set[str] = set()
    while some := [GlobalId(each) for each in islice(wanted, _AT_ONCE)]:
        found.update(car.get("customer", "") for car in desk.vehicles.get_many(some).values())
    return found - {""}


def declared(desk: Desk) -> list[str]:
    """What goes on with a car by the kinds of facts that are declared: a plan is made by it."""
    kinds = event_kinds(desk).values()
    return sorted(f"{kind.name}:{kind.of_car}" for kind in kinds if kind.of_car is not None)


def _of_others(desk: Desk, owners: Mapping[str, str], known: set[str]) -> Iterator[Event]:
    """Facts of the cars that belong to nobody who is `known`: read only where there are some."""
    theirs = where("customer").one_of(sorted(known))
    cars = iter(owners)
    while some := list(islice(cars, _AT_ONCE)):
        for document in desk.events.search(where("vehicle").one_of(some) & ~theirs):
            yield desk.read(Event, document)


def _of_the_car(desk: Desk, events: Iterable[Event]) -> Iterator[Event]:
    """Those of `events` whose kind is also the car's, without anything that is their customer's."""
    events = list(events)
    kinds = event_kinds(desk) if events else {}
    for event in events:
        kind = kinds.get(event.kind)
        if kind is not None and kind.of_car is not None:
            data = {name: event.data[name] for name in kind.of_car if name in event.data}
            yield attrs.evolve(event, customer="", data=data)
