"""The day's list: what is due, counted by rule, one row per customer, most urgent first.

Nothing here loads all tasks: the counts come from one walk over an index, the rows from the due days in order
until the page is full. Customers with something special (nobody may call them now, a try that waits for its
slot, a slot of their own) are few; they are counted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import attrs
from tinydb import where

from dcrc.i18n import t
from dcrc.kernel.contact import CONTACT_CHANNELS, slot_at
from dcrc.kernel.customers import Customer
from dcrc.kernel.day_filter import OPEN, Filter, filter_for, open_condition, open_groups
from dcrc.kernel.operators import Permission
from dcrc.kernel.planning import planned_until, rule_titles_of
from dcrc.kernel.task_lists import count_tasks, day_counts, tasks
from dcrc.kernel.tasks import Task, TaskState, urgency
from dcrc.store import GlobalId
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

DAY = timedelta(days=1)
_MOST_DAYS = 400  # days named in one query


@attrs.frozen
class RuleCount:
    """How much of a rule is due (not yet overdue), overdue, and done today, in tasks."""

    rule: str
    title: Wording
    due: int = 0
    overdue: int = 0
    done: int = 0


@attrs.frozen
class Sheet:
    """One customer's call sheet: his open tasks that can be worked now, most urgent first.

    `due` is the earliest last day in time, `why` says in the current language why he is here, `next_at` (UTC)
    an agreed time that has come.
    """

    customer: Customer
    tasks: tuple[Task, ...]
    due: date
    overdue_days: int
    why: str
    next_at: datetime | None = None


@attrs.frozen
class Agenda:
    """A page of the day's list. `total_sheets` and `total_tasks` are of the whole list.

    `blocked` tasks belong to customers whom nobody may or can call; `waiting` ones to a later slot or day.
    """

    day: date
    counts: tuple[RuleCount, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    total_sheets: int = 0
    total_tasks: int = 0
    blocked: int = 0
    waiting: int = 0
    planned_until: date | None = None


def agenda(
    desk: Desk,
    *,
    mine: bool = True,
    rule: str | None = None,
    overdue: bool = False,
    slot: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Agenda:
    """The day's list for this operator (`mine`) or everybody; `limit` 0 gives all rows.

    With `slot` only customers to be tried in that slot of the day: a try agreed or planned for it, or none
    planned and the customer has no other favourite time.
    """
    desk.require(Permission.CUSTOMERS_VIEW)
    with desk.db.snapshot():  # another desk may plan meanwhile
        wanted = filter_for(desk, mine=mine, rule=rule, overdue=overdue, slot=slot)
        special = _special(desk, wanted)
        due, late, total = _counted(desk, wanted, special)
        rows = islice(_rows(desk, wanted, special), offset, offset + limit if limit else None)
        return Agenda(
            wanted.today,
            _rule_counts(desk, wanted, due, late),
            _sheets(desk, wanted, special, list(rows)),
            _customers(desk, wanted, special),
            total,
            special.blocked,
            special.waiting,
            planned_until(desk),
        )


def next_customer(
    desk: Desk,
    *,
    passed: Collection[str] = (),
    mine: bool = True,
    rule: str | None = None,
    overdue: bool = False,
    slot: str | None = None,
) -> str | None:
    """The first customer of the day's list who is not among `passed`; counts nothing, so it is quick."""
    desk.require(Permission.CUSTOMERS_VIEW)
    with desk.db.snapshot():
        wanted = filter_for(desk, mine=mine, rule=rule, overdue=overdue, slot=slot)
        rows = _rows(desk, wanted, _special(desk, wanted))
        return next((customer for customer, _ in rows if customer not in passed), None)


