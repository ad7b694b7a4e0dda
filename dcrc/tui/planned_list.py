"""The planned calls of a span of days as list rows, a page at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

from tinydb import where

from dcrc.i18n import t
from dcrc.kernel.agenda import filter_for
from dcrc.kernel.desk import Desk
from dcrc.kernel.tasks import Task
from dcrc.store import GlobalId
from dcrc.tui.record_list import Column, Row
from dcrc.tui.task_titles import task_title


def planned_columns() -> list[Column]:
    """Until when, who, what, by whom."""
    return [
        Column(t("Due"), 10),
        Column(t("Customer"), 10, 1),
        Column(t("Call"), 14, 2),
        Column(t("Who"), 8, 1, wide_only=True),
    ]


def _condition(desk: Desk, first: date, last: date, mine: bool) -> Any:
    days = (where("due") >= first.isoformat()) & (where("due") <= last.isoformat())
    return filter_for(desk, mine=mine).condition() & days


def planned_total(desk: Desk, first: date, last: date, mine: bool) -> int:
    """How many open tasks have their last day in time from `first` to `last`."""
    return desk.tasks.count(_condition(desk, first, last, mine))


def planned_rows(
    desk: Desk, first: date, last: date, mine: bool, offset: int, limit: int
) -> list[Row]:
    """A page of these tasks, earliest first."""
    found = desk.tasks.search(
        _condition(desk, first, last, mine), order_by=("due",), limit=limit, offset=offset
    )
    tasks = [desk.read(Task, document) for document in found]
    people = desk.customers.get_many([GlobalId(task.customer) for task in tasks])
    names = {str(key): str(document["name"]) for key, document in people.items()}
    today = desk.today()
    return [
        Row(
            task.id,
            (
                task.due.isoformat(),
                names.get(task.customer, ""),
                task_title(desk, task),
                task.owner,
            ),
            task,
            "late" if task.due < today else "",
        )
        for task in tasks
    ]
