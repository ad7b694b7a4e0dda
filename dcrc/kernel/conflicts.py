"""What somebody else has changed meanwhile, as operators read it: whose record, which fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tinydb.table import Document

from dcrc.errors import ConflictError, UsageError
from dcrc.i18n import listed
from dcrc.record_words import field_title
from dcrc.store import Conflict, GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


class ChangedMeanwhile(ConflictError):
    """A conflict of the store in the operators' words: the person, not the id; fields as forms name them.

    Its `params` have those of the conflict, too, for scripts.
    """


def in_words(
    desk: Desk, conflict: Conflict, titles: Mapping[str, str] | None = None
) -> ChangedMeanwhile:
    """What the operator is told of `conflict`; `titles` are those of the form that was filled in."""
    name = _whose(
        desk, conflict.table, str(conflict.doc_id), conflict.theirs or conflict.mine or {}
    )
    if not conflict.fields:
        return ChangedMeanwhile(
            "{name}: somebody else has added or removed this meanwhile; look at it again.",
            name=name,
            **conflict.params,
        )
    return ChangedMeanwhile(
        "{name}: somebody else has changed this meanwhile: {changed}. Look at it again and repeat.",
        name=name,
        **conflict.params,
        changed=listed(
            (titles or {}).get(name, field_title(name, conflict.table)) for name in conflict.fields
        ),
    )


def _whose(desk: Desk, table: str, doc_id: str, fields: Mapping[str, Any]) -> str:
    """The name of the customer whose record it is, else the record's own, else its id."""
    if table == "customers":
        return _name(desk, doc_id) or str(fields.get("name") or doc_id)
    try:
        stored = desk.table(table).get(doc_id=GlobalId(doc_id))
    except UsageError:  # the table of a function that is switched off
        stored = None
    whole = {**fields, **(stored if isinstance(stored, Document) else {})}
    owner = _name(desk, str(whole.get("customer") or ""))
    return owner or str(whole.get("name") or whole.get("title") or doc_id)


def _name(desk: Desk, customer_id: str) -> str:
    found = desk.customers.get(doc_id=GlobalId(customer_id)) if customer_id else None
    return str(found["name"]) if isinstance(found, Document) else ""
