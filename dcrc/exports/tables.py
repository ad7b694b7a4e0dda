"""What goes out: the records as tables, as far as the operator may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
from tinydb.table import Document

from dcrc.errors import UsageError
from dcrc.exports.writing import FORMATS, Table, write_tables
from dcrc.i18n import t
from dcrc.kernel.answer_words import answers_in_words, event_word, field_titles, form_title
from dcrc.kernel.contact import slot_title
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.events import Event, EventKind, event_kinds
from dcrc.kernel.forms import Answers
from dcrc.kernel.looks import record_look
from dcrc.kernel.masking import seen
from dcrc.kernel.operators import Permission, masked_phone, role_title
from dcrc.kernel.tasks import Task
from dcrc.kernel.titles import code_word
from dcrc.kernel.vehicles import Vehicle
from dcrc.store import GlobalId
from dcrc.wording import Coded, Fen

_CHUNK = 1000


@attrs.frozen
class Exported:
    """What was written where; `rows` over all tables."""

    what: str
    target: Path
    rows: int


@attrs.frozen
class _Page:
    """Some records and whom and what they are about."""

    desk: Desk
    customers: dict[str, dict[str, Any]]
    vehicles: dict[str, dict[str, Any]]

    def customer(self, record_id: str, field: str) -> str:
        return str(self.customers.get(record_id, {}).get(field, ""))

    def vehicle(self, record_id: str, field: str) -> str:
        return str(self.vehicles.get(record_id, {}).get(field, ""))

    def phones(self, record_id: str) -> str:
        phones = self.customers.get(record_id, {}).get("phones", ())
        return " / ".join(masked_phone(self.desk, phone["number"]) for phone in phones)


@attrs.frozen
class _Column:
    """A column: its key in JSON, its header, and its cell for a record."""

    key: str
    header: str
    cell: Callable[[Any, _Page], Any]


@attrs.frozen
class _Kind:
    table: str
    title: Callable[[], str]
    record: type
    columns: Callable[[Desk], Sequence[_Column]]


def export_table(desk: Desk, what: str, target: Path) -> Exported:
    """Write a table (customers, vehicles, events, tasks, answers, or all) to an xlsx, csv or json file.

    Texts stay texts: nothing in them is calculated when the file is opened. Phones and ID numbers are masked
    for roles without `phones.view`; key and audio codes never go out. Needs the permission `export`, and the
    journal says who took what. Raises UsageError for an unknown table or ending.
    """
    desk.require(Permission.EXPORT)
    kinds = _KINDS if what == "all" else [kind for kind in _KINDS if kind.table == what]
    if not kinds:
        raise UsageError(
            "There is no table {name} to export; possible are: {names}.",
            name=what,
            names=", ".join([*(kind.table for kind in _KINDS), "all"]),
        )
    json = target.suffix.lower() == FORMATS[-1]
    tables = [_table(desk, kind, kind.table if json else kind.title()) for kind in kinds]
    with ExitStack() as one_moment:
        one_moment.enter_context(desk.db.snapshot())
        count = sum(desk.table(kind.table).count() for kind in kinds)

        def note() -> None:
            one_moment.close()  # all is read
            record_look(
                desk,
                "export",
                what,
                Permission.EXPORT,
                count=count,
                detail=target.name,
                operation="export",
            )

        return Exported(what, target, write_tables(target, tables, before_done=note))


def _table(desk: Desk, kind: _Kind, name: str) -> Table:
    columns = kind.columns(desk)
    return Table(
        name,
        tuple(column.header for column in columns),
        _rows(desk, kind, columns),
        tuple(column.key for column in columns),
    )


def _rows(desk: Desk, kind: _Kind, columns: Sequence[_Column]) -> Iterator[list[Any]]:
    documents = desk.table(kind.table).iterate()
    while chunk := list(islice(documents, _CHUNK)):
        page = _page(desk, chunk)
        for document in chunk:
            record: Any = desk.read(kind.record, document)
            yield [column.cell(record, page) for column in columns]


def _page(desk: Desk, chunk: Sequence[Document]) -> _Page:
    def named(table: str, field: str) -> dict[str, dict[str, Any]]:
        ids = {GlobalId(document[field]) for document in chunk if document.get(field)}
        return {str(key): dict(found) for key, found in desk.table(table).get_many(ids).items()}

    return _Page(desk, named("customers", "customer"), named("vehicles", "vehicle"))


def _plain(key: str, header: str, name: str = "") -> _Column:
    field = name or key
    return _Column(
        key, header, lambda record, page: _cell(seen(page.desk, getattr(record, field), key), key)
    )


def _cell(value: Any, field: str = "") -> Any:
    """A value in one cell: JSON gets the codes, spreadsheets the words."""
    if isinstance(value, dict):
        keys = {key: code_word("field", key) for key in value} if field == "verdicts" else {}
        return _joined(
            "; ", [(keys.get(key, key), ": ", _cell(each, field)) for key, each in value.items()]
        )
    if isinstance(value, (list, tuple, set, frozenset)):
        return _joined(" / ", [(_cell(each, field),) for each in value])
    if isinstance(value, str):
        return code_word(field, str.__str__(value))
    return value


def _joined(between: str, parts: Iterable[tuple[Any, ...]]) -> Coded:
    """Several values in one cell, as codes and as words."""
    told = list(parts)
    codes = between.join("".join(map(_code, part)) for part in told)
    return Coded(codes, between.join("".join(map(str, part)) for part in told))


def _code(value: Any) -> str:
    return str.__str__(value) if isinstance(value, str) else str(value)


def _customer_columns(desk: Desk) -> list[_Column]:
    return [
        _plain("id", t("Id")),
        _plain("name", t("Name")),
        _Column("kind", t("Kind"), lambda one, page: code_word("kind", one.kind.value)),
        _Column(
            "phones",
            t("Phones"),
            lambda one, page: " / ".join(masked_phone(desk, each.number) for each in one.phones),
        ),
        _Column(
            "phone_states",
            t("State of the numbers"),
            lambda one, page: _cell([each.state.value for each in one.phones], "state"),
        ),
        _plain("sex", t("Sex")),
        _plain("birthday", t("Birthday")),
        _Column(
            "lunar_birthday",
            t("Lunar birthday"),
            lambda one, page: (
                ""
                if one.lunar_birthday is None
                else f"{'+' if one.lunar_birthday.leap else ''}{one.lunar_birthday.month}"
                f"/{one.lunar_birthday.day}"
            ),
        ),
        _plain("marital_status", t("Marital status")),
        _plain("id_number", t("ID number")),
        _plain("email", t("E-mail")),
        _plain("wechat", t("WeChat")),
        _plain("employer", t("Employer")),
        _plain("job", t("Job")),
        _plain("address", t("Address")),
        _plain("postcode", t("Postcode")),
        _plain("hobbies", t("Hobbies")),
        _plain("industry", t("Industry")),
        _plain("person_in_charge", t("Person in charge")),
        _Column(
            "contacts",
            t("Contact persons"),
            lambda one, page: " / ".join(
                " ".join(
                    filter(
                        None,
                        (each.name, each.role, each.phone and masked_phone(desk, each.phone)),
                    )
                )
                for each in one.contacts
            ),
        ),
        _plain("preferred_channel", t("Preferred channel")),
        _Column(
            "preferred_time",
            t("Preferred time"),
            lambda one, page: Coded(one.preferred_time, slot_title(desk, one.preferred_time)),
        ),
        _plain("do_not_contact", t("Do not contact")),
        _plain("marketing_consent", t("Consent to marketing")),
        _plain("source", t("Source")),
        _plain("entered_by", t("Entered by")),
        _plain("value_grade", t("Value grade")),
        _plain("credit_grade", t("Credit grade")),
        _plain("note", t("Note")),
        _plain("archived", t("Archived")),
        _plain("merged_into", t("Merged into")),
        _plain("extra", t("Other columns")),
    ]


def _about_customer() -> list[_Column]:
    return [
        _plain("customer", t("Customer's id")),
        _Column(
            "customer_name", t("Customer"), lambda one, page: page.customer(one.customer, "name")
        ),
        _Column("customer_phones", t("Phones"), lambda one, page: page.phones(one.customer)),
    ]


def _about_vehicle() -> list[_Column]:
    return [
        _Column("vin", t("VIN"), lambda one, page: page.vehicle(one.vehicle, "vin")),
        _Column("plate", t("Plate"), lambda one, page: page.vehicle(one.vehicle, "plate")),
    ]


def _vehicle_columns(desk: Desk) -> list[_Column]:
    return [
        _plain("id", t("Id")),
        _plain("vin", t("VIN")),
        _plain("plate", t("Plate")),
        *_about_customer(),
        _plain("model", t("Model")),
        _plain("trim", t("Trim")),
        _plain("colour", t("Colour")),
        _plain("engine_number", t("Engine number")),
        _plain("usage", t("Usage")),
        _plain("first_registered", t("First registered")),
        _Column(
            "km", t("Kilometres"), lambda one, page: one.readings[-1].km if one.readings else None
        ),
        _Column(
            "km_on", t("Read on"), lambda one, page: one.readings[-1].on if one.readings else None
        ),
        _plain("note", t("Note")),
        _plain("archived", t("Archived")),
        _plain("extra", t("Other columns")),
    ]


def _event_columns(desk: Desk) -> list[_Column]:
    kinds = event_kinds(desk)
    fields: dict[str, str] = {}
    for kind in kinds.values():
        for field, wording in kind.fields.items():
            fields.setdefault(field, str(wording))
    return [
        _plain("id", t("Id")),
        _Column(
            "kind",
            t("Kind of event"),
            lambda one, page: (
                Coded(one.kind, kinds[one.kind].title) if one.kind in kinds else one.kind
            ),
        ),
        _Column(
            "title",
            t("Event"),
            lambda one, page: str(kinds[one.kind].title) if one.kind in kinds else one.kind,
        ),
        _plain("on", t("Day")),
        _Column("at", t("Time"), lambda one, page: one.at and one.at.astimezone(desk.zone)),
        *_about_customer(),
        *_about_vehicle(),
        _plain("key", t("Number")),
        *(_data_column(desk, kinds, field, header) for field, header in fields.items()),
        _Column(
            "more",
            t("More"),
            lambda one, page: _cell(
                seen(desk, {key: value for key, value in one.data.items() if key not in fields})
            ),
        ),
        _plain("source", t("Told by")),
    ]


def _data_column(desk: Desk, kinds: Mapping[str, EventKind], field: str, header: str) -> _Column:
    def cell(event: Event, page: _Page) -> Any:
        value = event.data.get(field)
        if field.endswith("phone") and isinstance(value, str):
            return " / ".join(masked_phone(desk, number) for number in value.split(" / "))
        word = event_word(desk, kinds.get(event.kind), field, seen(desk, value, field))
        return word if isinstance(word, (Coded, Fen)) else _cell(word, field)

    return _Column(field, header, cell)


def _task_columns(desk: Desk) -> list[_Column]:
    return [
        _plain("id", t("Id")),
        _plain("rule", t("Rule")),
        _Column("title", t("Task"), lambda one, page: one.title or desk.rule_title(one.rule)),
        *_about_customer(),
        *_about_vehicle(),
        _Column("state", t("State"), lambda one, page: code_word("state", one.state.value)),
        _plain("opens", t("Opens")),
        _plain("due", t("Due")),
        _Column("role", t("Role"), lambda one, page: Coded(one.role, role_title(desk, one.role))),
        _plain("owner", t("Owner")),
        _plain("tries", t("Tries")),
        _Column(
            "next_at",
            t("Not before"),
            lambda one, page: one.next_at and one.next_at.astimezone(desk.zone),
        ),
        _plain("closed_on", t("Closed on")),
        _plain("closed_by", t("Closed by")),
        _Column(
            "reason",
            t("Reason"),
            lambda one, page: t(one.reason, **one.reason_params) if one.reason else "",
        ),
        _plain("note", t("Note")),
    ]


def _answers(desk: Desk, answers: Answers) -> Coded:
    """The answers of a form: by its fields' keys, or as it asked and the operator chose."""
    values = seen(desk, answers.values)
    return Coded(_code(_cell(values)), "; ".join(answers_in_words(desk, answers.form, values)))


