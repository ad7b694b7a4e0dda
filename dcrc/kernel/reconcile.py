"""Reconcile: the difference between the tasks a customer has and those his planners want. Pure.

For each rule and subject one task at most is open. Which one is decided by dates alone: an open task that has
come stays; otherwise the newest wanted occurrence that has come and is still of use; otherwise the nearest
to come, once it is within the horizon. What was closed is never made again, nor anything older than it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs

from dcrc.kernel.planner import NotPlanned, Outcome, Planned
from dcrc.kernel.tasks import Task, TaskState, task_id

DAY = timedelta(days=1)
EXPIRED = "not done by {date}"
NO_LONGER = "the reason for it is gone"
SUPERSEDED = "another occurrence takes its place"

Key = tuple[str, str]  # full name of the rule, subject
Edit = tuple[Task, Task]  # as it was, as it becomes


@attrs.frozen
class Reconciled:
    """What has to be written; `wake` is the first day on which anything can change without new facts."""

    create: tuple[Task, ...] = ()
    change: tuple[Edit, ...] = ()
    withdraw: tuple[Edit, ...] = ()
    expire: tuple[Edit, ...] = ()
    reopen: tuple[Edit, ...] = ()
    wake: date | None = None

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All changes of tasks that exist."""
        return self.change + self.withdraw + self.expire + self.reopen


@attrs.frozen
class _Wish:
    """A planned occurrence with the id of its task."""

    id: str
    rule: str
    planned: Planned


def reconcile(
    customer: str,
    existing: Sequence[Task],
    outcomes: Mapping[str, Iterable[Outcome]],
    today: date,
    horizon: int,
    policy_value: Callable[[str], Any] = str,
) -> Reconciled:
    """The changes that bring `existing` in line with `outcomes` (planner name → what it answered).

    Tasks of planners that are no key of `outcomes` (they raised) are left alone; a planner with no outcomes
    has its tasks withdrawn. `existing` are tasks of every state, of other customers too if their id is wanted
    here: such a task moves over. `horizon` is in days; `policy_value` gives a dotted key's value.
    """
    wishes: dict[Key, dict[str, _Wish]] = {}
    refused: dict[Key, NotPlanned] = {}
    for planner, answers in outcomes.items():
        for outcome in answers:
            rule = f"{planner}.{outcome.rule}"
            key = (rule, outcome.subject)
            if isinstance(outcome, NotPlanned):
                refused[key] = outcome
                continue
            wish = _Wish(task_id(rule, outcome.subject, outcome.occurrence), rule, outcome)
            held = wishes.setdefault(key, {}).setdefault(wish.id, wish)
            if _order(wish) < _order(held):
                wishes[key][wish.id] = wish
    tasks: dict[Key, list[Task]] = {key: [] for key in wishes}
    for task in existing:
        if task.rule.partition(".")[0] in outcomes:
            tasks.setdefault((task.rule, task.subject), []).append(task)
    desk = _Desk(customer, today, today + timedelta(days=horizon), policy_value)
    for key in sorted(tasks):
        desk.settle(tasks[key], wishes.get(key, {}), refused.get(key))
    for outcome in refused.values():
        if outcome.until is not None:
            desk.wake_on(outcome.until)
    return Reconciled(
        tuple(desk.create),
        tuple(desk.change),
        tuple(desk.withdraw),
        tuple(desk.expire),
        tuple(desk.reopen),
        desk.wake,
    )


def _order(wish: _Wish) -> tuple[date, date, str]:
    return wish.planned.opens, wish.planned.due, wish.id


def _kept_by_hand(task: Task) -> bool:
    return bool(task.by_hand) or task.tries > 0 or task.next_at is not None


def last_day(task: Task, expires: date | None) -> date | None:
    """The last day a task is of use: its expiry, or later if an operator or the customer moved it there."""
    if expires is None:
        return None
    moved = [task.due] if "due" in task.by_hand else []
    agreed = [task.next_at.date() + DAY] if task.next_at is not None else []
    return max(expires, *moved, *agreed) if moved or agreed else expires


def withdrawn_by_planning(task: Task) -> bool:
    """Whether nobody but the planner closed it, so that it opens again when its reason returns."""
    return task.state is TaskState.WITHDRAWN and not task.closed_by


