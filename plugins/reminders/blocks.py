"""What the customer page tells of each car: its next service by every method, and other deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dcrc import Desk, Dossier, Vehicle, read_happened, t

from .deadlines import inspected, registered, warranty_end
from .policy import RemindersPolicy
from .reminding import NAME
from .service_due import ServiceDue, believed_rate, gone, last_anchor, service_due
from .statute import inspections, row_of


def service_lines(desk: Desk, customer_id: str) -> list[str]:
    """The lines of the block on the customer page."""
    dossier = read_happened(desk, customer_id)
    return [
        line
        for vehicle in dossier.vehicles
        if not vehicle.archived
        for line in _lines(desk, dossier, vehicle)
    ]


def vehicle_lines(desk: Desk, vehicle: Vehicle) -> list[str]:
    """The same of one car."""
    if not vehicle.customer:
        return []
    dossier = read_happened(desk, vehicle.customer)
    return list(_lines(desk, dossier, vehicle))


def _lines(desk: Desk, dossier: Dossier, vehicle: Vehicle) -> Iterator[str]:
    policy: RemindersPolicy = desk.policies.section(NAME)
    facts, today = desk.policies.section("facts"), desk.today()
    yield f"{vehicle.plate or vehicle.vin[-6:]} {vehicle.model}".strip()
    if gone(dossier, vehicle) is not None:
        yield "  " + t("the customer has sold the car")
        return
    rate = believed_rate(dossier, vehicle, policy, facts)
    anchor = last_anchor(dossier, vehicle, policy, facts)
    if anchor is not None:
        due = service_due(anchor, vehicle.model, rate, policy)
        yield "  " + standing(due, today, policy.regular_service.lead_days)
        for remark in due.remarks():
            yield "  - " + t(remark.text, **remark.params)
    else:
        yield "  " + t("nothing is known of the delivery or of a service")
    end = warranty_end(dossier, vehicle, rate, policy)
    if end is not None and end[0].due >= today:
        yield "  " + t("warranty until {day}", day=end[0].due.isoformat())
    since = registered(dossier, vehicle, policy)
    if since is not None:
        _, row = row_of(policy.inspection_rows, vehicle.usage, vehicle.model)
        spared = timedelta(policy.inspection.expires_after)
        ahead = next(
            (
                each
                for each in inspections(row, since[0])
                if each.due + spared >= today and inspected(dossier, vehicle, each, policy) is None
            ),
            None,
        )
        if ahead is not None and ahead.due >= today:
            yield "  " + t("inspection mark until {day}", day=ahead.due.isoformat())
        elif ahead is not None:
            day = ahead.due.isoformat()
            yield "  " + t("the inspection mark ended on {day}, no inspection is known", day=day)


def standing(due: ServiceDue, today: date, nearly: int) -> str:
    """Not due, nearly due (`nearly` days or less), or overdue by how much, as the operator says it."""
    days = (due.best.due - today).days
    day = due.best.due.isoformat()
    km = None
    if due.rate is not None and due.best.km is not None:
        km = due.rate.km_on(today) - due.best.km
    if days < 0 and km is not None and km > 0:
        text = t(
            "service overdue since {day}: {days} days, about {km} km", day=day, days=-days, km=km
        )
    elif days < 0:
        text = t("service overdue since {day}: {days} days", day=day, days=-days)
    elif days <= nearly:
        text = t("service nearly due: {day}", day=day)
    else:
        text = t("next service {day}, in {days} days", day=day, days=days)
    return text
