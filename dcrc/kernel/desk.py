"""The desk: one operator's seat at one database, with his clock, the policies and the plugins."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import attrs
from tinydb.table import Document

from dcrc.clock import Clock
from dcrc.errors import InputError, NotAllowed, NotFound, UsageError
from dcrc.kernel.documents import from_document, to_document
from dcrc.kernel.forms import Forms, forms_of
from dcrc.kernel.operators import Operator, list_operators, role_of, role_title
from dcrc.kernel.planning import replan_customer, rule_titles_of
from dcrc.kernel.plugins import PluginHost, disabled_plugins
from dcrc.kernel.policies import Policies
from dcrc.kernel.scripts import Scripts, scripts_of
from dcrc.kernel.sections import load_policies
from dcrc.kernel.tables import SCHEMA, TABLES
from dcrc.kernel.workdays import Workdays, workdays_of
from dcrc.record_words import permission_title
from dcrc.store import Database, DocumentTable, GlobalId, Operation
from dcrc.store.ids import IdSource
from dcrc.wording import Coded

R = TypeVar("R")
FIRST_ROLE = "supervisor"


@attrs.define(eq=False)
class Desk:
    """Who acts, on which database, by which clock, policies and plugins; every operation takes it first."""

    db: Database
    clock: Clock
    zone: ZoneInfo
    operator: Operator
    policies: Policies
    plugins: PluginHost
    entropy: Callable[[int], bytes] = os.urandom
    _ids: IdSource = attrs.field(init=False, repr=False)
    _tables: dict[str, DocumentTable] = attrs.field(factory=dict, init=False, repr=False)

    @_ids.default
    def _source_of_ids(self) -> IdSource:
        return IdSource(self.clock, self.entropy)

    def table(self, kind: str) -> DocumentTable:
        """The document table of that name, the kernel's or a plugin's; raises UsageError for another."""
        if kind not in self._tables:
            self._tables[kind] = self._open_table(kind)
        return self._tables[kind]

    def _open_table(self, kind: str) -> DocumentTable:
        if kind in TABLES:
            spec = TABLES[kind]
            return self.db.table(
                kind, indexes=spec.indexes, id_class=GlobalId, journal=spec.journal
            )
        for record_kind in self.plugins.record_kinds():
            if record_kind.table == kind:
                return self.db.table(kind, indexes=record_kind.indexes, id_class=GlobalId)
        raise UsageError("There is no table {name}.", name=kind)

    @property
    def customers(self) -> DocumentTable:
        return self.table("customers")

    @property
    def vehicles(self) -> DocumentTable:
        return self.table("vehicles")

    @property
    def events(self) -> DocumentTable:
        return self.table("events")

    @property
    def tasks(self) -> DocumentTable:
        return self.table("tasks")

    @property
    def attempts(self) -> DocumentTable:
        return self.table("attempts")

    @property
    def answers(self) -> DocumentTable:
        return self.table("answers")

    @property
    def proposals(self) -> DocumentTable:
        return self.table("proposals")

    @property
    def merges(self) -> DocumentTable:
        return self.table("merges")

    @property
    def operators(self) -> DocumentTable:
        return self.table("operators")

    @property
    def outbox(self) -> DocumentTable:
        return self.table("outbox")

    @property
    def imports(self) -> DocumentTable:
        return self.table("imports")

    @property
    def looks(self) -> DocumentTable:
        return self.table("looks")

    @property
    def planning(self) -> DocumentTable:
        return self.table("planning")

    @property
    def drafts(self) -> DocumentTable:
        return self.table("drafts")

    @property
    def forms(self) -> Forms:
        """The forms of the plugins that are on."""
        return forms_of(self)

    @property
    def scripts(self) -> Scripts:
        """The scripts of the plugins that are on."""
        return scripts_of(self)

    @property
    def workdays(self) -> Workdays:
        """The working calendar by this dealer's policies."""
        return workdays_of(self)

    def rule_title(self, rule: str) -> str:
        """What a rule is called; its own name where its function is not there any more."""
        return str(rule_titles_of(self).get(rule, rule))

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self.clock()

    def today(self) -> date:
        """The date where the dealer is."""
        return self.clock().astimezone(self.zone).date()

    def may(self, permission: str) -> bool:
        """Whether this operator's role includes the permission."""
        return self.operator.active and permission in role_of(self).permissions

    def require(self, permission: str) -> None:
        """Raise NotAllowed unless this operator's role includes the permission."""
        if not self.may(permission):
            raise NotAllowed(
                "{name} ({role}) may not do this: it needs the permission “{permission}”.",
                name=self.operator.name,
                role=Coded(self.operator.role, role_title(self, self.operator.role)),
                permission=Coded(permission, permission_title(permission)),
            )

    @contextmanager
    def operation(
        self, name: str, permission: str, *, batch: str | None = None, unasked: bool = False
    ) -> Iterator[Operation]:
        """One permitted, journalled, undoable step: all of it is written, or nothing.

        What the program does `unasked`, while somebody looks at a screen, is nobody's step: undo reaches
        what that person did before it.
        """
        self.require(permission)
        operator = "" if unasked else self.operator.name
        with self.db.transaction(name, operator=operator, batch=batch) as operation:
            yield operation

    def replan(self, *customers: str) -> None:
        """Bring the calendar of customers up to date whose facts have just changed.

        After an operation, so that taking it back is not hindered by what was planned since.
        """
        for customer in customers:
            replan_customer(self, customer)

    def read(self, cls: type[R], document: Document) -> R:
        """The record in a document that came from a table."""
        return from_document(cls, document.doc_id, document)

    def get(self, table: DocumentTable, cls: type[R], record_id: str) -> R:
        """The record of that id; raises NotFound."""
        document = table.get(doc_id=GlobalId(record_id)) if record_id.isascii() else None
        if not isinstance(document, Document):
            raise NotFound("There is no record {ref}.", ref=record_id)
        return self.read(cls, document)

    def record(self, cls: type[R], record_id: str, fields: Mapping[str, Any]) -> R:
        """A record from values that somebody gave; raises InputError naming each wrong one."""
        return from_document(cls, record_id, fields, InputError)

    def new_id(self) -> GlobalId:
        """An id that no other record has, here or on another desk."""
        return self._ids.next_id()

    def new_ids(self, count: int) -> list[str]:
        """Many such ids at once, as plain texts, in the order in which they were made."""
        return self._ids.next_texts(count)

    def insert(self, table: DocumentTable, record: R) -> R:
        """Store a new record under its id, or under a new one; it comes back with it."""
        doc_id = GlobalId(record.id or self.new_id())  # type: ignore[attr-defined]  # every record has an id
        table.insert(Document(to_document(record), doc_id))  # type: ignore[arg-type]  # tinydb says int
        return attrs.evolve(record, id=str(doc_id))  # type: ignore[misc]  # R is any record

    def edit(self, table: DocumentTable, before: R, after: R) -> R:
        """Store only what differs between two states of a record; Conflict if somebody else changed it."""
        record_id = GlobalId(after.id)  # type: ignore[attr-defined]  # every record has an id
        table.edit(record_id, to_document(before), to_document(after))
        return after

    def close(self) -> None:
        """Leave the desk: close the database."""
        self.db.close()


