"""Everything a call sheet shows, fetched in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import attrs
from tinydb import where

from dcrc.errors import NotFound
from dcrc.i18n import listed, t
from dcrc.kernel.agenda import agreed_words, filter_for, tasks
from dcrc.kernel.calendar import get_task
from dcrc.kernel.contact import CONTACT_CHANNELS, Refusal, blocked, may_contact
from dcrc.kernel.customers import Customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.doubts import doubts_about
from dcrc.kernel.explain import task_remarks
from dcrc.kernel.forms import Form
from dcrc.kernel.history import Entry, timeline
from dcrc.kernel.tasks import Attempt, Task
from dcrc.kernel.titles import result_title
from dcrc.kernel.vehicles import Vehicle, vehicles_of
from dcrc.store import GlobalId
from dcrc.tui import owner_confirmation
from dcrc.tui.drafts import SheetDraft, read_sheet_draft
from dcrc.tui.task_titles import task_title, title_with_car

HISTORY = 60


@attrs.frozen
class SheetTask:
    """An open task with its title, form and filled script; `due_now` when a call now is about it.

    `listed` says that the day's list names it: a call that is due, or work at the desk. `waits_until` is when
    a try or an agreement put off what would be due today; `at_hand` says that somebody can work it today;
    `agreed` are the words for a time agreed with the customer that has come.
    """

    task: Task
    title: str
    due_now: bool
    waits_until: datetime | None
    form: Form | None = None
    script: str = ""
    at_hand: bool = False
    listed: bool = False
    agreed: str = ""

    @property
    def is_contact(self) -> bool:
        """Whether it is about speaking or writing to the customer, not work at the desk."""
        return self.task.channel in CONTACT_CHANNELS


@attrs.frozen
class RecentCall:
    """What somebody recorded for the customer in one go: the ids of the attempts, who, and in words what."""

    ids: frozenset[str]
    operator: str
    words: str


@attrs.frozen
class SheetData:
    """One customer's conversation: who, what is open, what was said before.

    `chosen` is the task with which the sheet was opened, "" without one.
    """

    customer: Customer
    vehicles: list[Vehicle]
    tasks: list[SheetTask]
    history: list[Entry]
    draft: SheetDraft
    refusal: Refusal | None
    at: datetime
    chosen: str = ""
    calls: tuple[RecentCall, ...] = ()

    def tells_nothing_new(self, other: SheetData) -> bool:
        """Whether `other`, fetched later, would look the same; drafts are the sheet's own."""
        return attrs.evolve(other, at=self.at, draft=self.draft) == self

    def in_order_of(self, before: SheetData) -> SheetData:
        """The same with the tasks in the order in which they stand on the sheet already."""
        places = {each.task.id: place for place, each in enumerate(before.tasks)}
        tasks = sorted(self.tasks, key=lambda each: places.get(each.task.id, len(places)))
        return attrs.evolve(self, tasks=tasks)

    @property
    def due_now(self) -> list[SheetTask]:
        """The tasks that belong into a call today."""
        return [each for each in self.tasks if each.due_now]

    @property
    def listed(self) -> list[SheetTask]:
        """The tasks that the day's list names, work at the desk too."""
        return [each for each in self.tasks if each.listed]

    @property
    def offered(self) -> list[SheetTask]:
        """What the sheet is about: what it was opened with, what is due, and what was begun."""
        begun = self.draft.answers
        chosen = next((each for each in self.tasks if each.task.id == self.chosen), None)
        about = self._about(chosen)
        return [each for each in self.tasks if each in about or begun.get(each.task.id)]

    def _about(self, chosen: SheetTask | None) -> list[SheetTask]:
        """What was chosen, if it is the operator's and its time has come; a call with the other calls, as
        one result cannot be that of work at the desk, too.

        Else the calls that are due; of whom nobody may call, or without any, the work at the desk. Without
        either what only waits for its time (he calls back himself).
        """
        at_desk = [each for each in self.listed if not each.is_contact]
        calls = self.due_now or [each for each in self.tasks if each.waits_until is not None]
        if chosen is not None and (chosen.listed or chosen.due_now or chosen.waits_until):
            return [chosen, *(calls if chosen.is_contact else ())]
        if at_desk and (not self.due_now or blocked(self.customer)):
            return at_desk
        return calls