def listed_customers(
    desk: Desk,
    *,
    mine: bool = True,
    rule: str | None = None,
    overdue: bool = False,
    slot: str | None = None,
) -> list[str]:
    """All customers of the day's list, the most urgent first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    with desk.db.snapshot():
        wanted = filter_for(desk, mine=mine, rule=rule, overdue=overdue, slot=slot)
        return [customer for customer, _ in _rows(desk, wanted, _special(desk, wanted))]


@attrs.frozen
class _Special:
    """Customers who are not counted by SQL: all their open tasks, and those of them that can be worked."""

    customers: frozenset[str]
    come: tuple[Task, ...]
    ready: tuple[Task, ...]
    blocked: int
    waiting: int
    holds: Callable[[Task], bool]


def _special(desk: Desk, wanted: Filter) -> _Special:
    blocked = _noted(desk, where("blocked").exists())
    others: set[str] = set()
    if wanted.slot is not None:
        slots = [name for name in desk.policies.section("contact").slots if name != wanted.slot]
        others = _noted(desk, where("prefers").one_of(slots))
    now = wanted.now.isoformat(timespec="seconds")
    # few tasks have an agreed time: SQLite would rather walk all open ones if it were asked for both
    timed = [task for task in desk.tasks.search(where("next_at") >= "") if _is_open(task)]
    later = {str(task["customer"]) for task in timed if wanted.slot or str(task["next_at"]) > now}
    customers = frozenset(blocked | later | others)
    policy = desk.policies.section("contact")

    def holds(task: Task) -> bool:
        """Whether a task cannot be worked now."""
        contact = task.channel in CONTACT_CHANNELS
        if contact and task.customer in blocked:
            return True
        if wanted.slot is None or not contact:
            return task.next_at is not None and task.next_at > wanted.now
        if task.next_at is None:
            return task.customer in others
        local = task.next_at.astimezone(desk.zone)
        return local.date() > wanted.today or (
            local.date() == wanted.today and slot_at(policy, local.time()) != wanted.slot
        )

    come = tuple(task for task in _open_tasks(desk, customers) if wanted.takes(task))
    held = [task for task in come if holds(task)]
    stopped = sum(task.channel in CONTACT_CHANNELS and task.customer in blocked for task in held)
    ready = tuple(task for task in come if not holds(task))
    return _Special(customers, come, ready, stopped, len(held) - stopped, holds)


def _is_open(document: Mapping[str, Any]) -> bool:
    return bool(document.get("state", TaskState.OPEN.value) == TaskState.OPEN.value)


def _noted(desk: Desk, condition: Any) -> set[str]:
    return {str(document.doc_id) for document in desk.planning.iterate(condition)}


def _open_tasks(desk: Desk, customers: Iterable[str]) -> Iterator[Task]:
    for document in desk.tasks.having("customer", customers, OPEN):
        yield desk.read(Task, document)


_numbers: WeakKeyDictionary[Desk, dict[Any, int]] = WeakKeyDictionary()


def _counted(
    desk: Desk, wanted: Filter, special: _Special
) -> tuple[dict[str, int], dict[str, int], int]:
    """Tasks due and overdue by rule, and how many tasks the whole list has."""
    today = wanted.today.isoformat()
    due: dict[str, int] = {}
    late: dict[str, int] = {}
    for (rule, role, owner, opens, last), count in open_groups(desk).items():
        if opens <= today and wanted.counts_group(role, owner):
            into = late if last < today else due
            into[rule] = into.get(rule, 0) + count
    unfiltered = attrs.evolve(wanted, rule=None, overdue=False)
    if special.customers:
        for task in _open_tasks(desk, special.customers):
            if unfiltered.takes(task) and special.holds(task):
                into = late if task.due < wanted.today else due
                into[task.rule] = into.get(task.rule, 0) - 1
    total = sum(
        sum(count for name, count in counts.items() if wanted.rule in (None, name))
        for counts in ((late,) if wanted.overdue else (late, due))
    )
    return due, late, total


def _rule_counts(
    desk: Desk, wanted: Filter, due: Mapping[str, int], late: Mapping[str, int]
) -> tuple[RuleCount, ...]:
    closed: Any = (where("closed_on") == wanted.today.isoformat()) & (
        where("state") == TaskState.DONE.value
    )
    if wanted.me is not None:
        closed &= where("closed_by") == wanted.me
    done = {rule: count for (rule,), count in desk.tasks.count_by(("rule",), closed).items()}
    titles = rule_titles_of(desk)
    known = [rule for rule in titles if rule in due or rule in late or rule in done]
    others = sorted((set(due) | set(late) | set(done)) - set(titles))
    counts = (
        RuleCount(
            rule,
            titles.get(rule, Wording(rule, rule)),
            due.get(rule, 0),
            late.get(rule, 0),
            done.get(rule, 0),
        )
        for rule in (*known, *others)
    )
    return tuple(each for each in counts if each.due or each.overdue or each.done)


def _customers(desk: Desk, wanted: Filter, special: _Special) -> int:
    """How many customers the whole list has."""
    narrowed = (wanted.today, wanted.me, wanted.roles, wanted.rule, wanted.overdue, wanted.staff)
    key = (desk.db.journal.head(), narrowed)
    known = _numbers.setdefault(desk, {})
    if key not in known:
        condition = open_condition(desk, wanted) & _come(desk, wanted.today.isoformat())
        if wanted.overdue:
            condition &= where("due") < wanted.today.isoformat()
        if len(known) > 16:
            known.clear()
        known[key] = desk.tasks.count_distinct("customer", condition)
    without = len({task.customer for task in special.come})
    return known[key] - without + len({task.customer for task in special.ready})


def _come(desk: Desk, today: str) -> Any:
    """The query for tasks that have come; days are named where they are few: comparing costs three walks."""
    ahead = sorted({opens for _, _, _, opens, _ in open_groups(desk) if opens > today})
    if len(ahead) > _MOST_DAYS:
        return where("opens") <= today
    return ~where("opens").one_of(ahead) if ahead else where("opens").exists()


def _rows(desk: Desk, wanted: Filter, special: _Special) -> Iterator[tuple[str, Task]]:
    """(customer, his most urgent task) in the list's order: agreed times that have come, then by due day."""
    seen: set[str] = set()
    agreed = sorted(
        (
            (task.next_at, task)
            for task in _agreed(desk, wanted)
            if task.next_at is not None and not special.holds(task)
        ),
        key=lambda pair: (pair[0], pair[1].id),
    )
    for _, task in agreed:
        if task.customer not in seen:
            seen.add(task.customer)
            yield task.customer, task
    for task in _by_due_day(desk, wanted):
        if task.customer in seen or not wanted.takes(task) or special.holds(task):
            continue
        seen.add(task.customer)
        yield task.customer, task


