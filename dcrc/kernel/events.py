"""Events: dated facts that plans and histories are made of; kinds are declared, most by plugins."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

from dcrc.errors import InputError, UsageError
from dcrc.kernel.customers import find_customer
from dcrc.kernel.documents import to_document
from dcrc.kernel.facts import refuse_ahead
from dcrc.kernel.operators import Permission
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@attrs.frozen
class EventKind:
    """A kind of fact. `fields` names what `Event.data` may hold, each with its wording.

    `ahead`: its day may be still to come, as that of a policy which begins next month. All other facts have
    happened.
    `of_car` names those of them that go on with the car when it is sold on; None: the fact is its customer's
    own, and the next owner's rules never see it.
    `codes` words the codes that a field of `data` may hold; `asked_in` names the question (`form.field`)
    whose options do. `money` names the fields that are amounts, in fen.
    """

    name: str
    title: Wording
    fields: dict[str, Wording] = attrs.field(factory=dict)
    ahead: bool = False
    of_car: tuple[str, ...] | None = None
    codes: dict[str, dict[str, Wording]] = attrs.field(factory=dict)
    asked_in: dict[str, str] = attrs.field(factory=dict)
    money: tuple[str, ...] = ()


@attrs.frozen
class Event:
    """Something that happened to a customer or his car on a day.

    `key` is the fact's natural name within its kind (a VIN for a delivery, a repair order's number), so that
    the same fact told twice is one fact. Money in `data` is fen.
    """

    id: str
    kind: str
    customer: str
    on: date
    vehicle: str = ""
    at: datetime | None = None
    key: str = ""
    data: dict[str, Any] = attrs.field(factory=dict)
    source: str = "desk"


DELIVERED = EventKind(
    "delivered",
    Wording("交车", "Delivered"),
    {
        "price": Wording("成交价", "Price"),
        "consultant": Wording("销售顾问", "Sales consultant"),
        "model": Wording("车型", "Model"),
        "ordered": Wording("订车日期", "Order date"),
        "invoiced": Wording("开票日期", "Invoice date"),
        "loan": Wording("贷款", "Loan"),
        "discount": Wording("优惠", "Discount"),
        "accessories": Wording("精品", "Accessories"),
        "note": Wording("备注", "Note"),
        "extra": Wording("其他列", "Other columns"),
    },
    of_car=("model",),
    money=("price", "discount"),
)
SERVICED = EventKind(
    "serviced",
    Wording("维修出厂", "Serviced"),
    {
        "order": Wording("工单号", "Repair order"),
        "work": Wording("维修类型", "Kind of work"),
        "sheet": Wording("工种", "Workshop"),  # mechanical or body_and_paint
        "advisor": Wording("服务顾问", "Service advisor"),
        "amount": Wording("金额", "Amount"),
        "km": Wording("进厂里程", "Mileage"),
        "came_in": Wording("进厂时间", "Came in"),
        "sent_by": Wording("送修人", "Brought by"),
        "sent_phone": Wording("送修人电话", "Bringer's phone"),
        "next_km": Wording("下次保养里程", "Next service mileage"),
        "next_on": Wording("下次保养日期", "Next service date"),
        "note": Wording("备注", "Note"),
        "extra": Wording("其他列", "Other columns"),
    },
    of_car=("order", "work", "sheet", "advisor", "km", "came_in", "next_km", "next_on"),
    money=("amount",),
)
INSURED = EventKind(
    "insured",
    Wording("投保", "Insured"),
    {
        "insurer": Wording("保险公司", "Insurer"),
        "policy": Wording("保单号", "Policy number"),
        "insured": Wording("被保险人", "Insured person"),
        "expires": Wording("到期日期", "Expiry"),
        "premium": Wording("保费", "Premium"),
        "cover": Wording("险种", "Cover"),
        "sent_by": Wording("经办人", "Brought by"),
        "note": Wording("备注", "Note"),
        "extra": Wording("其他列", "Other columns"),
    },
    ahead=True,
    money=("premium",),
)

TRADE_EVENTS = (DELIVERED, SERVICED, INSURED)
OWNER_CONFIRMED = EventKind(
    "owner_confirmed",
    Wording("新车主确认", "New owner confirmed"),
    {
        "verdict": Wording("结论", "Verdict"),  # right, corrected or unusable: the worst of all
        "verdicts": Wording("逐项结论", "Verdict of each field"),
        "corrections": Wording("更正项", "What was corrected"),
        "entered_by": Wording("录入部门", "Department that entered the data"),
    },
)

KERNEL_EVENTS = (*TRADE_EVENTS, OWNER_CONFIRMED)


def event_kinds(desk: Desk) -> dict[str, EventKind]:
    """Every kind of fact that is declared, by name: the kernel's and the plugins'."""
    kinds = {kind.name: kind for kind in desk.plugins.event_kinds()}
    return {**kinds, **{kind.name: kind for kind in KERNEL_EVENTS}}


def record_event(desk: Desk, event: Event) -> Event:
    """Note a fact (`id` empty). One of the same kind and key is the same fact, told again: it is edited.

    What the new telling does not speak of (fields of `data`, the car, the time of day) stays as it was known.
    Raises InputError for a kind nobody declared, an unknown field of `data`, an unknown customer, and for a
    day that is still to come unless the kind may lie `ahead`.
    """
    kind = event_kinds(desk).get(event.kind)
    if kind is None:
        raise UsageError(
            "Nobody has declared the kind of event {kind}; known are: {names}.",
            kind=event.kind,
            names=", ".join(sorted(event_kinds(desk))),
        )
    unknown = sorted(set(event.data) - set(kind.fields)) if kind.fields else []
    if unknown:
        raise InputError(
            "An event {kind} has no {field}; possible are: {names}.",
            kind=event.kind,
            field=unknown[0],
            names=", ".join(kind.fields),
        )
    if not kind.ahead:
        refuse_ahead(desk, event.on, "on")
    with desk.operation("record event", Permission.CALLS):
        find_customer(desk, event.customer)
        known = known_event(desk, event.kind, event.key) if event.key else None
        if known is None:
            recorded = desk.insert(desk.events, event)
        else:
            recorded = _told_again(known, event)
            if to_document(recorded) != to_document(known):
                desk.edit(desk.events, known, recorded)
        desk.plugins.tell("dcrc_event_recorded", desk, event=recorded)
        return recorded


def _told_again(known: Event, event: Event) -> Event:
    told = attrs.evolve(
        event,
        id=known.id,
        vehicle=event.vehicle or known.vehicle,
        at=event.at or (known.at if event.on == known.on else None),
        data={**known.data, **event.data},
    )
    same = attrs.evolve(told, source=known.source)
    return same if same == known else told


def known_event(desk: Desk, kind: str, key: str) -> Event | None:
    """The fact of that kind and natural name, if it is known."""
    document = desk.events.get((where("kind") == kind) & (where("key") == key))
    return None if document is None else desk.read(Event, document)


def events_of(desk: Desk, customer_id: str) -> list[Event]:
    """The customer's facts, oldest first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    found = desk.events.search(where("customer") == customer_id)
    events = [desk.read(Event, document) for document in found]
    return sorted(events, key=lambda event: (event.on, event.id))
