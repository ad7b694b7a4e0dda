"""One planning run: what the planners say of some customers, and the writing of what differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

import dcrc
from dcrc.errors import PolicyError
from dcrc.kernel.car_history import declared
from dcrc.kernel.contact import blocked
from dcrc.kernel.customers import Customer
from dcrc.kernel.documents import to_document
from dcrc.kernel.dossiers import fact_tables, read_dossiers
from dcrc.kernel.facts import latest_day
from dcrc.kernel.happened import first_to_come, kinds_ahead, so_far
from dcrc.kernel.planner import Dossier, NotPlanned, Outcome, Planner, PlanningDay
from dcrc.kernel.plugins import PluginProblem
from dcrc.kernel.reconcile import Reconciled, reconcile
from dcrc.kernel.sharing import share_conversations
from dcrc.kernel.sold_on import leaving, refuse_cars_of_others, taken_over, taking
from dcrc.kernel.tasks import Task, TaskState, closed
from dcrc.kernel.workdays import workdays_of
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

BY_HAND = "by_hand"
ARCHIVED = "the customer is archived"
CONTACT_NOTES = ("blocked", "prefers")
GONE = "the customer is not there any more"
SWITCHED_OFF = "the function is switched off"


@attrs.frozen
class PlanFailure:
    """A planner that raised: for how many customers, and what kind of error where."""

    planner: str
    what: str
    customers: int


@attrs.frozen
class PlanReport:
    """What a plan wrote, in tasks; `customers` were looked at; `until` is the last day that is planned."""

    created: int = 0
    moved: int = 0
    withdrawn: int = 0
    expired: int = 0
    reopened: int = 0
    customers: int = 0
    failures: tuple[PlanFailure, ...] = ()
    until: date | None = None
    cancelled: bool = False

    @property
    def changes(self) -> int:
        """Tasks written."""
        return self.created + self.moved + self.withdrawn + self.expired + self.reopened


@attrs.define(eq=False)
class Planning:
    """One run over some customers: the planners, the day, and what was written so far."""

    desk: Desk
    planners: Sequence[Planner]
    tables: Mapping[str, type]
    day: PlanningDay
    horizon: int
    further: timedelta
    digest: str
    latest: date  # the last day on which something can have happened
    ahead: frozenset[str]  # kinds of facts whose day may be later
    report: PlanReport = attrs.field(factory=PlanReport)
    _failed: dict[tuple[str, str], set[str]] = attrs.field(factory=dict)
    _values: dict[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(cls, desk: Desk, until: date | None = None, *, explained: bool = False) -> Planning:
        """Today's run with the desk's planners; `explained` if somebody reads what they answer."""
        policies, today, latest = desk.policies, desk.today(), latest_day(desk)
        planners = sorted(desk.plugins.planners(), key=lambda planner: str(planner.name))
        usual = int(policies.section("planning").horizon_days)
        horizon = max(usual, (until - today).days) if until is not None else usual
        parts = [
            dcrc.__version__,
            str(usual),
            str((latest - today).days),
            policies.digest_of("workdays"),
        ]
        parts += [policies.digest_of("conversations")]
        parts += [f"{each.name}={policies.digest_of(each.section)}" for each in planners]
        parts += [*declared(desk), *desk.plugins.planner_versions()]
        parts += [f"-{name}" for name in sorted(desk.plugins.switched_off)]
        return cls(
            desk,
            planners,
            fact_tables(desk),
            PlanningDay(today, workdays_of(desk), policies, explained, today + timedelta(horizon)),
            horizon,
            timedelta(days=horizon - usual),
            sha256("|".join(parts).encode()).hexdigest()[:12],
            latest,
            kinds_ahead(desk),
        )

    @property
    def today(self) -> date:
        return self.day.today

    @property
    def until(self) -> date:
        return self.day.until

    def settle(self, customers: Sequence[str]) -> dict[str, Reconciled]:
        """Plan some customers and write what differs; inside a transaction."""
        dossiers = read_dossiers(self.desk, customers, self.tables)
        if len(dossiers) < len(set(customers)):
            self._forget(set(customers) - {each.customer.id for each in dossiers})
        found = {each.customer.id: self.reconcile(each) for each in dossiers}
        self._move_over(dossiers, found)
        self._write(found)
        self._note({each.customer.id: each.customer for each in dossiers}, found)
        return found

    def reconcile(self, dossier: Dossier, elsewhere: Sequence[Task] = ()) -> Reconciled:
        """What planning would do with one customer; `elsewhere` are tasks of others that he claims."""
        planned, failed = self.outcomes(dossier)
        outcomes = share_conversations(
            planned,
            dossier.tasks,
            self.day.policies.section("conversations"),
            self.day.workdays,
            self.today,
        )
        reconciled = reconcile(
            dossier.customer.id,
            (*dossier.tasks, *elsewhere),
            outcomes,
            self.today,
            self.horizon,
            self.policy_value,
        )
        reconciled = _with_own_tasks(reconciled, dossier, self.today)
        if (to_come := first_to_come(dossier, self.latest, self.ahead)) is not None:
            comes = to_come - (self.latest - self.today)
            reconciled = attrs.evolve(reconciled, wake=min(comes, reconciled.wake or comes))
        if failed:  # the next plan tries again, be it on the same day
            reconciled = attrs.evolve(reconciled, wake=self.today)
        return reconciled

    def outcomes(self, dossier: Dossier) -> tuple[dict[str, Sequence[Outcome]], bool]:
        """What each planner says of what has happened, by its name; a planner that raises is left out."""
        dossier = so_far(dossier, self.latest, self.ahead)
        customer = dossier.customer
        gone = _is_gone(customer)
        outcomes: dict[str, Sequence[Outcome]] = {
            name: _refused(dossier, name, SWITCHED_OFF) for name in self.desk.plugins.switched_off
        }
        failed = False
        for planner in self.planners:
            if gone:
                outcomes[planner.name] = _refused(dossier, planner.name, ARCHIVED)
                continue
            policy = self.day.policies.section(planner.section)
            try:
                outcomes[planner.name] = tuple(planner.plan(dossier, policy, self.day))
            except Exception as error:  # noqa: BLE001 - named, its tasks left alone, reported
                failed = True
                what = described(error)
                self._failed.setdefault((planner.name, what), set()).add(customer.id)
        refuse_cars_of_others(self.desk, dossier, outcomes)
        return outcomes, failed

    def policy_value(self, key: str) -> Any:
        """The value of a dotted key as documents hold it; empty for a key that nobody knows."""
        if key not in self._values:
            try:
                value = self.day.policies.value(key)
            except PolicyError:
                value = ""
            plain = value is None or isinstance(value, (bool, int, float, str))
            self._values[key] = value if plain else str(value)
        return self._values[key]

    def _move_over(self, dossiers: Sequence[Dossier], found: dict[str, Reconciled]) -> None:
        """Tasks to be made that another customer has (his car was sold on) move to this one."""
        created = {task.id: task.customer for each in found.values() for task in each.create}
        if not created:
            return
        known = self.desk.tasks.get_many([GlobalId(each) for each in created])
        claimed: dict[str, dict[str, Task]] = {}
        for task_id, document in known.items():
            task = self.desk.read(Task, document)
            claimed.setdefault(created[str(task_id)], {})[task.id] = task
        for dossier in dossiers:
            if (theirs := claimed.get(dossier.customer.id)) is not None:
                fresh = [
                    taken_over(self.desk, task, dossier.customer.id) for task in theirs.values()
                ]
                found[dossier.customer.id] = taking(self.reconcile(dossier, fresh), theirs)
        for customer, theirs in claimed.items():
            taken = {was.id for was, _ in found[customer].edits} & set(theirs)
            for other in {theirs[each].customer for each in taken} & set(found) - {customer}:
                found[other] = leaving(found[other], taken)

    def _forget(self, customers: set[str]) -> None:
        """Customers whose registration was undone leave the calendar; it comes back with them."""
        desk, now = self.desk, self.desk.now()
        desk.planning.remove(doc_ids=list(desk.planning.get_many(map(GlobalId, customers))))
        theirs: Any = frozenset(customers)
        for document in desk.tasks.search(where("customer").one_of(theirs)):
            task = desk.read(Task, document)
            if task.open:
                gone = closed(task, TaskState.WITHDRAWN, now, self.today, reason=GONE)
                desk.edit(desk.tasks, task, gone)
                self.report = attrs.evolve(self.report, withdrawn=self.report.withdrawn + 1)

    def _write(self, found: Mapping[str, Reconciled]) -> None:
        desk, now = self.desk, self.desk.now()
        stamp = now.astimezone(UTC).isoformat(timespec="seconds")
        made = [
            (GlobalId(task.id), {**to_document(task), "created": stamp})
            for each in found.values()
            for task in each.create
        ]
        if made:
            desk.tasks.put_many(made)
        for each in found.values():
            for before, after in (*each.change, *each.reopen):
                desk.edit(desk.tasks, before, after)
            for before, after in (*each.withdraw, *each.expire):
                desk.edit(desk.tasks, before, attrs.evolve(after, closed_at=now))
        self.report = attrs.evolve(
            self.report,
            created=self.report.created + len(made),
            moved=self.report.moved + sum(len(each.change) for each in found.values()),
            withdrawn=self.report.withdrawn + sum(len(each.withdraw) for each in found.values()),
            expired=self.report.expired + sum(len(each.expire) for each in found.values()),
            reopened=self.report.reopened + sum(len(each.reopen) for each in found.values()),
            customers=self.report.customers + len(found),
        )

    def _note(self, customers: Mapping[str, Customer], found: Mapping[str, Reconciled]) -> None:
        notes = []
        for customer, each in found.items():
            note = {"by": self.digest, **contact_note(customers[customer])}
            if each.wake is not None:
                note["wake"] = each.wake.isoformat()
            notes.append((GlobalId(customer), note))
        self.desk.planning.put_many(notes)

    def failures(self) -> Iterator[PlanFailure]:
        for (planner, what), customers in sorted(self._failed.items()):
            yield PlanFailure(planner, what, len(customers))

    def report_failures(self) -> None:
        """Name planners that raised among the plugins' problems."""
        for planner, what in sorted(self._failed):
            report_problem(self.desk, planner, what)


