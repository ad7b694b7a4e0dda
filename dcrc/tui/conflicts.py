"""What somebody else has changed meanwhile, its fields called as the form calls them."""

from __future__ import annotations

from dcrc.kernel.conflicts import ChangedMeanwhile, in_words
from dcrc.kernel.desk import Desk
from dcrc.store import Conflict


def in_operators_words(desk: Desk, conflict: Conflict) -> ChangedMeanwhile:
    """What the operator is told of `conflict`."""
    from dcrc.tui.customer_form import customer_form

    asked = customer_form().fields if conflict.table == "customers" else ()
    return in_words(desk, conflict, {field.name: str(field.title) for field in asked})
