"""Undo: taking back one's own last step, any operation, or a whole import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from dcrc.errors import ConflictError, NotFound, UsageError
from dcrc.i18n import listed, t
from dcrc.kernel.corrections import note_given_back
from dcrc.kernel.customers import Customer
from dcrc.kernel.looks import LOOKS
from dcrc.kernel.merges import belonging_tables
from dcrc.kernel.operators import Permission, ensure_a_supervisor
from dcrc.kernel.planning import BY_HAND, note_contact, replan_touched
from dcrc.record_words import table_title
from dcrc.store import Change, GlobalId, Operation, Undone
from dcrc.wording import Coded

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

UNDO = "undo "
LASTING = frozenset({*LOOKS, "init", "index", "migrate", "schema"})
"""Operations that are never taken back: who looked stays known."""
_LINKS = frozenset({"customer", "vehicle"})
_PASSED_BY = LASTING | {"plan"}
_WINDOW = 200
_NAMED = 5  # of the steps that keep another from being taken back
_LOOKED_AT = 100  # records of a table, to find these steps


class Named(Protocol):
    """Anything that bears an operation's name."""

    @property
    def name(self) -> str: ...


def undo(desk: Desk, operation: int | None = None, batch: str | None = None) -> Undone:
    """Take back an operation or a batch; by default the operator's own last step not yet taken back.

    A step that was part of a batch takes the whole batch back. Planning and undoing are passed by. Raises
    NotFound when there is nothing, Conflict when somebody has changed the same fields since, NotAllowed
    for another's work without `undo.any` and for changes of the staff without `operators.edit`, InputError
    when nobody would be left who may change it. The calendar of those concerned is as it was at once, after
    the operation as edits do it.
    """
    chosen = _chosen(desk, operation, batch)
    last = chosen[0]
    own = all(each.operator == desk.operator.name for each in chosen)
    desk.require(Permission.UNDO_OWN if own else Permission.UNDO_ANY)
    whole = batch if batch is not None else last.batch if operation is None else None
    what = f"batch {whole}" if whole else str(last.number)
    name = f"{UNDO}{what}"
    head = desk.db.journal.head()
    with desk.db.transaction(name, operator=desk.operator.name):
        made = _made(desk, None if whole else last.number, whole)
        if made.staff:
            desk.require(Permission.OPERATORS_EDIT)
        _refuse_orphans(desk, made)
        _put_as_planned_then(desk, made.tasks)
        undone = desk.db.undo(
            None if whole else last.number, batch=whole, operator=desk.operator.name, name=name
        )
        planned = desk.tasks.having("customer", made.ids.get("customers", ()))
        desk.tasks.remove(doc_ids=[task.doc_id for task in planned])  # meanwhile, for who is gone
        if made.staff:
            ensure_a_supervisor(desk, desk.operator.name)
        for document in desk.customers.get_each(map(GlobalId, made.numbers)):
            note_given_back(desk, desk.read(Customer, document))
    note_contact(desk, desk.db.journal.touched(head, ["customers"], ["doc_id"]))
    if any(each.name not in _PASSED_BY for each in chosen):  # a plan that is taken back stays so
        replan_touched(desk, head)
    return undone


@attrs.frozen
class _Made:
    """What an operation or batch did: ids of what was new then, by table, and of what it gave to another
    customer or vehicle; new tasks as they were then; whether it changed the staff."""

    ids: dict[str, set[str]] = attrs.field(factory=dict)
    given: dict[str, set[str]] = attrs.field(factory=dict)
    tasks: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    staff: bool = False
    numbers: set[str] = attrs.field(factory=set)  # customers who got other ones


def _made(desk: Desk, operation: int | None, batch: str | None) -> _Made:
    made, staff = _Made(), False
    for change in desk.db.journal.entries(operation=operation, batch=batch):
        staff = staff or change.table == "operators"
        if change.was is None and change.became is not None:
            made.ids.setdefault(change.table, set()).add(str(change.doc_id))
            if change.table == "tasks":
                made.tasks[str(change.doc_id)] = dict(change.became)
        elif change.table == "customers" and "phones" in {
            *(change.was or ()),
            *(change.became or ()),
        }:
            made.numbers.add(str(change.doc_id))
        elif change.became is not None and not _LINKS.isdisjoint(change.became):
            made.given.setdefault(change.table, set()).add(str(change.doc_id))
    return attrs.evolve(made, staff=staff)


def _put_as_planned_then(desk: Desk, tasks: Mapping[str, dict[str, Any]]) -> None:
    """Planners' tasks of that step that only planners have moved since: undoing it may take them away."""
    there = desk.tasks.get_many([GlobalId(each) for each in tasks])
    desk.tasks.put_many(
        (task_id, tasks[str(task_id)])
        for task_id, task in there.items()
        if _left_to_planners(task) and not task.get("tries")
    )


def _left_to_planners(task: Mapping[str, Any]) -> bool:
    return not (task.get("closed_by") or task.get("by_hand") or task["rule"] == BY_HAND)


def _refuse_orphans(desk: Desk, made: _Made) -> None:
    """Raise ConflictError if what was registered then bears facts that came later by other hands.

    What was given to it then goes back to whom it belonged.
    """
    bears: dict[str, list[str]] = {}
    facts = [name for name in belonging_tables(desk) if name != "outbox"]
    links = [("customers", "customer", name) for name in facts]
    for owner, field, table in (*links, ("vehicles", "vehicle", "events")):
        own = made.ids.get(table, set()) | made.given.get(table, set())
        for fact in desk.table(table).having(field, made.ids.get(owner, ())):
            planned = table == "tasks" and _left_to_planners(fact)
            if not planned and str(fact.doc_id) not in own:
                bears.setdefault(table, []).append(str(fact.doc_id))
    _find_spoken_of(desk, made.ids, bears)
    if bears:
        raise _bears(desk, bears, made.ids)


