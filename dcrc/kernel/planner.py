"""What planners read and answer: the dossier of one customer in, planned and not planned tasks out.

A planner is a pure function. It may answer several occurrences of a rule for one subject (a care call every
three months); `reconcile` picks the one that stands on the calendar. Days that depend on today must not move
with it: two plans of the same facts on two days name the same occurrence with the same dates.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.events import Event
    from dcrc.kernel.forms import Answers
    from dcrc.kernel.policies import Policies
    from dcrc.kernel.tasks import Task
    from dcrc.kernel.vehicles import Vehicle
    from dcrc.kernel.workdays import Workdays

R = TypeVar("R")


@attrs.frozen
class Rule:
    """Something that can put tasks on the calendar; its full name is `<planner>.<name>`."""

    name: str
    title: Wording


@attrs.frozen
class Fact:
    """A fact that a plan rests on: the id of an event, vehicle or answers, its kind and its day."""

    ref: str
    kind: str
    on: date | None = None


@attrs.frozen
class Remark:
    """A sentence shown with a task: a message id with its blanks in `params` (texts and numbers)."""

    text: str
    params: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Planned:
    """A task that should exist. `rule` is the short name; `subject` the id of what it is about.

    `occurrence` tells the times of one rule and subject apart. It counts as in time from `opens` to `due`;
    after `expires` it is no use any more. `channel` other than call, message, wechat and letter is work that
    contacts nobody. `policy` names the values it was computed from (dotted keys).

    `remarks` are shown with the task. `between` are the first and last day to which it may be moved so that
    it shares a conversation (None: it keeps its days). `tries` other than 0 replaces the contact policy's,
    and `message` is the script that is sent when they fail.
    """

    rule: str
    subject: str
    occurrence: str
    opens: date
    due: date
    expires: date | None = None
    vehicle: str = ""
    event: str = ""
    role: str = "caller"
    owner: str = ""
    channel: str = "call"
    form: str = ""
    script: str = ""
    priority: int = 0
    facts: tuple[Fact, ...] = ()
    policy: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    between: tuple[date, date] | None = None
    tries: int = 0
    message: str = ""


@attrs.frozen
class NotPlanned:
    """Why a rule wants nothing of a subject: a message id with its blanks in `params`.

    `until` is the first day on which that can change by itself; None: only new facts can change it. Such a
    reason may be kept back where nobody asks for it (`PlanningDay.asks`).
    """

    rule: str
    subject: str
    why: str
    params: Mapping[str, Any] = attrs.field(factory=dict)
    until: date | None = None
    facts: tuple[Fact, ...] = ()
    policy: tuple[str, ...] = ()


Outcome = Planned | NotPlanned


@attrs.frozen(eq=False)
class PlanningDay:
    """The day that is planned from, with its calendar and policies.

    `explained`: somebody will read why nothing is planned, so that planners tell all they know. `until` is
    the last day of which tasks are put on the calendar. The methods spare work where there are a hundred
    thousand customers; what they allow to be left out changes no task and no day of any.
    """

    today: date
    workdays: Workdays
    policies: Policies
    explained: bool = True
    until: date = date.max
    _known: dict[tuple[Hashable, ...], tuple[Any, Any]] = attrs.field(
        factory=dict, init=False, repr=False
    )

    def once(self, compute: Callable[..., R], policy: Any, *about: Hashable) -> R:
        """`compute(policy, day, *about)`, worked out once for all customers of whom it is asked.

        What follows of a delivery's day alone is the same for all cars delivered on it. `compute` is a
        function of a module (one that is made at each call is worked out, and kept, at each call).
        """
        key = (compute, id(policy), *about)
        known = self._known.get(key)
        if known is None:  # the policy is kept with it, so that its identity stays its own
            known = self._known[key] = policy, compute(policy, self, *about)
        result: R = known[1]
        return result

    def asks(self, dossier: Dossier, subject: str) -> bool:
        """Whether it matters why nothing is planned of a subject: to a reader, or to its open task.

        A reason with `until` always matters: it is what the customer is looked at again for.
        """
        return self.explained or subject in dossier.open_subjects

    def waits_until(self, dossier: Dossier, opens: date, earliest: date) -> date | None:
        """The day on which a task that opens far ahead is put on the calendar, if that is all to say of it.

        None where it has to be planned: it may come within the calendar (on `earliest`, the first day of its
        `between`, or on `opens`), something was planned of the customer before, or somebody asks.
        """
        if self.explained or dossier.tasks or min(earliest, opens) <= self.until:
            return None
        return opens - (self.until - self.today)


@attrs.frozen
class Dossier:
    """All facts of one customer, read-only: events by day, answers by day, tasks of every state.

    `records` are documents of other tables that belong to the customer (`proposals`, plugins' record kinds).
    `inherited` are facts of his cars from when they were others': they happened to the car, not to him, and
    say nothing of who that was (`history_of` tells them with his own).
    """

    customer: Customer
    vehicles: tuple[Vehicle, ...] = ()
    events: tuple[Event, ...] = ()
    answers: tuple[Answers, ...] = ()
    tasks: tuple[Task, ...] = ()
    records: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict)
    inherited: tuple[Event, ...] = ()

    def events_of(self, kind: str, vehicle: str = "") -> tuple[Event, ...]:
        """The customer's own events of one kind, oldest first; of one vehicle if it is given."""
        return self._events_by_kind.get((kind, vehicle), ())

    def history_of(self, kind: str, vehicle: str) -> tuple[Event, ...]:
        """Events of one kind of a vehicle, oldest first, whoever had it then."""
        return self._history_by_kind.get((kind, vehicle), ())

    @cached_property
    def history(self) -> tuple[Event, ...]:
        """All events, the inherited ones too, oldest first."""
        if not self.inherited:
            return self.events
        everything = (*self.events, *self.inherited)
        return tuple(sorted(everything, key=lambda event: (event.on, event.id)))

    @cached_property
    def _events_by_kind(self) -> Mapping[tuple[str, str], tuple[Event, ...]]:
        return _by_kind(self.events)

    @cached_property
    def _history_by_kind(self) -> Mapping[tuple[str, str], tuple[Event, ...]]:
        return _by_kind(self.history) if self.inherited else self._events_by_kind

    def own_occurrence(self, vehicle: str, occurrence: str) -> str:
        """`occurrence` of a car, told apart from a former owner's: calls with him are not this owner's.

        Somebody else had it before if a fact of it is older than the customer's own: that others bring his
        car to the workshop changes nothing of what stands on the calendar.
        """
        since = next((event.on for event in self.events if event.vehicle == vehicle), date.max)
        before = any(event.vehicle == vehicle and event.on < since for event in self.inherited)
        return f"{occurrence}@{self.customer.id}" if before else occurrence

    @cached_property
    def open_subjects(self) -> frozenset[str]:
        """What the customer's open tasks are about."""
        return frozenset([task.subject for task in self.tasks if task.open])

    def task(self, rule: str, subject: str, occurrence: str) -> Task | None:
        """The task of a rule's full name, subject and occurrence, whatever its state."""
        for task in self.tasks:
            if task.subject == subject and task.occurrence == occurrence and task.rule == rule:
                return task
        return None

    def tasks_of(self, rule: str, subject: str = "") -> tuple[Task, ...]:
        """Tasks of a rule's full name; of one subject if it is given."""
        return tuple(
            task
            for task in self.tasks
            if task.rule == rule and (not subject or task.subject == subject)
        )

    def answers_to(self, task: str) -> tuple[Answers, ...]:
        """What was answered in conversations about a task id, oldest first."""
        return tuple(each for each in self.answers if each.task == task)

    def vehicle(self, vehicle: str) -> Vehicle | None:
        """The customer's vehicle of that id."""
        for each in self.vehicles:
            if each.id == vehicle:
                return each
        return None


def _by_kind(events: Iterable[Event]) -> dict[tuple[str, str], tuple[Event, ...]]:
    """Events by their kind alone, and by kind and vehicle."""
    found: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        found.setdefault((event.kind, ""), []).append(event)
        if event.vehicle:
            found.setdefault((event.kind, event.vehicle), []).append(event)
    return {which: tuple(events) for which, events in found.items()}


@attrs.frozen
class Planner:
    """A plugin's rules, and the pure function that applies them with the policy of `section`."""

    name: str
    section: str
    rules: Callable[[Any], tuple[Rule, ...]]
    plan: Callable[[Dossier, Any, PlanningDay], Iterable[Planned | NotPlanned]]
