"""What a conversation means: its answers as facts that later plans count from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from dcrc import Answers

MILEAGE_FORM, INSPECTION_FORM, NOTICE_FORM = (
    "reminder_mileage",
    "reminder_inspection",
    "reminder_notice",
)
KM, ELSEWHERE_KM = "km", "elsewhere_km"
NOT_DUE, NEARLY_DUE, OVERDUE, ELSEWHERE, SOLD = (
    "not_due",
    "nearly_due",
    "overdue",
    "elsewhere",
    "sold",
)
POSTPONED = frozenset({NOT_DUE})
OFF_THE_ROAD = frozenset({SOLD})
WISHES = frozenset({NEARLY_DUE, OVERDUE})
APPOINTMENTS = {  # form → the field and the answer that ask for an appointment, and what it is for
    MILEAGE_FORM: ("booking", "wished", "wishes to come on {day}: {remark}"),
    INSPECTION_FORM: (
        "state",
        "with_us",
        "wishes that we see to the inspection or check the car before it: {remark}",
    ),
    NOTICE_FORM: ("reaction", "check_wished", "wishes to have the car checked: {remark}"),
}


@attrs.frozen
class Elsewhere:
    """A service that another shop did; `price` in fen."""

    on: date
    km: int | None
    shop: str
    place: str
    price: int | None
    why: str
    satisfied: bool | None
    back: str  # yes, perhaps or no


@attrs.frozen
class Wish:
    """A customer's wish for an appointment: on a day if he named one; `text` says what for, with blanks."""

    on: date | None
    remark: str
    text: str


def went_elsewhere(answers: Answers) -> Elsewhere | None:
    """The service in another shop that a conversation told of."""
    values = answers.values
    if answers.form != MILEAGE_FORM or values.get("state") != ELSEWHERE:
        return None
    price, km = values.get("price"), values.get(ELSEWHERE_KM)
    return Elsewhere(
        elsewhere_on(values, answers.on),
        int(km) if km is not None else None,
        str(values.get("shop", "")),
        str(values.get("place", "")),
        round(float(price) * 100) if price is not None else None,
        str(values.get("why", "")),
        values.get("elsewhere_satisfied"),
        str(values.get("back", "")),
    )


def elsewhere_on(values: Mapping[str, Any], asked: date) -> date:
    """The day of a service in another shop; that of the conversation, `asked`, if none is named."""
    return min(_day(values.get("elsewhere_on")) or asked, asked)


def wish_of(answers: Answers) -> Wish | None:
    """The appointment that a customer wished for in a conversation."""
    values = answers.values
    field, wished, text = APPOINTMENTS.get(answers.form, ("", "", ""))
    if not field or values.get(field) != wished:
        return None
    remark = values.get("wish_remark") or values.get("remark") or ""
    return Wish(_day(values.get("wish_on")), str(remark), text)


def reason_of(answers: Answers) -> str:
    """Why the customer did not come, as the key of the form's option; empty if nothing was said."""
    return str(answers.values.get("why", "")) if answers.form == MILEAGE_FORM else ""


def lost_because(answers: Answers) -> str:
    """Why a conversation marks the customer for win-back: `sold`, `elsewhere`, or empty if it does not."""
    state = answers.values.get("state") if answers.form == MILEAGE_FORM else None
    if state == SOLD:
        return SOLD
    if state == ELSEWHERE and answers.values.get("back") == "no":
        return ELSEWHERE
    return ELSEWHERE if answers.values.get("booking") == "never" and state in WISHES else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