def _find_spoken_of(desk: Desk, made: Mapping[str, set[str]], bears: dict[str, list[str]]) -> None:
    """Add what somebody has said or heard of a fact that was new then."""
    facts = made.get("events", set())
    found = desk.events.get_each(GlobalId(one) for one in facts)
    customers = {str(fact["customer"]) for fact in found}
    for table in ("answers", "attempts"):
        spoken = [
            each
            for each in desk.table(table).having("customer", customers)
            if str(each.doc_id) not in made.get(table, ())
        ]
        tasks = {str(each["task"]) for each in spoken if each.get("task")}
        asked = desk.tasks.get_many([GlobalId(one) for one in sorted(tasks)])
        about = {str(task.doc_id) for task in asked.values() if task.get("event") in facts}
        bears.setdefault(table, []).extend(
            str(each.doc_id)
            for each in spoken
            if each.get("event") in facts or str(each.get("task")) in about
        )
        if not bears[table]:
            del bears[table]


def _since(changes: Iterable[Change], made: Mapping[str, set[str]]) -> list[Change]:
    """The changes of a record from the one on that put it to what was `made`; all if none did."""
    new = {one for ids in made.values() for one in ids}
    found = list(changes)
    for number, change in enumerate(found):
        put_to = {str((change.became or {}).get(link, "")) for link in _LINKS}
        if not new.isdisjoint(put_to):
            return found[number:]
    return found


def _bears(
    desk: Desk, records: Mapping[str, Sequence[str]], made: Mapping[str, set[str]]
) -> ConflictError:
    """What says which later steps are to be taken back first, the newest named."""
    later: dict[int, Change] = {}
    for table, ids in records.items():
        for doc_id in ids[:_LOOKED_AT]:
            for change in _since(desk.db.journal.entries(table, GlobalId(doc_id)), made):
                if change.name not in _PASSED_BY and undone_by(change) is None:
                    later[change.operation] = change
    steps = [later[each.number] for each in standing(desk) if each.number in later]
    told = [_step(desk, step) for step in steps[:_NAMED]]
    if len(steps) > _NAMED:
        told.append(t("{count} more", count=len(steps) - _NAMED))
    return ConflictError(
        "What was registered then has later records ({table}), by {steps}: take these back first, the "
        "newest first (`dcrc undo --operation NUMBER`).",
        table=Coded(", ".join(records), listed(table_title(each) for each in records)),
        steps=Coded(", ".join(str(step.operation) for step in steps), listed(told)),
    )


def _step(desk: Desk, change: Change) -> str:
    """An operation in a few words: its number, when, by whom, what."""
    return t(
        "{number} ({at}, {operator}, {what})",
        number=change.operation,
        at=f"{change.at.astimezone(desk.zone):%m-%d %H:%M}",
        operator=change.operator,
        what=t(change.name),
    )


def _chosen(desk: Desk, operation: int | None, batch: str | None) -> list[Operation]:
    if operation is None and batch is None:
        return [last_step(desk)]
    found: list[Operation] = []
    for each, stands in _steps(desk):
        if each.number == operation or (batch is not None and each.batch == batch):
            if each.name in LASTING:
                raise UsageError(
                    "Operation {number} ({name}) cannot be taken back.",
                    number=each.number,
                    name=Coded(each.name, t(each.name)),
                )
            if not stands:
                raise UsageError("Operation {number} is taken back already.", number=each.number)
            found.append(each)
        if operation is not None and each.number <= operation:
            break
    if not found and batch is not None:
        raise NotFound("There is no batch {batch}.", batch=batch)
    if not found:
        raise NotFound("There is no operation {number}.", number=operation)
    return found


def last_step(desk: Desk) -> Operation:
    """The operator's newest operation that an undo would take back; raises NotFound."""
    for each in standing(desk):
        if each.operator == desk.operator.name and each.name not in _PASSED_BY:
            return each
    raise NotFound("There is nothing of yours to undo.")


def standing(desk: Desk) -> Iterator[Operation]:
    """Operations whose effect still stands, newest first, without the undoings themselves."""
    for each, stands in _steps(desk):
        if stands and undone_by(each) is None:
            yield each


def _steps(desk: Desk) -> Iterator[tuple[Operation, bool]]:
    """Every operation, newest first, and whether it still stands: whatever took it back came later."""
    gone: set[int] = set()
    gone_batches: set[str] = set()
    for each in _newest_first(desk):
        stands = each.number not in gone and each.batch not in gone_batches
        taken = undone_by(each) if stands else None
        if isinstance(taken, int):
            gone.add(taken)
        elif taken is not None:
            gone_batches.add(taken)
        yield each, stands


def undone_by(operation: Named) -> int | str | None:
    """What an operation took back: the number of another, the name of a batch, or None if nothing."""
    if not operation.name.startswith(UNDO):
        return None
    what = operation.name.removeprefix(UNDO)
    return what.removeprefix("batch ") if what.startswith("batch ") else int(what)


def _newest_first(desk: Desk) -> Iterator[Operation]:
    """All operations, a few at first: mostly the newest are wanted."""
    limit, given = _WINDOW, 0
    while True:
        found = list(desk.db.journal.operations(limit=limit))
        yield from found[given:]
        if len(found) < limit:
            return
        given, limit = limit, limit * 8
