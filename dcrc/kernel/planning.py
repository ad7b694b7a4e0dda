"""Planning: brings the calendar up to date for the customers for whom something can have changed.

What can have changed is known without being told: facts from the
journal since it was last read, customers whose `wake` day has come, and everybody when the policies differ.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import attrs
from tinydb import where

from dcrc.kernel.car_history import owners_of
from dcrc.kernel.customers import Customer
from dcrc.kernel.operators import Permission
from dcrc.kernel.plan_run import (
    BY_HAND,
    CONTACT_NOTES,
    PlanFailure,
    Planning,
    PlanReport,
    contact_note,
    described,
    report_problem,
)
from dcrc.kernel.reconcile import Reconciled
from dcrc.store import GlobalId
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

OPERATION = "plan"
CHUNK = 400  # customers of one transaction
AT_ONCE = 100  # customers at most who are planned while somebody waits
STATE = GlobalId("plan")
_UNPLANNED: Mapping[str, Any] = {}


@attrs.frozen
class PlanningPolicy:
    """The section `planning`."""

    horizon_days: int = attrs.field(
        default=62,
        validator=attrs.validators.ge(0),
        metadata={
            "unit": "days",
            "doc": Wording("提前多少天列入日历", "how far ahead tasks stand on the calendar"),
        },
    )


def plan(
    desk: Desk,
    *,
    until: date | None = None,
    customers: Iterable[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PlanReport:
    """Bring the calendar up to date, for `customers` alone if they are given.

    `until` plans further ahead than the policy's horizon. Every few hundred customers are one transaction, so
    a plan that is cancelled or killed goes on where it stopped. `progress` is called with (done, total).
    """
    desk.require(Permission.PLAN)
    run = Planning.of(desk, until)
    state = desk.planning.get(doc_id=STATE) or {}
    whole = customers is None
    everybody = whole and state.get("digest") != run.digest
    seen, head = int(state.get("seen", 0)), desk.db.journal.head()
    wanted = set(customers) if customers is not None else _changed(desk, run, state, seen)
    total = desk.customers.count() if everybody else len(wanted)
    if (everybody or state) and run.today.isoformat() > state.get("day", ""):
        # a first plan that is killed goes on with what was changed since this moment
        begun = state or {"seen": head, "digest": "", "until": ""}
        desk.planning.put(STATE, {**begun, "day": run.today.isoformat()})
    done = 0
    stopped = False
    for ids in _chunks(desk, run, wanted, everybody, first=not state):
        if cancelled is not None and cancelled():
            stopped = True
            break
        with _uncollected(), desk.db.transaction(OPERATION, operator=desk.operator.name):
            run.settle(ids)
        done += len(ids)
        if progress is not None:
            progress(min(done, total), total)
    if whole and not stopped:
        _remember(desk, run, state, head)
    run.report_failures()
    return attrs.evolve(
        run.report, failures=tuple(run.failures()), until=run.until, cancelled=stopped
    )


def replan_customer(desk: Desk, customer_id: str) -> Reconciled:
    """Plan one customer inside the running operation; needs no permission of its own."""
    return replan_customers(desk, [customer_id]).get(customer_id, Reconciled())


def replan_customers(desk: Desk, customers: Iterable[str]) -> dict[str, Reconciled]:
    """Plan these customers inside the running operation; needs no permission of its own."""
    run = Planning.of(desk, None)
    everyone, found = iter(customers), dict[str, Reconciled]()
    while ids := list(islice(everyone, CHUNK)):
        with desk.db.transaction(OPERATION, operator=desk.operator.name):
            found |= run.settle(ids)
    run.report_failures()
    return found


def replan_touched(desk: Desk, since: int) -> None:
    """Plan at once whose facts changed since journal number `since`, if they are few.

    What touches hundreds (an import that is taken back) is left to the next plan, as the import itself was.
    """
    run = Planning.of(desk, None)
    touched = _touched(desk, run, since)
    if 0 < len(touched) <= AT_ONCE:
        with desk.db.transaction(OPERATION, operator=desk.operator.name):
            run.settle(sorted(touched))
        run.report_failures()


def note_contact(desk: Desk, customers: Iterable[str]) -> None:
    """Let the day's list know at once who may be called after changes that the next plan will look at."""
    everyone = iter(customers)
    while ids := [GlobalId(each) for each in islice(everyone, CHUNK)]:
        known = desk.planning.get_many(ids)
        notes = []
        for customer_id, document in desk.customers.get_many(ids).items():
            before = dict(known.get(customer_id) or {})
            kept = {name: value for name, value in before.items() if name not in CONTACT_NOTES}
            note = {**kept, **contact_note(desk.read(Customer, document))}
            if note != before:
                notes.append((customer_id, note))
        if notes:
            desk.planning.put_many(notes)


