"""What today's list is narrowed to, and which customer comes next in it."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from dcrc.kernel import agenda
from dcrc.kernel.agenda import Agenda
from dcrc.kernel.desk import Desk


@attrs.frozen
class Filters:
    """What the list is narrowed to; `rule` and `slot` empty mean all."""

    mine: bool = True
    rule: str = ""
    overdue: bool = False
    slot: str = ""


def filtered_agenda(desk: Desk, filters: Filters, offset: int, limit: int) -> Agenda:
    """A page of today's list."""
    return agenda.agenda(
        desk,
        mine=filters.mine,
        rule=filters.rule or None,
        overdue=filters.overdue,
        slot=filters.slot or None,
        limit=limit,
        offset=offset,
    )


def listed_customers(desk: Desk, filters: Filters) -> list[str]:
    """All customers of today's list."""
    return agenda.listed_customers(
        desk,
        mine=filters.mine,
        rule=filters.rule or None,
        overdue=filters.overdue,
        slot=filters.slot or None,
    )


def next_customer(desk: Desk, filters: Filters, passed: Collection[str]) -> str:
    """The most urgent customer who is not among `passed`; empty when nobody is left."""
    found = agenda.next_customer(
        desk,
        passed=passed,
        mine=filters.mine,
        rule=filters.rule or None,
        overdue=filters.overdue,
        slot=filters.slot or None,
    )
    return found or ""
