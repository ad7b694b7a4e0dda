"""Whose tasks are on the day's list, and how many open ones there are of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import attrs
from tinydb import where

from dcrc.kernel.operators import list_operators, role_of
from dcrc.kernel.tasks import Task, TaskState

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

OPEN = where("state") == TaskState.OPEN.value


@attrs.frozen
class Filter:
    """What the list is narrowed to; `roles` and `me` None show everybody's work.

    A task whose owner is nobody of the `staff` (a consultant without a seat here, somebody who has left)
    counts as nobody's: it is the work of its role.
    """

    today: date
    now: datetime
    me: str | None = None
    roles: tuple[str, ...] = ()
    rule: str | None = None
    overdue: bool = False
    slot: str | None = None
    staff: frozenset[str] = frozenset()

    def condition(self) -> Any:
        """The query for open tasks of these people and this rule, whatever their dates."""
        found: Any = OPEN
        if self.rule is not None:
            found &= where("rule") == self.rule
        if self.me is not None:
            mine: Any = where("owner") == self.me
            if self.roles:
                nobodys = ~where("owner").one_of(sorted(self.staff))
                mine |= nobodys & where("role").one_of(list(self.roles))
            found &= mine
        return found

    def counts_group(self, role: str, owner: str | None) -> bool:
        """Whether tasks of a role and owner are on the list."""
        if self.me is None or owner == self.me:
            return True
        return role in self.roles and (not owner or owner not in self.staff)

    def takes(self, task: Task) -> bool:
        """Whether an open task that nothing holds back is on the list today."""
        return (
            task.open
            and task.opens <= self.today
            and (not self.overdue or task.due < self.today)
            and (self.rule is None or task.rule == self.rule)
            and self.counts_group(task.role, task.owner or None)
        )


def filter_for(
    desk: Desk,
    *,
    mine: bool = True,
    rule: str | None = None,
    overdue: bool = False,
    slot: str | None = None,
) -> Filter:
    """The filter of this operator now: his own tasks and those nobody has of the roles he works for."""
    me = desk.operator.name if mine else None
    roles = tuple(role_of(desk).works) if mine else ()
    staff = active_staff(desk) if mine else frozenset()
    return Filter(desk.today(), desk.now(), me, roles, rule, overdue, slot, staff)


_staff: WeakKeyDictionary[Desk, tuple[int, frozenset[str]]] = WeakKeyDictionary()


def active_staff(desk: Desk) -> frozenset[str]:
    """The names of those who work here; asked again when the journal has grown."""
    head = desk.db.journal.head()
    held = _staff.get(desk)
    if held is None or held[0] != head:
        names = frozenset(person.name for person in list_operators(desk, active=True))
        held = _staff[desk] = head, names
    return held[1]


Group = tuple[str, str, str | None, str, str]  # rule, role, owner, opens, due
_counts: WeakKeyDictionary[Desk, tuple[int, dict[Any, int]]] = WeakKeyDictionary()


def open_groups(desk: Desk) -> Mapping[Any, int]:
    """Open tasks by rule, role, owner, opens and due; counted again when the journal has grown."""
    head = desk.db.journal.head()
    held = _counts.get(desk)
    if held is None or held[0] != head:
        fields = ("rule", "role", "owner", "opens", "due")
        held = _counts[desk] = head, desk.tasks.count_by(fields, OPEN)
    return held[1]


def open_condition(desk: Desk, wanted: Filter) -> Any:
    """`wanted.condition()`, without asking whose each task is where all open ones are on the list.

    To ask a hundred thousand tasks takes longer than to walk them.
    """
    if all(wanted.counts_group(role, owner) for _, role, owner, _, _ in open_groups(desk)):
        wanted = attrs.evolve(wanted, me=None)
    return wanted.condition()