def wake_up(desk: Desk, customers: Iterable[str]) -> None:
    """Have the next plan look at customers of whom no fact is new: what stands with them was given back."""
    today = desk.today().isoformat()
    known = desk.planning.get_many([GlobalId(each) for each in customers])
    desk.planning.put_many((one, {**note, "wake": today}) for one, note in known.items())


def planned_until(desk: Desk) -> date | None:
    """The last day that the calendar is planned for; None before the first plan."""
    state = desk.planning.get(doc_id=STATE)
    return date.fromisoformat(state["until"]) if state and state["until"] else None


_titles: WeakKeyDictionary[Desk, dict[str, Wording]] = WeakKeyDictionary()


def rule_titles_of(desk: Desk) -> Mapping[str, Wording]:
    """Every rule of every planner by its full name, in the planners' order, and the tasks made by hand."""
    if desk not in _titles:
        titles = _titles[desk] = {}
        for planner in desk.plugins.planners():
            try:
                rules = planner.rules(desk.policies.section(planner.section))
            except Exception as error:  # noqa: BLE001 - named, its rules keep their short names
                report_problem(desk, planner.name, described(error))
                continue
            titles.update((f"{planner.name}.{rule.name}", rule.title) for rule in rules)
        titles[BY_HAND] = Wording("手工任务", "Made by hand")
    return _titles[desk]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the cycle collector out of a chunk: records form no cycles, looking for some costs a third."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _changed(desk: Desk, run: Planning, state: Mapping[str, Any], seen: int) -> set[str]:
    """Customers with new facts since journal number `seen`, and those whose day has come.

    Everybody when the calendar was planned on a day that is still to come: the clock was ahead then.
    """
    if not state:
        return set()
    if _ahead(run, state):
        return {str(each) for each in desk.customers.ids_starting("", limit=-1)}
    touched = _touched(desk, run, seen)
    come = (run.today + run.further).isoformat()
    woken = desk.planning.iterate(where("wake") <= come)
    return touched | {str(document.doc_id) for document in woken}


def _ahead(run: Planning, state: Mapping[str, Any]) -> bool:
    return str(state.get("day", "")) > run.today.isoformat()


def _touched(desk: Desk, run: Planning, since: int) -> set[str]:
    """Whose facts changed: those told of him, and those of his cars, whoever had them then."""
    journal, planned = desk.db.journal, [OPERATION]
    own = journal.touched(since, ["customers"], ["doc_id"], exclude_operations=planned)
    own |= journal.touched(since, list(run.tables), ["customer"], exclude_operations=planned)
    cars = journal.touched(since, ["events"], ["vehicle"], exclude_operations=planned)
    return own | owners_of(desk, cars)


def _chunks(
    desk: Desk, run: Planning, wanted: set[str], everybody: bool, *, first: bool
) -> Iterator[list[str]]:
    """The customers to plan; those planned by these policies are passed by, but not in the very first plan.

    Before that one nothing was remembered of when their facts changed.
    """
    if not everybody:
        ordered = iter(sorted(wanted))
        while chunk := list(islice(ordered, CHUNK)):
            yield chunk
        return
    everyone = iter(desk.customers.ids_starting("", limit=-1))
    while chunk := list(islice(everyone, CHUNK)):
        known = desk.planning.get_many(chunk)
        yield [
            str(each)
            for each in chunk
            if first or each in wanted or (known.get(each) or _UNPLANNED).get("by") != run.digest
        ]


def _remember(desk: Desk, run: Planning, state: Mapping[str, Any], head: int) -> None:
    """Note what was seen; facts that came in meanwhile are left for the next plan."""
    with desk.db.transaction(OPERATION, operator=desk.operator.name):
        meanwhile = _touched(desk, run, head)
        seen = head if meanwhile else desk.db.journal.head()
        before = "" if _ahead(run, state) else str(state.get("until", ""))
        until, day = max(run.until.isoformat(), before), run.today.isoformat()
        became = {"seen": seen, "digest": run.digest, "until": until, "day": day}
        if became != dict(state):
            desk.planning.put(STATE, became)


__all__ = [
    "BY_HAND",
    "OPERATION",
    "PlanFailure",
    "PlanReport",
    "Planning",
    "PlanningPolicy",
    "note_contact",
    "plan",
    "planned_until",
    "replan_customer",
    "replan_touched",
    "rule_titles_of",
]