@attrs.define
class _Desk:
    customer: str
    today: date
    horizon: date
    policy_value: Callable[[str], Any]
    create: list[Task] = attrs.field(factory=list)
    change: list[Edit] = attrs.field(factory=list)
    withdraw: list[Edit] = attrs.field(factory=list)
    expire: list[Edit] = attrs.field(factory=list)
    reopen: list[Edit] = attrs.field(factory=list)
    wake: date | None = None

    def wake_on(self, day: date) -> None:
        day = max(day, self.today + DAY)
        if self.wake is None or day < self.wake:
            self.wake = day

    def settle(
        self, tasks: list[Task], wishes: dict[str, _Wish], refused: NotPlanned | None
    ) -> None:
        """One rule and subject."""
        known = {task.id: task for task in tasks}
        alive: list[Task] = []
        closed: list[date] = []
        for task in tasks:
            wish = wishes.get(task.id)
            if not task.open:
                if not withdrawn_by_planning(task):
                    closed.append(wish.planned.opens if wish else task.opens)
                continue
            last = last_day(task, wish.planned.expires if wish else task.expires)
            if last is not None and last < self.today:
                params = {"date": last.isoformat()}
                self._close(self.expire, task, TaskState.EXPIRED, EXPIRED, params)
                closed.append(wish.planned.opens if wish else task.opens)
            elif wish is None:
                why = (refused.why, dict(refused.params)) if refused else (NO_LONGER, {})
                self._close(self.withdraw, task, TaskState.WITHDRAWN, *why)
            else:
                alive.append(task)
        chosen = self._choose(alive, known, wishes, closed)
        for task in alive:
            if chosen is None or task.id != chosen.id:
                self._close(self.withdraw, task, TaskState.WITHDRAWN, SUPERSEDED, {})
        if chosen is not None:
            self._keep(known.get(chosen.id), chosen)

    def _choose(
        self,
        alive: list[Task],
        known: dict[str, Task],
        wishes: dict[str, _Wish],
        closed: list[date],
    ) -> _Wish | None:
        come = [
            wishes[task.id]
            for task in alive
            if wishes[task.id].planned.opens <= self.today or _kept_by_hand(task)
        ]
        if come:
            return min(come, key=_order)
        since = max(closed, default=date.min)
        possible = [
            wish
            for wish in wishes.values()
            if wish.planned.opens > since
            and (wish.planned.expires is None or wish.planned.expires >= self.today)
            and (
                wish.id not in known or known[wish.id].open or withdrawn_by_planning(known[wish.id])
            )
        ]
        here = [wish for wish in possible if wish.planned.opens <= self.today]
        if here:
            return max(here, key=_order)
        ahead = min(possible, key=_order, default=None)
        if ahead is None:
            return None
        task = known.get(ahead.id)
        if ahead.planned.opens <= self.horizon or (task is not None and task.open):
            return ahead
        self.wake_on(ahead.planned.opens - (self.horizon - self.today))
        return None

    def _keep(self, task: Task | None, wish: _Wish) -> None:
        wanted = self._task(wish)
        if task is None:
            self.create.append(wanted)
            result = wanted
        else:
            result = attrs.evolve(
                wanted,
                created=task.created,
                tries=task.tries,
                next_at=task.next_at,
                note=task.note,
                by_hand=task.by_hand,
                due=task.due if "due" in task.by_hand else wanted.due,
                owner=task.owner if "owner" in task.by_hand else wanted.owner,
            )
            if not task.open:
                self.reopen.append((task, result))
            elif result != task:
                self.change.append((task, result))
        last = last_day(result, result.expires)
        if last is not None:
            self.wake_on(last + DAY)

    def _close(
        self, into: list[Edit], task: Task, state: TaskState, reason: str, params: dict[str, Any]
    ) -> None:
        closed = attrs.evolve(
            task, state=state, closed_on=self.today, reason=reason, reason_params=params
        )
        into.append((task, closed))

    def _task(self, wish: _Wish) -> Task:
        planned = wish.planned
        reasons: dict[str, Any] = {}
        if planned.facts:
            reasons["facts"] = [
                {"ref": fact.ref, "kind": fact.kind, "on": fact.on.isoformat() if fact.on else ""}
                for fact in planned.facts
            ]
        if planned.policy:
            reasons["policy"] = [[key, self.policy_value(key)] for key in planned.policy]
        return Task(
            wish.id,
            wish.rule,
            self.customer,
            planned.subject,
            planned.occurrence,
            planned.opens,
            planned.due,
            vehicle=planned.vehicle,
            event=planned.event,
            role=planned.role,
            owner=planned.owner,
            channel=planned.channel,
            form=planned.form,
            script=planned.script,
            priority=planned.priority,
            expires=planned.expires,
            reasons=reasons,
        )
