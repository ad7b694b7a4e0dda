"""Everything a call sheet shows, fetched in one go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from dcrc.errors import NotFound
from dcrc.i18n import t
from dcrc.kernel.agenda import filter_for, tasks
from dcrc.kernel.calendar import get_task
from dcrc.kernel.contact import CONTACT_CHANNELS, Refusal, may_contact
from dcrc.kernel.customers import Customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.doubts import doubts_about
from dcrc.kernel.explain import task_remarks
from dcrc.kernel.forms import Form
from dcrc.kernel.history import Entry, timeline
from dcrc.kernel.tasks import Task
from dcrc.kernel.vehicles import Vehicle, vehicles_of
from dcrc.tui import owner_confirmation
from dcrc.tui.drafts import SheetDraft, read_sheet_draft
from dcrc.tui.task_titles import title_with_car

HISTORY = 60


@attrs.frozen
class SheetTask:
    """An open task with its title, form and filled script; `due_now` when a call now is about it.

    `waits_until` is when a try or an agreement put off what would be due today; `at_hand` says that it can
    be worked today, work at the desk too.
    """

    task: Task
    title: str
    due_now: bool
    waits_until: datetime | None
    form: Form | None = None
    script: str = ""
    at_hand: bool = False


@attrs.frozen
class SheetData:
    """One customer's conversation: who, what is open, what was said before."""

    customer: Customer
    vehicles: list[Vehicle]
    tasks: list[SheetTask]
    history: list[Entry]
    draft: SheetDraft
    refusal: Refusal | None
    at: datetime

    def tells_nothing_new(self, other: SheetData) -> bool:
        """Whether `other`, fetched later, would look the same; drafts are the sheet's own."""
        return attrs.evolve(other, at=self.at, draft=self.draft) == self

    @property
    def due_now(self) -> list[SheetTask]:
        """The tasks that belong into a call today."""
        return [each for each in self.tasks if each.due_now]

    @property
    def offered(self) -> list[SheetTask]:
        """What a call now is about: what is due, else what only waits for its time (he calls back himself),
        and what was begun."""
        about = self.due_now or [each for each in self.tasks if each.waits_until is not None]
        begun = self.draft.answers
        return [each for each in self.tasks if each in about or begun.get(each.task.id)]


def load_sheet(desk: Desk, customer_id: str, *, mine: bool = True) -> SheetData:
    """The call sheet of a customer as it is now; with `mine` other people's tasks are no part of the call."""
    customer = find_customer(desk, customer_id)
    vehicles = vehicles_of(desk, customer_id)
    open_tasks = sorted(
        tasks(desk, customer=customer_id, state="open", limit=0),
        key=lambda task: (task.due, -task.priority, task.id),
    )
    shown = [_sheet_task(desk, customer, vehicles, task, mine) for task in open_tasks]
    return SheetData(
        customer,
        vehicles,
        sorted(shown, key=lambda each: not each.due_now),
        timeline(desk, customer_id, limit=HISTORY),
        read_sheet_draft(desk, customer_id),
        may_contact(desk, customer, desk.now()),
        desk.now(),
    )


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
    counts = (
        task.opens <= today
        and task.channel in CONTACT_CHANNELS
        and filter_for(desk, mine=mine).counts_group(task.role, task.owner or None)
    )
    return SheetTask(
        task,
        title_with_car(desk, task, vehicles),
        counts and not held_back,
        task.next_at if counts and held_back else None,
        _form(desk, task),
        _script(desk, customer, car, task),
        task.opens <= today and not held_back,
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
