"""Assigning: whose work a task is – one task, all of some customers, or a list shared out among several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import attrs

from dcrc.errors import InputError
from dcrc.i18n import t
from dcrc.kernel.day_filter import OPEN, active_staff, open_groups
from dcrc.kernel.documents import to_document
from dcrc.kernel.fair_shares import share_out
from dcrc.kernel.operators import Operator, Permission, list_operators, role_of
from dcrc.kernel.planning import wake_up
from dcrc.kernel.task_refs import get_task, require_open
from dcrc.kernel.tasks import Task
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

Edit = tuple[Task, Task]  # as it was, as it becomes


@attrs.frozen
class Part:
    """What one person gets of an assignment; `kept` are customers of the list who stay with him.

    `open` and `due` are all his open tasks afterwards, and those of them that have come.
    """

    name: str
    customers: int = 0
    tasks: int = 0
    kept: int = 0
    open: int = 0
    due: int = 0


@attrs.frozen
class Assigned:
    """What an assignment changes, or would change.

    `people` are those who were named and whoever else gets something. `kept` customers stay with whom they
    are, `left` ones have nothing that is the work of these people. `later` tasks change hands that have not
    come yet, so that they are on no day's list.
    """

    edits: tuple[Edit, ...] = ()
    people: tuple[Part, ...] = ()
    kept: int = 0
    left: int = 0
    later: int = 0

    @property
    def moved(self) -> tuple[Edit, ...]:
        """The tasks that change hands; others are only marked as given by hand."""
        return tuple((was, now) for was, now in self.edits if was.owner != now.owner)

    @property
    def customers(self) -> int:
        """How many customers have such a task."""
        return len({was.customer for was, _ in self.moved})


def later_line(done: Assigned) -> str:
    """How many of the tasks that change hands are not on today's list, in words."""
    return t(
        "{count} of the {total} calls come later: today's list does not count them.",
        count=done.later,
        total=len(done.moved),
    )


@attrs.frozen
class Workload:
    """Somebody who works here: the roles whose tasks are his work, and how many he has that are open and
    that have come. `own_role`: most of what is asked about is the work of his own role, not one he may do
    besides."""

    operator: Operator
    works: tuple[str, ...]
    open: int = 0
    due: int = 0
    own_role: bool = False

    @property
    def name(self) -> str:
        return self.operator.name


def workloads(desk: Desk) -> list[Workload]:
    """Everybody who works here, by name."""
    desk.require(Permission.CUSTOMERS_VIEW)
    today = desk.today().isoformat()
    open_: dict[str, int] = {}
    due: dict[str, int] = {}
    for (_, _, owner, opens, _), count in open_groups(desk).items():
        if owner:
            open_[owner] = open_.get(owner, 0) + count
            due[owner] = due.get(owner, 0) + (count if opens <= today else 0)
    return [
        Workload(
            person,
            tuple(role_of(desk, person).works),
            open_.get(person.name, 0),
            due.get(person.name, 0),
        )
        for person in list_operators(desk, active=True)
    ]


def who_may_work(desk: Desk, customers: Iterable[str]) -> list[Workload]:
    """Those for whom anything that is open with the customers may be work; whose role has most first."""
    open_ = desk.tasks.having("customer", customers, OPEN)
    roles = Counter(str(document.get("role", "caller")) for document in open_)
    most = max(sorted(roles), key=roles.__getitem__, default="")
    able = [
        attrs.evolve(each, own_role=each.operator.role == most)
        for each in workloads(desk)
        if roles.keys() & set(each.works)
    ]
    return sorted(able, key=lambda each: (not each.own_role, each.name))


def assign_task(desk: Desk, task_id: str, owner: str) -> Task:
    """Give a task to an operator; planning leaves the owner alone. Empty: it is given back to the plan.

    Taking a task that nobody has needs no more than the permission for calls.
    """
    task = get_task(desk, task_id)
    assign_tasks(desk, [task.id], owner)
    return get_task(desk, task.id)


def assign_tasks(
    desk: Desk, task_ids: Iterable[str], owner: str, *, dry_run: bool = False
) -> Assigned:
    """Give these very tasks to an operator, whatever their role, in one step.

    With no `owner` they are given back: whose they are the next plan says, mostly nobody's.
    Raises ConflictError for one that is closed already.
    """
    ids = list(dict.fromkeys(task_ids))

    def find() -> Assigned:
        found = [get_task(desk, each) for each in ids]
        for task in found:
            require_open(task)
        check_owner(desk, owner)
        return _told(desk, found, {task.id: owner for task in found}, [owner], back=not owner)

    name = "assign task" if len(ids) == 1 else "assign tasks"
    return _carry_out(desk, name, find, owner, dry_run)


