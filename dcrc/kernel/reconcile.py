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
from dcrc.kernel.tasks import Task, TaskState, closed, task_id

DAY = timedelta(days=1)
EXPIRED = "not done by {date}"
NO_LONGER = "the reason for it is gone"
SUPERSEDED = "another occurrence takes its place"

Key = tuple[str, str]  # full name of the rule, subject
Edit = tuple[Task, Task]  # as it was, as it becomes
Wishes = dict[str, Planned]  # by occurrence


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

    def edited(self, became: Callable[[Edit], Edit | None]) -> Reconciled:
        """The same with each change of a task as `became` gives it, without those for which it gives None."""

        def kept(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
            return tuple(edit for each in edits if (edit := became(each)) is not None)

        return attrs.evolve(
            self,
            change=kept(self.change),
            withdraw=kept(self.withdraw),
            expire=kept(self.expire),
            reopen=kept(self.reopen),
        )


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
    tasks: dict[Key, list[Task]] = {}
    for task in existing:
        if task.rule.partition(".")[0] in outcomes:
            tasks.setdefault((task.rule, task.subject), []).append(task)
    wishes: dict[Key, Wishes] = {}
    refused: dict[Key, NotPlanned] = {}
    desk = _Desk(customer, today, today + timedelta(days=horizon), policy_value)
    for planner, answers in outcomes.items():
        for outcome in answers:
            if isinstance(outcome, NotPlanned):
                if tasks:  # it is the reason to withdraw one
                    refused[f"{planner}.{outcome.rule}", outcome.subject] = outcome
                if outcome.until is not None:
                    desk.wake_on(outcome.until)
                continue
            key = (f"{planner}.{outcome.rule}", outcome.subject)
            expired = outcome.expires is not None and outcome.expires < today
            if expired and key not in tasks:
                continue  # most of a long history: nothing was made of it, nothing will be
            held = wishes.setdefault(key, {}).setdefault(outcome.occurrence, outcome)
            if held is not outcome:
                if desk.rank(outcome) < desk.rank(held):
                    wishes[key][outcome.occurrence] = outcome
                for each in (held, outcome):  # the other one counts once this one has expired
                    if each.expires is not None and each.expires >= today:
                        desk.wake_on(each.expires + DAY)
    for key in sorted({*tasks, *wishes}):
        desk.settle(key[0], tasks.get(key, []), wishes.get(key, {}), refused.get(key))
    if desk.expire:
        desk.wake_on(
            today + DAY
        )  # planners were asked before; that nobody did it is a fact for them
    return Reconciled(
        tuple(desk.create),
        tuple(desk.change),
        tuple(desk.withdraw),
        tuple(desk.expire),
        tuple(desk.reopen),
        desk.wake and max(desk.wake, today + DAY),
    )


def _order(planned: Planned) -> tuple[date, date, str]:
    return planned.opens, planned.due, planned.occurrence


def _kept_by_hand(task: Task) -> bool:
    return task.day_by_hand or task.tries > 0 or task.next_at is not None


def last_day(task: Task, expires: date | None) -> date | None:
    """The last day a task is of use: its expiry, or later if an operator or the customer moved it there."""
    if expires is None:
        return None
    moved = [task.due] if "due" in task.by_hand else []
    agreed = [task.next_at.date() + DAY] if task.next_at is not None else []
    return max(expires, *moved, *agreed) if moved or agreed else expires


def may_return(task: Task, today: date) -> bool:
    """Whether a closed task opens again when its reason returns: the planner withdrew it, or let it expire
    on a day that is still to come, when a clock was ahead."""
    ahead = task.closed_on is not None and task.closed_on > today
    by_planning = {TaskState.WITHDRAWN, TaskState.EXPIRED} if ahead else {TaskState.WITHDRAWN}
    return task.state in by_planning and not task.closed_by


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

    def rank(self, planned: Planned) -> tuple[bool, date, date]:
        """Which of two wishes for the same occurrence counts: the least."""
        expired = planned.expires is not None and planned.expires < self.today
        return expired, planned.opens, planned.due

    def wake_on(self, day: date) -> None:
        if self.wake is None or day < self.wake:
            self.wake = day

    def settle(
        self, rule: str, tasks: list[Task], wishes: Wishes, refused: NotPlanned | None
    ) -> None:
        """One rule and subject."""
        known = {task.occurrence: task for task in tasks}
        alive: list[Task] = []
        since = date.min  # the newest that was closed; nothing older is made after it
        agreed = False  # one lives on past its expiry, by a day agreed with the customer
        for task in tasks:
            wish = wishes.get(task.occurrence)
            opens = wish.opens if wish else task.opens
            if not task.open:
                if not may_return(task, self.today):
                    since = max(since, opens)
                    if wish is not None and opens > self.today:
                        self.wake_on(
                            opens
                        )  # done early: from its day on the next one may be spoken of
                continue
            last = last_day(task, wish.expires if wish else task.expires)
            if last is not None and last < self.today:
                params = {"date": last.isoformat()}
                self._close(self.expire, task, TaskState.EXPIRED, EXPIRED, params)
                since = max(since, opens)
            elif wish is None and refused is None and last != task.expires:
                agreed = True  # its planner has no more to say of it; what was agreed holds
                self.wake_on((last or self.today) + DAY)
            elif wish is None:
                why = (refused.why, dict(refused.params)) if refused else (NO_LONGER, {})
                self._close(self.withdraw, task, TaskState.WITHDRAWN, *why)
            else:
                alive.append(task)
        chosen = None if agreed else self._choose(alive, known, wishes, since)
        for task in alive:
            if chosen is None or task.occurrence != chosen.occurrence:
                self._close(self.withdraw, task, TaskState.WITHDRAWN, SUPERSEDED, {})
        if chosen is not None:
            self._keep(rule, known.get(chosen.occurrence), chosen)

    def _choose(
        self, alive: list[Task], known: dict[str, Task], wishes: Wishes, since: date
    ) -> Planned | None:
        come = [
            wishes[task.occurrence]
            for task in alive
            if wishes[task.occurrence].opens <= self.today or _kept_by_hand(task)
        ]
        if come:
            return min(come, key=_order)
        here: Planned | None = None
        ahead: Planned | None = None
        for wish in wishes.values():
            task = known.get(wish.occurrence)
            if (
                wish.opens <= since
                or (wish.expires is not None and wish.expires < self.today)
                or not (task is None or task.open or may_return(task, self.today))
            ):
                continue
            if wish.opens <= self.today:
                if here is None or _order(wish) > _order(here):
                    here = wish
            elif ahead is None or _order(wish) < _order(ahead):
                ahead = wish
        if here is not None or ahead is None:
            return here
        task = known.get(ahead.occurrence)
        if ahead.opens <= self.horizon or (task is not None and task.open):
            return ahead
        self.wake_on(ahead.opens - (self.horizon - self.today))
        return None

    def _keep(self, rule: str, task: Task | None, wish: Planned) -> None:
        wanted = self._task(rule, wish)
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
        into.append((task, closed(task, state, None, self.today, "", reason, params)))

    def _task(self, rule: str, planned: Planned) -> Task:
        reasons: dict[str, Any] = {}
        if planned.facts:
            reasons["facts"] = [
                {"ref": fact.ref, "kind": fact.kind, "on": fact.on.isoformat() if fact.on else ""}
                for fact in planned.facts
            ]
        if planned.policy:
            reasons["policy"] = [[key, self.policy_value(key)] for key in planned.policy]
        if planned.remarks:
            reasons["remarks"] = [[each.text, dict(each.params)] for each in planned.remarks]
        return Task(
            task_id(rule, planned.subject, planned.occurrence),
            rule,
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
            most_tries=planned.tries,
            message=planned.message,
            expires=planned.expires,
            reasons=reasons,
        )
