"""Events: dated facts that plans and histories are made of; kinds are declared, most by plugins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs

from dcrc.wording import Wording


@attrs.frozen
class EventKind:
    """A kind of fact. `fields` names what `Event.data` may hold, each with its wording."""

    name: str
    title: Wording
    fields: dict[str, Wording] = attrs.field(factory=dict)


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
        "price": Wording("成交价(分)", "Price in fen"),
        "consultant": Wording("销售顾问", "Sales consultant"),
        "model": Wording("车型", "Model"),
        "ordered": Wording("订车日期", "Order date"),
        "invoiced": Wording("开票日期", "Invoice date"),
        "loan": Wording("贷款", "Loan"),
        "discount": Wording("优惠(分)", "Discount in fen"),
        "accessories": Wording("精品", "Accessories"),
    },
)
SERVICED = EventKind(
    "serviced",
    Wording("维修出厂", "Serviced"),
    {
        "order": Wording("工单号", "Repair order"),
        "work": Wording("维修类型", "Kind of work"),
        "sheet": Wording("工种", "Workshop"),  # mechanical or body_and_paint
        "advisor": Wording("服务顾问", "Service advisor"),
        "amount": Wording("金额(分)", "Amount in fen"),
        "km": Wording("进厂里程", "Mileage"),
        "came_in": Wording("进厂时间", "Came in"),
        "sent_by": Wording("送修人", "Brought by"),
        "sent_phone": Wording("送修人电话", "Bringer's phone"),
        "next_km": Wording("下次保养里程", "Next service mileage"),
        "next_on": Wording("下次保养日期", "Next service date"),
    },
)
INSURED = EventKind(
    "insured",
    Wording("投保", "Insured"),
    {
        "insurer": Wording("保险公司", "Insurer"),
        "policy": Wording("保单号", "Policy number"),
        "insured": Wording("被保险人", "Insured person"),
        "expires": Wording("到期日期", "Expiry"),
        "premium": Wording("保费(分)", "Premium in fen"),
    },
)

TRADE_EVENTS = (DELIVERED, SERVICED, INSURED)