def _agreed(desk: Desk, wanted: Filter) -> Iterator[Task]:
    now = wanted.now.isoformat(timespec="seconds")
    for document in desk.tasks.search(where("next_at") <= now):
        task = desk.read(Task, document)
        if task.open and "next_at" in task.by_hand and wanted.takes(task):
            yield task


def _by_due_day(desk: Desk, wanted: Filter) -> Iterator[Task]:
    today = wanted.today.isoformat()
    days = sorted(
        {
            due
            for rule, role, owner, opens, due in open_groups(desk)
            if opens <= today
            and (not wanted.overdue or due < today)
            and wanted.rule in (None, rule)
            and wanted.counts_group(role, owner)
        }
    )
    for day in days:
        condition = open_condition(desk, wanted) & (where("due") == day)
        start, size = 0, 100
        while True:
            found = desk.tasks.search(condition, order_by=("-priority",), limit=size, offset=start)
            for document in found:
                yield desk.read(Task, document)
            if len(found) < size:
                break
            start, size = start + size, 500


def _sheets(
    desk: Desk, wanted: Filter, special: _Special, rows: Sequence[tuple[str, Task]]
) -> tuple[Sheet, ...]:
    ids = [customer for customer, _ in rows]
    people = desk.customers.get_many([GlobalId(each) for each in ids])
    tasks: dict[str, list[Task]] = {}
    unfiltered = attrs.evolve(wanted, rule=None, overdue=False)
    for task in _open_tasks(desk, ids):
        if unfiltered.takes(task) and not special.holds(task):
            tasks.setdefault(task.customer, []).append(task)
    sheets = []
    for customer, first in rows:
        document = people.get(GlobalId(customer))
        if document is None:
            continue
        together = sorted(tasks.get(customer, [first]), key=urgency)
        due = together[0].due
        agreed = first.next_at if "next_at" in first.by_hand else None
        sheets.append(
            Sheet(
                desk.read(Customer, document),
                tuple(together),
                due,
                max((wanted.today - due).days, 0),
                _why(desk, wanted, due, agreed),
                agreed,
            )
        )
    return tuple(sheets)


def agreed_words(desk: Desk, at: datetime) -> str:
    """A time agreed with the customer that has come, in words; one of an earlier day was missed."""
    local = at.astimezone(desk.zone)
    days = (desk.today() - local.date()).days
    if days <= 0:
        return t("call back agreed for {time}", time=f"{local:%H:%M}")
    if days == 1:
        return t("missed: yesterday {time}", time=f"{local:%H:%M}")
    same_year = local.year == desk.today().year
    day = f"{local:%m-%d}" if same_year else f"{local:%Y-%m-%d}"
    return t("missed: {day} {time}", day=day, time=f"{local:%H:%M}")


def _why(desk: Desk, wanted: Filter, due: date, agreed: datetime | None) -> str:
    if agreed is not None:
        return agreed_words(desk, agreed)
    days = (wanted.today - due).days
    if days > 0:
        return t("{days} days overdue", days=days)
    return t("due today") if days == 0 else t("due in {days} days", days=-days)


__all__ = [
    "Agenda",
    "Filter",
    "RuleCount",
    "Sheet",
    "agenda",
    "agreed_words",
    "count_tasks",
    "day_counts",
    "filter_for",
    "listed_customers",
    "next_customer",
    "tasks",
]
