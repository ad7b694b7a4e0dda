"""The cases that figures count: facts and tasks of a span of days, and shares of them by person or kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import attrs
from tinydb import where

from dcrc.i18n import t
from dcrc.kernel.events import Event
from dcrc.kernel.figures import FigureRow, share
from dcrc.kernel.forms import Answers
from dcrc.kernel.operators import Permission
from dcrc.kernel.tasks import Attempt, Task, TaskState
from dcrc.kernel.vehicles import Vehicle, hide_codes
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

_DAY = timedelta(days=1)
_PUT_OFF = timedelta(days=92)  # how far an operator may have put a task off to be found still
_STATES = tuple(state.value for state in TaskState)


@attrs.frozen
class Case:
    """One case of a share: whether it counts as a hit, and the labels under which it is counted.

    `open`: its time is not over. It may become a hit still, so it is told apart.
    """

    id: str
    hit: bool
    labels: tuple[str, ...] = ()
    open: bool = False


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month in which `day` lies.

    >>> month_of(date(2026, 2, 14))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    first = day.replace(day=1)
    return first, (first + timedelta(31)).replace(day=1) - timedelta(1)


def events_between(desk: Desk, kind: str, first: date, last: date) -> list[Event]:
    """Facts of one kind from `first` to `last`, oldest first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    query = (
        (where("kind") == kind)
        & (where("on") >= first.isoformat())
        & (where("on") <= last.isoformat())
    )
    events = [desk.read(Event, document) for document in desk.events.search(query)]
    return sorted(events, key=lambda event: (event.on, event.id))


def tasks_due(desk: Desk, rule: str, first: date, last: date) -> list[Task]:
    """Tasks of a rule's full name due from `first` to `last`, of every state, earliest first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    return _in_order(_due_between(desk, rule, first, last))


def tasks_owed(desk: Desk, rule: str, first: date, last: date) -> list[Task]:
    """As `tasks_due`, by the day that planning had set: one that an operator put off comes with that `due`.

    What rates of work in time are counted from.
    """
    desk.require(Permission.CUSTOMERS_VIEW)
    later = (
        task for task in _due_between(desk, rule, last + _DAY, last + _PUT_OFF) if _put_off(task)
    )
    found = (_as_planned(desk, task) for task in (*_due_between(desk, rule, first, last), *later))
    return _in_order(task for task in found if first <= task.due <= last)


def _due_between(desk: Desk, rule: str, first: date, last: date) -> list[Task]:
    query = (
        where("state").one_of(list(_STATES))
        & (where("rule") == rule)
        & (where("due") >= first.isoformat())
        & (where("due") <= last.isoformat())
    )
    return [desk.read(Task, document) for document in desk.tasks.search(query)]


def _in_order(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.due, task.id))


def _put_off(task: Task) -> bool:
    return "due" in task.by_hand


def _as_planned(desk: Desk, task: Task) -> Task:
    """The task with the due day that it had before an operator set another."""
    if not _put_off(task):
        return task
    due = task.due
    for change in desk.db.journal.entries(table="tasks", doc_id=task.id):
        was, became = change.was or {}, change.became or {}
        taken_over = "due" in became.get("by_hand", ()) and "due" not in was.get("by_hand", ())
        if taken_over and "due" in was:
            due = date.fromisoformat(was["due"])
    return attrs.evolve(task, due=due)


def tasks_closed(desk: Desk, rule: str, first: date, last: date) -> list[Task]:
    """Tasks of a rule's full name that were closed from `first` to `last`, the earliest first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    query = (
        (where("closed_on") >= first.isoformat())
        & (where("closed_on") <= last.isoformat())
        & (where("rule") == rule)
    )
    found = [desk.read(Task, document) for document in desk.tasks.search(query)]
    return sorted(found, key=lambda task: (task.closed_on or task.due, task.id))


def attempts_of(desk: Desk, tasks: Iterable[Task]) -> dict[str, list[Attempt]]:
    """The tries at each task that was tried: task id → its attempts, oldest first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    found: dict[str, list[Attempt]] = {}
    for document in desk.attempts.having("task", (task.id for task in tasks)):
        attempt = desk.read(Attempt, document)
        found.setdefault(attempt.task, []).append(attempt)
    return {task: sorted(tries, key=lambda each: each.at) for task, tries in found.items()}


def answers_to(desk: Desk, tasks: Iterable[Task]) -> dict[str, Answers]:
    """What was answered to each task that was answered: task id → its answers."""
    desk.require(Permission.CUSTOMERS_VIEW)
    given = desk.answers.having("task", (task.id for task in tasks))
    found = (desk.read(Answers, document) for document in given)
    return {answers.task: answers for answers in found}


def answers_between(desk: Desk, form: str, first: date, last: date) -> list[Answers]:
    """Answers to a form, in any version, given from `first` to `last`, oldest first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    query = (
        (where("form") == form)
        & (where("on") >= first.isoformat())
        & (where("on") <= last.isoformat())
    )
    found = [desk.read(Answers, document) for document in desk.answers.search(query)]
    return sorted(found, key=lambda answers: (answers.on, answers.id))


def events_by_id(desk: Desk, ids: Iterable[str]) -> dict[str, Event]:
    """The facts of those ids that exist."""
    desk.require(Permission.CUSTOMERS_VIEW)
    wanted = [GlobalId(each) for each in ids if each]
    found = desk.events.get_many(wanted)
    return {str(key): desk.read(Event, document) for key, document in found.items()}


def vehicles_by_id(desk: Desk, ids: Iterable[str]) -> dict[str, Vehicle]:
    """The cars of those ids that exist, their codes hidden."""
    desk.require(Permission.CUSTOMERS_VIEW)
    found = desk.vehicles.get_many([GlobalId(each) for each in ids if each])
    return {str(key): hide_codes(desk.read(Vehicle, document)) for key, document in found.items()}


def in_time(task: Task) -> bool:
    """Whether a task was done by its due day."""
    done = task.state is TaskState.DONE and task.closed_on is not None
    return done and task.closed_on is not None and task.closed_on <= task.due


def judged(task: Task, today: date) -> bool:
    """Whether a task counts in a rate: it was done, has failed or expired, or its due day is over.

    Withdrawn tasks never count, nor does one that is still in time.
    """
    if task.state is TaskState.OPEN:
        return task.due < today
    return task.state is not TaskState.WITHDRAWN


def share_rows(cases: Iterable[Case], target: float | None = None) -> list[FigureRow]:
    """The share of hits of all cases and of each label's, in percent; each row lists its cases.

    A case with several labels counts once under each, and once in the first row. Open ones are in none of
    these: a last row without a target says what came of them so far. No cases: no rows.
    """
    known = list(cases)
    everything = [case for case in known if not case.open]
    still = [case for case in known if case.open]
    labels: dict[str, list[Case]] = {}
    for case in everything:
        for label in dict.fromkeys(case.labels):
            labels.setdefault(label, []).append(case)
    rows = [_row(t("All"), everything, target)] if everything else []
    rows += [_row(label or t("Not named"), labels[label], target) for label in sorted(labels)]
    return rows + ([_row(t("Time not over, so far"), still, None)] if still else [])


def _row(label: str, cases: Sequence[Case], target: float | None) -> FigureRow:
    hits = sum(case.hit for case in cases)
    ids = tuple(case.id for case in cases)
    return FigureRow(label, share(hits, len(cases)), len(cases), target, ids)