def contact_note(customer: Customer) -> dict[str, str]:
    """What the day's list must know of a customer: that nobody may or can call him, and when he likes it."""
    wishes = zip(CONTACT_NOTES, (blocked(customer), customer.preferred_time), strict=True)
    return {name: wish for name, wish in wishes if wish}


def report_problem(desk: Desk, planner: str, what: str) -> None:
    """Name a planner that raised among the plugins' problems, once."""
    problem = PluginProblem(planner, "plan", what)
    if problem not in desk.plugins.problems:
        desk.plugins.problems.append(problem)


def _refused(dossier: Dossier, planner: str, why: str) -> tuple[NotPlanned, ...]:
    """The same answer for every open task of a planner."""
    return tuple(
        NotPlanned(task.rule.partition(".")[2], task.subject, why)
        for task in dossier.tasks
        if task.open and task.rule.partition(".")[0] == planner
    )


def _is_gone(customer: Customer) -> bool:
    return customer.archived or bool(customer.merged_into)


def _with_own_tasks(reconciled: Reconciled, dossier: Dossier, today: date) -> Reconciled:
    """Tasks made by hand leave the calendar with their customer, and come back with him."""
    own = [task for task in dossier.tasks if task.rule == BY_HAND]
    if not own:
        return reconciled
    if _is_gone(dossier.customer):
        leave = tuple(
            (task, closed(task, TaskState.WITHDRAWN, None, today, reason=ARCHIVED))
            for task in own
            if task.open
        )
        return attrs.evolve(reconciled, withdraw=reconciled.withdraw + leave)
    come = tuple(
        (task, attrs.evolve(task, state=TaskState.OPEN, closed_on=None, closed_at=None, reason=""))
        for task in own
        if task.state is TaskState.WITHDRAWN
        and not task.closed_by
        and task.reason in (ARCHIVED, GONE)
    )
    return attrs.evolve(reconciled, reopen=reconciled.reopen + come)


def described(error: Exception) -> str:
    """Kind and place of an error; its message may hold customer data and stays out."""
    place, frame = "", error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        place = f" ({code.co_filename.rpartition('/')[2]}:{frame.tb_lineno})"
        frame = frame.tb_next
    return f"{type(error).__name__}{place}"
