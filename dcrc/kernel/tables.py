"""The document tables of the kernel and what each is found by."""

from __future__ import annotations

import attrs

from dcrc.store import Index, Schema


@attrs.frozen
class Table:
    """A document table: its indexes, and whether changes of it are facts for the journal."""

    indexes: tuple[Index, ...] = ()
    journal: bool = True


SCHEMA = Schema(1)

TABLES = {
    "customers": Table((Index("terms", each=True), Index("merged_into"), Index("archived"))),
    "vehicles": Table((Index("customer"), Index("vin"), Index("terms", each=True))),
    "events": Table(
        (Index("kind", "key"), Index("customer", "on"), Index("vehicle", "on"), Index("kind", "on"))
    ),
    "tasks": Table(
        (
            Index("state", "due", "priority", "rule", "role", "owner"),  # the day's list in order
            Index("state", "rule", "role", "owner", "opens", "due"),  # its counts
            Index("state", "customer", "opens", "role", "owner"),  # how many customers it has
            Index("customer"),
            Index("next_at", "state"),
            Index("closed_on", "state", "rule", "closed_by"),
        )
    ),
    "attempts": Table((Index("task"), Index("customer", "at"), Index("on", "operator"))),
    "answers": Table((Index("task"), Index("customer", "at"), Index("form", "on"))),
    "proposals": Table((Index("state", "at"), Index("customer", "state"), Index("record"))),
    "merges": Table((Index("gone"), Index("keep"))),
    "operators": Table((Index("name"),)),
    "outbox": Table((Index("state"), Index("customer"))),
    "imports": Table((Index("batch"),)),
    "looks": Table((Index("operator", "at"), Index("ref"))),
    "planning": Table((Index("wake"), Index("blocked"), Index("prefers")), journal=False),
    "drafts": Table(journal=False),
}