def _weak(desk: Desk, answers: Answers) -> Coded:
    titles = field_titles(desk, answers.form)
    words = " / ".join(titles.get(each, each) for each in answers.weak)
    return Coded(_code(_cell(answers.weak)), words)


def _answer_columns(desk: Desk) -> list[_Column]:
    return [
        _plain("id", t("Id")),
        _Column("form", t("Form"), lambda one, page: Coded(one.form, form_title(desk, one.form))),
        _plain("version", t("Version")),
        _plain("on", t("Day")),
        *_about_customer(),
        *_about_vehicle(),
        _plain("operator", t("Operator")),
        _plain("points", t("Points")),
        _plain("satisfied", t("Satisfied")),
        _Column("weak", t("Weak items"), lambda one, page: _weak(desk, one)),
        _Column("values", t("Answers"), lambda one, page: _answers(desk, one)),
        _plain("task", t("Task's id")),
    ]


_KINDS = (
    _Kind("customers", lambda: t("Customers"), Customer, _customer_columns),
    _Kind("vehicles", lambda: t("Vehicles"), Vehicle, _vehicle_columns),
    _Kind("events", lambda: t("Events"), Event, _event_columns),
    _Kind("tasks", lambda: t("Tasks"), Task, _task_columns),
    _Kind("answers", lambda: t("Answers"), Answers, _answer_columns),
)
