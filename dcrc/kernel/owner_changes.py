"""A car that changes hands, as the history of one of its owners tells it: which car, not who the other is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.i18n import t
from dcrc.store import Change, GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

OWNER = "customer"  # the field of a vehicle
_VIN_TAIL = 6


@attrs.frozen
class OwnersCar:
    """A car as the people of one page (a customer and those merged into him) know it.

    `his` says whether it is theirs now; `named` is its plate while it was theirs, and its model. A plate that
    it got later is the next owner's affair.
    """

    id: str
    his: bool
    named: str

    def changed_hands(self, people: Collection[str], was: Any, became: Any) -> str:
        """What a change of the owner is to `people`, in the current language; empty if it is not theirs."""
        if (was in people) == (became in people):
            return ""
        if became in people:
            return (
                t("{car} taken over from another person", car=self.named)
                if was
                else t("{car} is the customer's now", car=self.named)
            )
        if became:
            return t("{car} given on to another person", car=self.named)
        return t("{car} is the customer's no longer", car=self.named)


def car_as_known(desk: Desk, vehicle: str, people: Collection[str]) -> OwnersCar | None:
    """The car of that id as `people` know it; None if there is none."""
    document = desk.vehicles.get(doc_id=GlobalId(vehicle))
    if document is None:
        return None
    his = document.get(OWNER, "") in people
    plate = str(document.get("plate", ""))
    if not his:
        for change in _changes(desk, vehicle):
            was: Mapping[str, Any] = change.was or {}
            if "plate" in was or "plate" in (change.became or {}):
                plate = str(was.get("plate", ""))
            if was.get(OWNER) in people:
                break
    named = " ".join(filter(None, (plate, str(document.get("model", "")))))
    return OwnersCar(vehicle, his, named or str(document["vin"])[-_VIN_TAIL:])


def cars_known(desk: Desk, people: Collection[str]) -> list[OwnersCar]:
    """The cars that are `people`'s, and those that were as far as anything is known of them with these."""
    ids = dict.fromkeys(str(car.doc_id) for car in desk.vehicles.having(OWNER, people))
    for table in (desk.events, desk.tasks, desk.proposals):
        for document in table.having(OWNER, people):
            about = document.get("record") if document.get("table") == "vehicles" else None
            if vehicle := about or document.get("vehicle"):
                ids.setdefault(str(vehicle))
    found = (car_as_known(desk, each, people) for each in ids)
    return [each for each in found if each is not None]


def _changes(desk: Desk, vehicle: str) -> Iterator[Change]:
    return desk.db.journal.entries(table="vehicles", doc_id=GlobalId(vehicle), newest_first=True)
