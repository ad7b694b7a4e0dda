"""A car that changes hands, as the history of one of its owners tells it: which car, not who the other is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.i18n import t
from dcrc.store import Change, GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

OWNER = "customer"  # the field of a vehicle
_VIN_TAIL = 6

Car = Mapping[str, Any]  # a vehicle's document


@attrs.frozen
class CarChange:
    """One change of a car, with the whole car as it was before and after."""

    change: Change
    before: Car
    after: Car

    def while_his(self, people: Collection[str]) -> bool:
        """Whether it was `people`'s before and after; what it was else is another owner's affair."""
        return self.before.get(OWNER) in people and self.after.get(OWNER) in people

    def changed_hands(self, people: Collection[str]) -> str:
        """What the change of the owner is to `people`, in the current language; empty if it is not theirs.

        The car bears the plate that it had with them at that change.
        """
        was, became = self.before.get(OWNER), self.after.get(OWNER)
        named = _named(self.after if became in people else self.before)
        return changed_hands(named, people, was, became)


def changed_hands(named: str, people: Collection[str], was: Any, became: Any) -> str:
    """What a change of a car's owner is to `people` (a customer and those merged into him)."""
    if (was in people) == (became in people):
        return ""
    if became in people:
        return (
            t("{car} taken over from another person", car=named)
            if was
            else t("{car} is the customer's now", car=named)
        )
    if became:
        return t("{car} given on to another person", car=named)
    return t("{car} is the customer's no longer", car=named)


def changes_of_car(desk: Desk, vehicle: str) -> Iterator[CarChange]:
    """Every change of a car since it is known, newest first."""
    after: Car = dict(desk.vehicles.get(doc_id=GlobalId(vehicle)) or {})
    found = desk.db.journal.entries(table="vehicles", doc_id=GlobalId(vehicle), newest_first=True)
    for change in found:
        before = _before(change, after)
        yield CarChange(change, before, after)
        after = before


def _before(change: Change, after: Car) -> Car:
    was, became = change.was or {}, change.became or {}
    return {name: value for name, value in after.items() if name not in became} | dict(was)


def car_named(desk: Desk, vehicle: str, people: Collection[str], at: datetime) -> str:
    """A car as `people` knew it `at` a time, or when they had it last before: by its plate then, and model.

    Without a plate of theirs by its model; empty if there is no such car.
    """
    car = desk.vehicles.get(doc_id=GlobalId(vehicle))
    if car is None:
        return ""
    for each in changes_of_car(desk, vehicle):
        if each.after.get(OWNER) in people and each.change.at <= at:
            return _named(each.after)
    return _named({**car, "plate": ""})


def cars_known(desk: Desk, people: Collection[str]) -> list[str]:
    """The cars that are `people`'s, and those that were as far as anything is known of them with these."""
    ids = dict.fromkeys(str(car.doc_id) for car in desk.vehicles.having(OWNER, people))
    for table in (desk.events, desk.tasks, desk.proposals):
        for document in table.having(OWNER, people):
            about = document.get("record") if document.get("table") == "vehicles" else None
            if vehicle := about or document.get("vehicle"):
                ids.setdefault(str(vehicle))
    there = desk.vehicles.get_many(map(GlobalId, ids))
    return [each for each in ids if GlobalId(each) in there]


def _named(car: Car) -> str:
    named = " ".join(filter(None, (str(car.get("plate", "")), str(car.get("model", "")))))
    return named or str(car.get("vin", ""))[-_VIN_TAIL:]
