"""One delivery with what of its customer's dossier belongs to it, gathered once for all that it owes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import attrs

from dcrc import Dossier, Event, Fact, Task, TaskState

from .policy import NAME


@attrs.frozen
class Handover:
    """A delivery. `subject` is what its tasks are about, `key` names it in their occurrences.

    `sold` says that the car belongs to somebody else by now. `standing` are the occurrences of the open tasks
    and `done` the tasks that were done, both by the full name of the rule.
    """

    event: Event
    subject: str
    key: str
    sold: bool
    facts: tuple[Fact, ...]
    standing: Mapping[str, tuple[str, ...]]
    done: Mapping[str, tuple[Task, ...]]

    def stands(self, rule: str) -> bool:
        """Whether a task of the rule is open, so that its last day is for the calendar to judge."""
        return full_name(rule) in self.standing

    def made(self, rule: str) -> Task | None:
        """The task of the rule that was done for this very delivery."""
        found = self.done.get(full_name(rule), ())
        return next((task for task in found if task.occurrence == self.key), None)


def handover(dossier: Dossier, delivery: Event) -> Handover:
    """The delivery with its own tasks."""
    subject = delivery.vehicle or delivery.id
    standing: dict[str, tuple[str, ...]] = {}
    done: dict[str, tuple[Task, ...]] = {}
    for task in dossier.tasks:
        if task.subject != subject:
            continue
        if task.open:
            standing[task.rule] = (*standing.get(task.rule, ()), task.occurrence)
        elif task.state is TaskState.DONE:
            done[task.rule] = (*done.get(task.rule, ()), task)
    return Handover(
        delivery,
        subject,
        delivery.key or delivery.id,
        bool(delivery.vehicle) and dossier.vehicle(delivery.vehicle) is None,
        (Fact(delivery.id, delivery.kind, delivery.on),),
        standing,
        done,
    )


def last_contact(dossier: Dossier, since: date, until: date) -> Fact | None:
    """The customer's last conversation or workshop visit in those days."""
    found = [
        (event.on, event.id, event.kind)
        for event in dossier.events_of("serviced")
        if since <= event.on <= until
    ]
    found += [
        (task.closed_on, task.id, "task")
        for task in dossier.tasks
        if task.closed_on is not None
        and since <= task.closed_on <= until
        and task.state is TaskState.DONE
        and task.channel == "call"
    ]
    if not found:
        return None
    on, ref, kind = max(found)
    return Fact(ref, kind, on)


@cache
def full_name(rule: str) -> str:
    """The name under which the calendar knows a rule of this plugin."""
    return f"{NAME}.{rule}"


@cache
def keys(part: str, *fields: str) -> tuple[str, ...]:
    """The policy keys of some fields of a step or touch."""
    return tuple(f"{NAME}.{part}.{field}" for field in fields)
