"""What has happened so far: a fact of a day that is still to come is none yet for who plans from it.

Such facts are refused now; they come from earlier days, or from a clock that was ahead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import TYPE_CHECKING

import attrs

from dcrc.kernel.dossiers import read_dossier
from dcrc.kernel.events import event_kinds
from dcrc.kernel.facts import latest_day

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.planner import Dossier
    from dcrc.kernel.vehicles import Vehicle


def kinds_ahead(desk: Desk) -> frozenset[str]:
    """The kinds of facts whose day may be still to come."""
    return frozenset([name for name, kind in event_kinds(desk).items() if kind.ahead])


def read_happened(desk: Desk, customer_id: str) -> Dossier:
    """The customer's dossier with what can have happened alone; raises NotFound."""
    return so_far(read_dossier(desk, customer_id), latest_day(desk), kinds_ahead(desk))


def so_far(dossier: Dossier, latest: date, ahead: Collection[str]) -> Dossier:
    """`dossier` without the facts, readings and registrations that are dated after `latest`.

    Facts of the kinds `ahead` stay. Nearly every dossier comes back as it is.
    """
    if next(_to_come(dossier, latest, ahead), None) is None:
        return dossier
    return attrs.evolve(
        dossier,
        events=tuple(each for each in dossier.events if each.on <= latest or each.kind in ahead),
        inherited=tuple(
            each for each in dossier.inherited if each.on <= latest or each.kind in ahead
        ),
        vehicles=tuple(_vehicle_so_far(each, latest) for each in dossier.vehicles),
    )


def first_to_come(dossier: Dossier, latest: date, ahead: Collection[str]) -> date | None:
    """The first day of what `so_far` leaves out; None if it leaves out nothing."""
    return min(_to_come(dossier, latest, ahead), default=None)


def _to_come(dossier: Dossier, latest: date, ahead: Collection[str]) -> Iterator[date]:
    for event in reversed(dossier.history):  # the latest first
        if event.on <= latest:
            break
        if event.kind not in ahead:
            yield event.on
    for vehicle in dossier.vehicles:
        for reading in reversed(vehicle.readings):
            if reading.on <= latest:
                break
            yield reading.on
        if vehicle.first_registered is not None and vehicle.first_registered > latest:
            yield vehicle.first_registered


def _vehicle_so_far(vehicle: Vehicle, latest: date) -> Vehicle:
    registered = vehicle.first_registered
    return attrs.evolve(
        vehicle,
        readings=tuple(each for each in vehicle.readings if each.on <= latest),
        first_registered=None if registered is not None and registered > latest else registered,
    )