def load_sheet(desk: Desk, customer_id: str, *, mine: bool = True, chosen: str = "") -> SheetData:
    """The call sheet of a customer as it is now; with `mine` other people's tasks are no part of the call.

    The task it was opened with (`chosen`) comes first, then what else the sheet is about.
    """
    customer = find_customer(desk, customer_id)
    vehicles = vehicles_of(desk, customer_id)
    open_tasks = sorted(
        tasks(desk, customer=customer_id, state="open", limit=0),
        key=lambda task: (task.due, -task.priority, task.id),
    )
    shown = [_sheet_task(desk, customer, vehicles, task, mine) for task in open_tasks]
    data = SheetData(
        customer,
        vehicles,
        shown,
        timeline(desk, customer_id, limit=HISTORY),
        read_sheet_draft(desk, customer_id),
        may_contact(desk, customer, desk.now()),
        desk.now(),
        chosen,
        recent_calls(desk, customer_id),
    )
    about = data.offered
    shown.sort(key=lambda each: (each.task.id != chosen, each not in about, not each.listed))
    return data


def recent_calls(desk: Desk, customer_id: str) -> tuple[RecentCall, ...]:
    """What was recorded for the customer since yesterday, in order of time; tasks of one call together."""
    of_customer = where("customer") == customer_id
    since = (desk.today() - timedelta(days=1)).isoformat()
    attempts = sorted(
        (
            desk.read(Attempt, each)
            for each in desk.attempts.search(of_customer & (where("on") >= since))
        ),
        key=lambda each: (each.at, each.id),
    )
    return tuple(
        _recent_call(desk, list(together))
        for _, together in groupby(attempts, key=lambda each: (each.at, each.operator, each.result))
    )


def by_others(desk: Desk, calls: Sequence[RecentCall], known: frozenset[str]) -> list[RecentCall]:
    """Those of `calls` that other operators recorded and whose attempts are not `known`."""
    return [each for each in calls if each.operator != desk.operator.name and not each.ids <= known]


def _recent_call(desk: Desk, attempts: Sequence[Attempt]) -> RecentCall:
    first = attempts[0]
    about = desk.tasks.get_many(GlobalId(each.task) for each in attempts)  # some may be undone
    titles = listed(
        dict.fromkeys(task_title(desk, desk.read(Task, each)) for each in about.values())
    )
    result = result_title(first.result)
    words = t(
        "{operator} at {time}: {result}",
        operator=first.operator,
        time=f"{first.at.astimezone(desk.zone):%H:%M}",
        result=t("{result} ({titles})", result=result, titles=titles) if titles else result,
    )
    return RecentCall(frozenset(each.id for each in attempts), first.operator, words)


def doubts_on_sheet(
    desk: Desk, answers: Mapping[str, Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    """What is said against `answers` by task: (task, question) → the words."""
    return {
        (task, doubt.field): t(doubt.remark.text, **doubt.remark.params)
        for task, given in answers.items()
        for doubt in doubts_about(desk, get_task(desk, task), given)
    }


def _sheet_task(
    desk: Desk, customer: Customer, vehicles: list[Vehicle], task: Task, mine: bool
) -> SheetTask:
    car = next((each for each in vehicles if each.id == task.vehicle), None)
    car = car or (vehicles[0] if len(vehicles) == 1 else None)
    now, today = desk.now(), desk.today()
    held_back = task.next_at is not None and task.next_at > now
    at_hand = task.opens <= today and not held_back
    whose = filter_for(desk, mine=mine).counts_group(task.role, task.owner or None)
    contact = task.channel in CONTACT_CHANNELS
    promised = "next_at" in task.by_hand
    waits = whose and contact and task.opens <= today and held_back
    return SheetTask(
        task,
        title_with_car(desk, task, vehicles),
        at_hand and whose and contact,
        task.next_at if waits else None,
        _form(desk, task),
        _script(desk, customer, car, task),
        at_hand,
        at_hand and whose,
        agreed_words(desk, task.next_at) if at_hand and task.next_at and promised else "",
    )


def _form(desk: Desk, task: Task) -> Form | None:
    """The task's form; one that a switched-off function took with it is no reason to stop the call."""
    if task.rule == owner_confirmation.RULE:
        return owner_confirmation.confirmation_form()
    try:
        return desk.forms.get(task.form) if task.form else None
    except NotFound:
        return None


def _script(desk: Desk, customer: Customer, car: Vehicle | None, task: Task) -> str:
    """What the operator says, then what is to be known of the task."""
    remarks = "\n".join(f"· {each}" for each in task_remarks(desk, task))
    try:
        said = desk.scripts.fill(task.script, customer, car, task, desk) if task.script else ""
    except NotFound:
        said = ""
    return f"{said.rstrip()}\n\n{remarks}".strip()