def init_database(
    path: Path | str,
    *,
    operator: str,
    clock: Clock,
    entropy: Callable[[int], bytes] = os.urandom,
    policy_file: Path | None = None,
    plugins: Sequence[object] | None = None,
) -> Desk:
    """Make a database whose first operator is `operator`, a supervisor; an existing one is refused."""
    path = Path(path)
    name = operator.strip()
    if not name:
        raise InputError("An operator needs a name.", field="operator")
    if path.exists() and path.stat().st_size:
        raise UsageError("{path} exists already; choose another file or open it.", path=str(path))
    desk = _seat(path, clock, entropy, policy_file, plugins)
    with desk.db.transaction("init", operator=name):
        desk.operator = desk.insert(desk.operators, Operator("", name, FIRST_ROLE))
    return desk


def open_desk(
    path: Path | str,
    *,
    operator: str | None = None,
    clock: Clock,
    entropy: Callable[[int], bytes] = os.urandom,
    policy_file: Path | None = None,
    plugins: Sequence[object] | None = None,
    create: bool = False,
    read_only: bool = False,
) -> Desk:
    """Sit down at a database as `operator`, or as the only one there is.

    The dealer's policies are in `policy_file` (`path` ending in .toml unless given). `plugins` None takes
    those that are installed. With `create` a missing database is made. An unknown operator is NotAllowed.
    """
    path = Path(path)
    if not path.exists():
        if not create:
            raise NotFound(
                "There is no database {path}; make one with “dcrc init”.", path=str(path)
            )
        return init_database(
            path,
            operator=operator or "",
            clock=clock,
            entropy=entropy,
            policy_file=policy_file,
            plugins=plugins,
        )
    desk = _seat(path, clock, entropy, policy_file, plugins, read_only)
    try:
        desk.operator = _seated(desk, operator)
    except BaseException:
        desk.close()
        raise
    return desk


def _seat(
    path: Path,
    clock: Clock,
    entropy: Callable[[int], bytes],
    policy_file: Path | None,
    plugins: Sequence[object] | None,
    read_only: bool = False,
) -> Desk:
    dealer = (
        policy_file or path.parent / f"{path.stem}.toml"
    )  # "." and "/" have no suffix to change
    own = [dealer] if policy_file or dealer.exists() else []
    host = PluginHost.load(plugins, disabled_plugins(own))
    policies = load_policies(host, *own)
    return Desk(
        db=Database(path, clock=clock, entropy=entropy, schema=SCHEMA, read_only=read_only),
        clock=clock,
        zone=ZoneInfo(policies.section("dealer").timezone),
        operator=Operator("", "", "", active=False),
        policies=policies,
        plugins=host,
        entropy=entropy,
    )


def _seated(desk: Desk, name: str | None) -> Operator:
    people = list_operators(desk, active=True)
    names = ", ".join(person.name for person in people)
    if name is None:
        if len(people) != 1:
            raise UsageError(
                "Name yourself with --operator NAME or in DCRC_OPERATOR; known are: {names}.",
                names=names or "-",
                operators=tuple(person.name for person in people),
            )
        return people[0]
    for person in people:
        if person.name == name.strip():
            return person
    raise NotAllowed(
        "{name} does not work here; known are: {names}.", name=name, names=names or "-"
    )
