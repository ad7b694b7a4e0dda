"""History: everything that happened with one customer, and what operators did, as readings of the records."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

from dcrc.i18n import t
from dcrc.kernel.answer_words import event_word
from dcrc.kernel.car_history import car_history
from dcrc.kernel.events import Event, event_kinds
from dcrc.kernel.forms import Answers
from dcrc.kernel.instants import local_text
from dcrc.kernel.masking import seen
from dcrc.kernel.merges import Merge, merged_from
from dcrc.kernel.operations_log import change_text, operations_log
from dcrc.kernel.operators import Permission
from dcrc.kernel.operators import masked_phone as shown_number
from dcrc.kernel.owner_changes import (
    OWNER,
    car_named,
    cars_known,
    changed_hands,
    changes_of_car,
)
from dcrc.kernel.proposals import Proposal, ProposalState
from dcrc.kernel.said import said_lines
from dcrc.kernel.sold_on import SOLD_ON
from dcrc.kernel.tasks import Attempt, Result, Task
from dcrc.kernel.titles import result_title, state_title
from dcrc.record_words import field_title
from dcrc.store import Change, GlobalId
from dcrc.wording import Fen

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.vehicles import Vehicle

__all__ = ["KINDS", "Entry", "history_before", "operations_log", "timeline"]

KINDS = ("event", "attempt", "answers", "task", "proposal", "merge", "edit")
_KEY_FIELDS = ("name", "phones", "vin", "plate", "customer", "archived", "do_not_contact")


@attrs.frozen
class Entry:
    """One thing that happened; `kind` is one of `KINDS`, `ref` the id of its record."""

    at: datetime
    kind: str
    title: str
    detail: str
    ref: str


def timeline(
    desk: Desk,
    customer_id: str,
    *,
    kinds: Collection[str] | None = None,
    limit: int | None = 200,
) -> list[Entry]:
    """What happened with a customer, newest first; `kinds` of `KINDS` (or event kinds) leaves others out."""
    desk.require(Permission.CUSTOMERS_VIEW)
    sources = {
        "event": _events,
        "attempt": _attempts,
        "answers": _answers,
        "task": _tasks,
        "proposal": _proposals,
        "merge": _merges,
        "edit": _edits,
    }
    wanted = set(kinds) if kinds is not None else set(KINDS)
    entries: list[Entry] = []
    for kind, source in sources.items():
        if kind in wanted:
            entries.extend(source(desk, customer_id))
    if wanted - set(KINDS):
        entries.extend(_events(desk, customer_id, wanted))
    entries = [
        attrs.evolve(each, title=seen(desk, each.title), detail=seen(desk, each.detail))
        for each in entries
    ]
    entries.sort(key=lambda entry: (entry.at, len(entry.ref), entry.ref), reverse=True)
    return entries if limit is None else entries[:limit]


def _instant(desk: Desk, day: date, at: datetime | None = None) -> datetime:
    return at or datetime.combine(day, time(), desk.zone)


def _events(desk: Desk, customer_id: str, only: Collection[str] | None = None) -> Iterator[Entry]:
    found = desk.events.search(where("customer") == customer_id)
    facts = (desk.read(Event, document) for document in found)
    yield from _told(desk, (each for each in facts if only is None or each.kind in only))


def history_before(desk: Desk, vehicle: Vehicle) -> list[Entry]:
    """What happened to a car under other names than its owner's, newest first; it names nobody."""
    before = [event for event in car_history(desk, vehicle) if event.customer != vehicle.customer]
    return list(_told(desk, reversed(before)))


def _told(desk: Desk, events: Iterable[Event]) -> Iterator[Entry]:
    kinds = event_kinds(desk)
    for event in events:
        kind = kinds.get(event.kind)
        fields = kind.fields if kind else {}
        details = [
            f"{fields[name]} {_shown(desk, name, event_word(desk, kind, name, value))}"
            if name in fields
            else str(value)
            for name, value in event.data.items()
            if value not in ("", None, [], {})
        ]
        title = str(kind.title) if kind else event.kind
        at = _instant(desk, event.on, event.at)
        yield Entry(at, "event", title, " · ".join(details), event.id)


_NUMBER = re.compile(r"\+\d{6}")


