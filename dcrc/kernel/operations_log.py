"""The log: what operators did, one line for each operation, and what an operation changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
from tinydb.table import Document

from dcrc.errors import UsageError
from dcrc.i18n import listed, t
from dcrc.kernel.masking import seen
from dcrc.kernel.operators import Permission, masked_phone
from dcrc.kernel.phones import PhoneState
from dcrc.kernel.titles import phone_state_title
from dcrc.kernel.undoing import undone_by
from dcrc.record_words import field_title
from dcrc.store import Change, GlobalId, Operation

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@attrs.frozen
class OperationLine:
    """One operation: `name` as in the journal, `title` in the current language."""

    number: int
    at: datetime
    operator: str
    name: str
    title: str
    batch: str | None
    changes: int


@attrs.frozen
class FieldChange:
    """One field of one record that an operation changed; values as documents hold them, secrets hidden."""

    table: str
    record: str
    field: str
    title: str
    was: Any
    became: Any


def operations_log(
    desk: Desk,
    limit: int | None = 50,
    *,
    operator: str | None = None,
    batch: str | None = None,
) -> list[OperationLine]:
    """Operations, newest first; another's only with `log.view`."""
    if operator is None and not desk.may(Permission.LOG_VIEW):
        operator = desk.operator.name
    if operator != desk.operator.name:
        desk.require(Permission.LOG_VIEW)
    found = desk.db.journal.operations(operator=operator, batch=batch, limit=limit)
    return [
        OperationLine(
            each.number,
            each.at,
            each.operator,
            each.name,
            operation_title(each),
            each.batch,
            each.changes,
        )
        for each in found
    ]


def operation_title(operation: Operation | OperationLine) -> str:
    """What an operation is called, in the current language."""
    taken = undone_by(operation)
    if taken is None:
        return t(operation.name)
    return t("undo of {what}", what=taken)


def changes_of(desk: Desk, operation: int) -> list[FieldChange]:
    """What an operation changed, field by field, as far as this operator may see it."""
    changes = list(desk.db.journal.entries(operation=operation))
    if any(change.operator != desk.operator.name for change in changes):
        desk.require(Permission.LOG_VIEW)
    return [line for change in changes for line in _lines(desk, change)]


def whom_about(desk: Desk, operations: Iterable[int]) -> str:
    """The name of the one customer or operator whose records `operations` wrote; "" when none or several."""
    found: set[str] = set()
    name = ""
    for number in operations:
        for change in desk.db.journal.entries(operation=number):
            fields = change.became or change.was or {}
            customer_id = _whose(desk, change, fields)
            found |= {customer_id} - {""}
            if len(found) > 1:
                return ""
            if change.table in ("customers", "operators"):
                name = str(fields.get("name", name))
    for customer_id in found:
        there = desk.customers.get(doc_id=GlobalId(customer_id))
        there = there or desk.operators.get(doc_id=GlobalId(customer_id))
        return str(there["name"]) if isinstance(there, Document) else name
    return ""


def _whose(desk: Desk, change: Change, fields: Mapping[str, Any]) -> str:
    """The id of the customer to whom the changed record belongs; "" when to none."""
    if change.table in ("customers", "operators"):
        return str(change.doc_id)
    if "customer" in fields:
        return str(fields["customer"] or "")
    try:
        record = desk.table(change.table).get(doc_id=GlobalId(change.doc_id))
    except UsageError:  # the table of a function that is switched off
        return ""
    return str(record.get("customer") or "") if isinstance(record, Document) else ""


def _lines(desk: Desk, change: Change) -> list[FieldChange]:
    was, became = change.was or {}, change.became or {}
    return [
        FieldChange(
            change.table,
            str(change.doc_id),
            field,
            field_title(field, change.table),
            seen(desk, was.get(field), field),
            seen(desk, became.get(field), field),
        )
        for field in dict.fromkeys((*was, *became))
        if field != "terms"
    ]


def change_text(desk: Desk, field: str, was: Any, became: Any) -> str:
    """`was → became` as this operator may see it."""
    return f"{value_text(desk, field, was)} → {value_text(desk, field, became)}"


def value_text(desk: Desk, field: str, value: Any) -> str:
    """A key field's value as this operator may see it: people by their names, phones with their states."""
    if value in (None, "", [], {}):
        return "–"
    if field == "phones" and isinstance(value, list):
        return listed(_phone(desk, phone) for phone in value)
    if field == "customer":
        found = desk.customers.get(doc_id=GlobalId(value))
        return str(found["name"]) if found else str(value)
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    return str(seen(desk, value, field))


def _phone(desk: Desk, phone: Mapping[str, Any]) -> str:
    state = phone_state_title(PhoneState(phone.get("state", PhoneState.UNKNOWN)))
    return " ".join(filter(None, [masked_phone(desk, phone["number"]), state]))
