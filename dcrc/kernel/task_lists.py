"""Tasks as plain lists and counts, for commands, the customer page and the calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tinydb import where

from dcrc.kernel.day_filter import filter_for, open_groups
from dcrc.kernel.operators import Permission
from dcrc.kernel.tasks import Task, TaskState

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


def _chosen(
    due: date | None,
    rule: str | None,
    state: TaskState | str | None,
    owner: str | None,
    customer: str | None,
) -> Any:
    conditions: list[Any] = []
    if state is not None:
        conditions.append(where("state") == TaskState(state).value)
    if customer is not None:
        conditions.append(where("customer") == customer)
    if rule is not None:
        conditions.append(where("rule") == rule)
    if owner is not None:
        conditions.append(where("owner") == owner if owner else ~where("owner").exists())
    if due is not None:
        conditions.append(where("due") <= due.isoformat())
    found = None
    for condition in conditions:
        found = condition if found is None else found & condition
    return found


def tasks(
    desk: Desk,
    *,
    due: date | None = None,
    rule: str | None = None,
    state: TaskState | str | None = None,
    owner: str | None = None,
    customer: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Task]:
    """Tasks, the earliest due first; `due` is the latest day, `owner` empty means nobody's, `limit` 0 all."""
    desk.require(Permission.CUSTOMERS_VIEW)
    condition = _chosen(due, rule, state, owner, customer)
    if customer is not None:
        # one customer's tasks are few; in their order SQLite would walk everybody's
        of_one = sorted(desk.tasks.search(condition), key=lambda document: str(document["due"]))
        found = of_one[offset : offset + limit] if limit else of_one[offset:]
    else:
        found = desk.tasks.search(condition, order_by=("due",), limit=limit or None, offset=offset)
    return [desk.read(Task, document) for document in found]


def customers_with(
    desk: Desk,
    *,
    due: date | None = None,
    rule: str | None = None,
    owner: str | None = None,
    customer: str | None = None,
) -> list[str]:
    """The customers of the open tasks that `tasks` would give without a limit."""
    desk.require(Permission.CUSTOMERS_VIEW)
    found = desk.tasks.iterate(_chosen(due, rule, TaskState.OPEN, owner, customer))
    return list(dict.fromkeys(str(document["customer"]) for document in found))


def count_tasks(
    desk: Desk,
    *,
    due: date | None = None,
    rule: str | None = None,
    state: TaskState | str | None = None,
    owner: str | None = None,
    customer: str | None = None,
) -> int:
    """How many tasks `tasks` would give without a limit."""
    desk.require(Permission.CUSTOMERS_VIEW)
    return desk.tasks.count(_chosen(due, rule, state, owner, customer))


def day_counts(
    desk: Desk, first: date, last: date, *, mine: bool = False, rule: str | None = None
) -> dict[date, int]:
    """Open tasks by their last day in time, for the days from `first` to `last` that have any."""
    desk.require(Permission.CUSTOMERS_VIEW)
    wanted = filter_for(desk, mine=mine, rule=rule)
    counts: dict[date, int] = {}
    for (name, role, owner, _opens, due), count in open_groups(desk).items():
        if (
            first.isoformat() <= due <= last.isoformat()
            and rule in (None, name)
            and wanted.counts_group(role, owner)
        ):
            day = date.fromisoformat(due)
            counts[day] = counts.get(day, 0) + count
    return dict(sorted(counts.items()))