def _shown(desk: Desk, name: str, value: Any) -> str:
    if isinstance(value, Fen):
        return str(value)
    if isinstance(value, str) and (name.endswith(("phone", "number")) or _NUMBER.match(value)):
        return shown_number(desk, value)
    if name == "result" and value in list(Result):
        return result_title(Result(value))
    value = local_text(seen(desk, value, name), desk.zone)
    if isinstance(value, Mapping):
        return ", ".join(f"{_word(key)} {_word(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_word(inner) for inner in value)
    return _word(value)


def _word(value: Any) -> str:
    words = {
        "right": t("right"),
        "corrected": t("corrected"),
        "unusable": t("unusable"),
        "name": t("name"),
        "phone": t("phone"),
        "address": t("address"),
        "vin": t("VIN"),
        "mechanical": t("mechanics"),
        "body_and_paint": t("body and paint"),
    }
    return words.get(value) or str(value) if isinstance(value, str) else str(value)


def _attempts(desk: Desk, customer_id: str) -> Iterator[Entry]:
    found = [
        desk.read(Attempt, document)
        for document in desk.attempts.search(where("customer") == customer_id)
    ]
    tasks = desk.tasks.get_many({GlobalId(attempt.task) for attempt in found})
    for attempt in found:
        task = tasks.get(GlobalId(attempt.task))
        details = [
            (task.get("title") or desk.rule_title(task["rule"])) if task else "",
            shown_number(desk, attempt.number) if attempt.number else "",
            attempt.operator,
            attempt.note,
        ]
        title = result_title(attempt.result)
        yield Entry(attempt.at, "attempt", title, _joined(details), attempt.id)


def _answers(desk: Desk, customer_id: str) -> Iterator[Entry]:
    for document in desk.answers.search(where("customer") == customer_id):
        answers = desk.read(Answers, document)
        form = answers.form
        if form in desk.forms.ids():
            form = str(desk.forms.get(answers.form).title)
        points = "" if answers.points is None else t("{points} points", points=answers.points)
        satisfied = "" if answers.satisfied else t("not satisfied")
        at = _instant(desk, answers.on, answers.at)
        details = [points, satisfied, *said_lines(desk, answers), answers.operator]
        yield Entry(at, "answers", form, _joined(details), answers.id)


def _tasks(desk: Desk, customer_id: str) -> Iterator[Entry]:
    for document in desk.tasks.search(where("customer") == customer_id):
        task = desk.read(Task, document)
        if task.open:
            continue
        at = _instant(desk, task.closed_on or task.due, task.closed_at)
        reason = t(task.reason, **task.reason_params) if task.reason else ""
        title = task.title or desk.rule_title(task.rule)
        named = ""
        if task.reason == SOLD_ON and task.vehicle:
            named = car_named(desk, task.vehicle, _people(desk, customer_id), at)
        details = [state_title(task.state), reason, named, task.closed_by, task.note]
        yield Entry(at, "task", title, _joined(details), task.id)


def _proposals(desk: Desk, customer_id: str) -> Iterator[Entry]:
    titles = {
        ProposalState.WAITING: t("Change waits for confirmation"),
        ProposalState.ACCEPTED: t("Change accepted"),
        ProposalState.REFUSED: t("Change refused"),
    }
    for document in desk.proposals.search(where("customer") == customer_id):
        proposal = desk.read(Proposal, document)
        change = change_text(desk, proposal.field, proposal.before, proposal.after)
        if (proposal.table, proposal.field) == ("vehicles", OWNER):
            people = _people(desk, customer_id)
            named = car_named(desk, proposal.record, people, proposal.at)
            was, wanted = proposal.before, proposal.after
            change = changed_hands(named, people, was, wanted) if named else ""
        who = proposal.decided_by or proposal.by
        at = proposal.decided_at or proposal.at
        details = [change, who, proposal.note]
        yield Entry(at, "proposal", titles[proposal.state], _joined(details), proposal.id)


def _merges(desk: Desk, customer_id: str) -> Iterator[Entry]:
    query = (where("keep") == customer_id) | (where("gone") == customer_id)
    for document in desk.merges.search(query):
        merge = desk.read(Merge, document)
        other = merge.gone if merge.keep == customer_id else merge.keep
        found = desk.customers.get(doc_id=GlobalId(other))
        name = found["name"] if found else other
        yield Entry(merge.at, "merge", t("Merged"), _joined([name, merge.operator]), merge.id)
        if merge.unmerged_at:
            details = [name, merge.unmerged_by]
            yield Entry(merge.unmerged_at, "merge", t("Parted"), _joined(details), merge.id)


def _edits(desk: Desk, customer_id: str) -> Iterator[Entry]:
    """Changes of key fields, of the customer, of those merged into him, and of his cars."""
    people = _people(desk, customer_id)
    for record_id in people:
        for change in desk.db.journal.entries(table="customers", doc_id=GlobalId(record_id)):
            for field, was, became in _key_changes(change):
                yield _edited(change, field, change_text(desk, field, was, became))
    for vehicle in cars_known(desk, people):
        yield from _car_edits(desk, vehicle, people)


def _car_edits(desk: Desk, vehicle: str, people: list[str]) -> Iterator[Entry]:
    """What was changed of a car while it was theirs; of other times only that it came to them or went."""
    for each in changes_of_car(desk, vehicle):
        for field, was, became in _key_changes(each.change):
            if field == OWNER:
                text = each.changed_hands(people)
            else:
                text = change_text(desk, field, was, became) if each.while_his(people) else ""
            if text:
                yield _edited(each.change, field, text)


def _key_changes(change: Change) -> Iterator[tuple[str, Any, Any]]:
    """The key fields that an edit changed, as they were and became."""
    if change.was is None or change.became is None:
        return
    for field in _KEY_FIELDS:
        if field in change.was or field in change.became:
            yield field, change.was.get(field), change.became.get(field)


def _edited(change: Change, field: str, text: str) -> Entry:
    title = t("Changed: {field}", field=field_title(field, change.table))
    return Entry(change.at, "edit", title, _joined([text, change.operator]), f"{change.operation}")


def _people(desk: Desk, customer_id: str) -> list[str]:
    """The customer, and those who were merged into him."""
    return [customer_id, *(each.id for each in merged_from(desk, customer_id))]


def _joined(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)