def assign_customers(
    desk: Desk,
    customers: Iterable[str],
    owner: str,
    *,
    taking: Collection[str] | None = None,
    dry_run: bool = False,
) -> Assigned:
    """Give all open tasks of these customers that are his work to an operator, in one step.

    With no `owner` what was given by hand to people who work here is given back: whose it is the next plan
    says, mostly nobody's. With `taking` what others than those named have stays theirs.
    """
    chosen = list(customers)

    def find() -> Assigned:
        check_owner(desk, owner)
        staff = _works(desk)
        found = _open_of(desk, chosen)
        his = [
            task
            for task in found
            if (task.role in staff[owner] if owner else _given_by_hand(task, staff))
            and (taking is None or task.owner in taking or task.owner not in staff)
        ]
        return _told(desk, found, {task.id: owner for task in his}, [owner], back=not owner)

    return _carry_out(desk, "assign tasks", find, owner, dry_run)


def _given_by_hand(task: Task, staff: Collection[str]) -> bool:
    return "owner" in task.by_hand and task.owner in staff


def share_customers(
    desk: Desk,
    customers: Iterable[str],
    people: Collection[str],
    *,
    taking: Collection[str] = (),
    dry_run: bool = False,
) -> Assigned:
    """Share the open tasks of these customers out among operators, evenly by customers, in one step.

    What somebody who works here has stays his, unless he is named in `taking`.
    """
    chosen = list(customers)

    def find() -> Assigned:
        if not people:
            raise InputError("Name those among whom the list is to be shared.", field="people")
        for name in people:
            check_owner(desk, name)
        found = _open_of(desk, chosen)
        given = share_out(found, people, _works(desk), taking)
        return _told(desk, found, given, sorted(people))

    return _carry_out(desk, "share out tasks", find, None, dry_run)


def _carry_out(
    desk: Desk, name: str, find: Callable[[], Assigned], owner: str | None, dry_run: bool
) -> Assigned:
    mine = owner is not None and owner == desk.operator.name
    permission = Permission.CALLS if mine else Permission.TASKS_ASSIGN
    if dry_run:
        desk.require(permission)
        with desk.db.snapshot():
            return _permitted(desk, find())
    with desk.operation(name, permission):
        found = _permitted(desk, find())
        desk.tasks.put_many((GlobalId(now.id), to_document(now)) for _, now in found.edits)
        wake_up(desk, {now.customer for _, now in found.edits if "owner" not in now.by_hand})
        return found


def _permitted(desk: Desk, found: Assigned) -> Assigned:
    """Taking from somebody who works here needs the permission to assign."""
    if any(was.owner in active_staff(desk) for was, _ in found.moved):
        desk.require(Permission.TASKS_ASSIGN)
    return found


def _told(
    desk: Desk,
    found: Collection[Task],
    given: Mapping[str, str],
    people: Collection[str],
    *,
    back: bool = False,
) -> Assigned:
    """What giving tasks (by id) to their new owners changes, by person; or giving them `back` to the plan."""
    edits = tuple(
        (task, attrs.evolve(task, owner=given[task.id], by_hand=_marked(task, back)))
        for task in found
        if task.id in given and (task.owner != given[task.id] or back == ("owner" in task.by_hand))
    )
    told = Assigned(edits)
    touched = {was.customer for was, _ in told.moved}
    loads = {each.name: each for each in workloads(desk)}
    stays = {
        each.customer: each.owner
        for each in found
        if each.customer not in touched and each.owner in loads
    }
    names = dict.fromkeys([*people, *sorted({now.owner for _, now in told.moved})])
    parts = [_part(told.moved, stays, loads.get(name), name, desk.today()) for name in names]
    left = {task.customer for task in found} - touched - set(stays)
    later = sum(was.opens > desk.today() for was, _ in told.moved)
    return attrs.evolve(told, people=tuple(parts), kept=len(stays), left=len(left), later=later)


def _marked(task: Task, back: bool) -> tuple[str, ...]:
    return tuple(sorted({*task.by_hand} - {"owner"} if back else {*task.by_hand, "owner"}))


def _part(
    moved: Collection[Edit],
    stays: Mapping[str, str],
    load: Workload | None,
    name: str,
    today: date,
) -> Part:
    gets = [now for _, now in moved if now.owner == name]
    gives = [was for was, _ in moved if was.owner == name]
    come = sum(task.opens <= today for task in gets) - sum(task.opens <= today for task in gives)
    return Part(
        name,
        len({task.customer for task in gets}),
        len(gets),
        sum(owner == name for owner in stays.values()),
        load.open + len(gets) - len(gives) if load else 0,
        load.due + come if load else 0,
    )


def _works(desk: Desk) -> dict[str, tuple[str, ...]]:
    return {
        person.name: role_of(desk, person).works for person in list_operators(desk, active=True)
    }


def _open_of(desk: Desk, customers: Iterable[str]) -> list[Task]:
    return [desk.read(Task, each) for each in desk.tasks.having("customer", customers, OPEN)]


def check_owner(desk: Desk, owner: str) -> None:
    """Raise InputError for somebody who does not work here."""
    if owner and owner not in active_staff(desk):
        raise InputError(
            "{name} does not work here; known are: {names}.",
            name=owner,
            names=", ".join(sorted(active_staff(desk))),
            field="owner",
        )
