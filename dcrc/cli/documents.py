"""The stable JSON of records (`docs/json.md`): what scripts may rely on, apart from how they are stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dcrc.i18n import t

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.phones import Phone
    from dcrc.kernel.tasks import Attempt, Task
    from dcrc.kernel.vehicles import Vehicle

Document = dict[str, Any]


def moment(desk: Desk, at: datetime | None) -> str | None:
    """An instant in the dealer's time zone, to the second."""
    return at.astimezone(desk.zone).isoformat(timespec="seconds") if at else None


def day(on: date | None) -> str | None:
    """A date as `YYYY-MM-DD`."""
    return on.isoformat() if on else None


def phone_document(desk: Desk, phone: Phone) -> Document:
    """A number as this operator may see it (digits hidden where the role does not show them)."""
    return _seen(
        desk,
        {
            "number": phone.number,
            "kind": phone.kind,
            "state": str(phone.state),
            "note": phone.note,
        },
    )


def _seen(desk: Desk, document: Document) -> Document:
    from dcrc.kernel.masking import seen

    masked: Document = seen(desk, document)
    return masked


def shown_phone(desk: Desk, customer: Customer) -> str:
    """The first number worth dialling, as people read it; empty where there is none."""
    from dcrc.kernel.operators import masked_phone

    numbers = customer.usable_phones or customer.phones
    return masked_phone(desk, numbers[0].number) if numbers else ""


CUSTOMER_TEXTS = (
    "sex",
    "marital_status",
    "id_number",
    "email",
    "wechat",
    "employer",
    "job",
    "address",
    "postcode",
    "industry",
    "size",
    "business",
    "website",
    "person_in_charge",
    "preferred_channel",
    "preferred_time",
    "source",
    "entered_by",
    "value_grade",
    "credit_grade",
    "note",
)


def customer_document(desk: Desk, customer: Customer) -> Document:
    """A customer, all fields, as far as this operator may see them."""
    lunar = customer.lunar_birthday
    told = {
        "id": customer.id,
        "name": customer.name,
        "kind": str(customer.kind),
        "phones": [phone_document(desk, phone) for phone in customer.phones],
        "birthday": day(customer.birthday),
        "lunar_birthday": (
            {"month": lunar.month, "day": lunar.day, "leap": lunar.leap} if lunar else None
        ),
        "founded": day(customer.founded),
        "hobbies": list(customer.hobbies),
        "contacts": [
            {"name": contact.name, "role": contact.role, "phone": contact.phone}
            for contact in customer.contacts
        ],
        "do_not_contact": customer.do_not_contact,
        "marketing_consent": customer.marketing_consent,
        **{name: getattr(customer, name) for name in CUSTOMER_TEXTS},
        "archived": customer.archived,
        "merged_into": customer.merged_into or None,
        "extra": customer.extra,
    }
    return _seen(desk, told)


def customer_brief(desk: Desk, customer: Customer) -> Document:
    """Who it is, in lists."""
    return {
        "id": customer.id,
        "name": customer.name,
        "phone": shown_phone(desk, customer),
        "do_not_contact": customer.do_not_contact,
    }


VEHICLE_TEXTS = ("engine_number", "model", "trim", "colour", "usage", "note")


def vehicle_document(desk: Desk, vehicle: Vehicle) -> Document:
    """A vehicle without its secret codes (`dcrc vehicle codes` shows those)."""
    told = {
        "id": vehicle.id,
        "vin": vehicle.vin,
        "plate": vehicle.plate,
        "customer": vehicle.customer or None,
        **{name: getattr(vehicle, name) for name in VEHICLE_TEXTS},
        "first_registered": day(vehicle.first_registered),
        "readings": [
            {"on": day(reading.on), "km": reading.km, "source": reading.source}
            for reading in vehicle.readings
        ],
        "archived": vehicle.archived,
        "extra": vehicle.extra,
    }
    return _seen(desk, told)


def task_document(desk: Desk, task: Task) -> Document:
    """A task, all fields; `title` and `reason` are in the language of the command."""
    told = {
        "id": task.id,
        "rule": task.rule,
        "title": task_title(desk, task),
        "customer": task.customer,
        "vehicle": task.vehicle or None,
        "occurrence": task.occurrence,
        "opens": day(task.opens),
        "due": day(task.due),
        "expires": day(task.expires),
        "next_at": moment(desk, task.next_at),
        "state": str(task.state),
        "role": task.role,
        "owner": task.owner or None,
        "channel": task.channel,
        "form": task.form or None,
        "script": task.script or None,
        "priority": task.priority,
        "tries": task.tries,
        "by_hand": list(task.by_hand),
        "note": task.note,
        "closed_on": day(task.closed_on),
        "closed_by": task.closed_by or None,
        "reason": reason_of(task),
    }
    return _seen(desk, told)


def task_title(desk: Desk, task: Task) -> str:
    """What the task is called: its own title, else its rule's."""
    return task.title or desk.rule_title(task.rule)


def reason_of(task: Task) -> str | None:
    """Why the task failed or was withdrawn."""
    return t(task.reason, **task.reason_params) if task.reason else None


def attempt_document(desk: Desk, attempt: Attempt) -> Document:
    """One try at a task."""
    told = {
        "id": attempt.id,
        "task": attempt.task,
        "customer": attempt.customer,
        "at": moment(desk, attempt.at),
        "result": str(attempt.result),
        "operator": attempt.operator,
        "channel": attempt.channel,
        "slot": attempt.slot or None,
        "note": attempt.note,
        "call_back": moment(desk, attempt.call_back),
    }
    return _seen(desk, told)
