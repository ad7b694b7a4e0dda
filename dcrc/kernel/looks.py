"""Looks: who saw a secret, exported data or opened a bulk list, and when; never undone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

LOOKS = ("reveal codes", "export", "look")


@attrs.frozen
class Look:
    """One look: `kind` is codes, export or phones; `ref` the record seen or the name of the list."""

    id: str
    kind: str
    ref: str
    operator: str
    at: datetime
    count: int = 1
    detail: str = ""


def record_look(
    desk: Desk,
    kind: str,
    ref: str,
    permission: str,
    *,
    count: int = 1,
    detail: str = "",
    operation: str = "look",
) -> Look:
    """Note in the journal that the operator sees something; raises NotAllowed when he may not.

    `operation` is one of `LOOKS`: what these names wrote is not undone.
    """
    with desk.operation(operation, permission):
        look = Look("", kind, ref, desk.operator.name, desk.now(), count, detail)
        return desk.insert(desk.looks, look)
