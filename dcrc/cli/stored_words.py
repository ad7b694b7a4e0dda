"""What a change wrote, as people read it: codes in words, instants in the dealer's time, all in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from dcrc.errors import UsageError
from dcrc.i18n import listed, listed_apart, t
from dcrc.kernel.answer_words import answers_in_words, event_word, field_titles, form_title
from dcrc.kernel.contact import slot_title
from dcrc.kernel.events import event_kinds
from dcrc.kernel.instants import local_text
from dcrc.kernel.operators import role_title
from dcrc.kernel.titles import code_word
from dcrc.record_words import field_title
from dcrc.store import GlobalId
from dcrc.wording import Coded

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.events import EventKind
    from dcrc.kernel.operations_log import FieldChange

UNTOLD = frozenset(("reasons", "reason_params"))  # `dcrc explain` tells them; JSON has them here


def changes_in_words(
    desk: Desk, changes: Iterable[FieldChange]
) -> list[tuple[FieldChange, str, str]]:
    """Each change with what was and what became of it in words; what is only for planners is left out."""
    found = list(changes)
    names = RecordNames(desk)
    was: dict[tuple[str, str], dict[str, Any]] = {}
    became: dict[tuple[str, str], dict[str, Any]] = {}
    for each in found:
        was.setdefault((each.table, each.record), {})[each.field] = each.was
        became.setdefault((each.table, each.record), {})[each.field] = each.became
    return [
        (
            each,
            _told(names, each, each.was, was[each.table, each.record]),
            _told(names, each, each.became, became[each.table, each.record]),
        )
        for each in found
        if not (each.table == "tasks" and each.field in UNTOLD)
    ]


class RecordNames:
    """What people call records: customers by name, cars by plate or VIN, others by whom they are about."""

    _TABLES: Final[Mapping[str, str]] = {
        "customer": "customers", "keep": "customers", "gone": "customers", "merged_into": "customers",
        "vehicle": "vehicles", "task": "tasks",
    }  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._records: dict[tuple[str, str], Mapping[str, Any]] = {}

    def record(self, table: str, record_id: str) -> Mapping[str, Any]:
        """The record as it is stored now; nothing where it is no more, or its function switched off."""
        key = table, record_id
        if key not in self._records:
            found = None
            with suppress(UsageError):
                found = self.desk.table(table).get(doc_id=GlobalId(record_id))
            self._records[key] = found or {}
        return self._records[key]

    def of(self, table: str, record_id: str) -> str:
        """The name of a record; "" where it has none."""
        record = self.record(table, record_id)
        match table:
            case "customers" | "operators":
                return str(record.get("name", ""))
            case "vehicles":
                return str(record.get("plate") or record.get("vin", ""))
        owner = record.get("customer")
        return self.of("customers", str(owner)) if owner else ""

    def meant(self, field: str, value: str) -> str:
        """What a field that holds an id points at; "" where it holds none, or nothing is known of it."""
        table = self._TABLES.get(field)
        if table == "tasks":
            task = self.record(table, value)
            return str(task.get("title") or self.desk.rule_title(task["rule"])) if task else ""
        return self.of(table, value) if table else ""


def _told(names: RecordNames, change: FieldChange, value: Any, record: Mapping[str, Any]) -> str:
    """A value of a record of which the fields that changed with it are known."""
    desk = names.desk
    if change.table == "events" and value and change.field in ("kind", "data"):
        kind = record.get("kind") or names.record("events", change.record).get("kind")
        return _fact(desk, event_kinds(desk).get(str(kind)), value)
    if isinstance(value, str) and (meant := names.meant(change.field, value)):
        return meant
    form = str(record.get("form") or "")
    if change.table == "answers" and change.field == "values" and isinstance(value, Mapping):
        return listed_apart(answers_in_words(desk, form, value))
    if change.table == "answers" and change.field == "weak" and isinstance(value, list):
        titles = field_titles(desk, form)
        return listed(titles.get(str(each), str(each)) for each in value)
    if change.table == "tasks" and change.field == "reason" and isinstance(value, str):
        return _reason(value, record.get("reason_params") or {})
    return _word(desk, value, change.field)


def _fact(desk: Desk, kind: EventKind | None, value: Any) -> str:
    """The kind of a fact, or what it tells."""
    if not isinstance(value, Mapping):
        return str(kind.title if kind is not None else value)
    fields = kind.fields if kind is not None else {}
    told = {
        str(fields.get(name) or field_title(name)): _word(
            desk, event_word(desk, kind, name, each), name
        )
        for name, each in value.items()
    }
    return listed_apart(f"{name} {word}" for name, word in told.items() if word)


def _reason(text: str, params: Any) -> str:
    try:
        return t(text, **params)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return text  # stored by another version, or not as a text with blanks


def _word(desk: Desk, value: Any, field: str = "") -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, dict):
        words = {field_title(name): _word(desk, each, name) for name, each in value.items()}
        return listed(f"{name} {word}" for name, word in words.items() if word)
    if isinstance(value, list):
        in_a_row = listed_apart if any(isinstance(each, dict) for each in value) else listed
        return in_a_row(_word(desk, each, field) for each in value)
    if not isinstance(value, str) or isinstance(value, Coded):
        return str(value)
    if field in ("slot", "preferred_time"):
        return slot_title(desk, value)
    if field == "role":
        return role_title(desk, value)
    if field == "form":
        return form_title(desk, value)
    if field == "rule":
        return desk.rule_title(value)
    return str(code_word(field, local_text(value, desk.zone)))
