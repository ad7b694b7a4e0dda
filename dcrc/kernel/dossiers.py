"""Dossiers read from the tables: everything that belongs to some customers, a few queries for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

from dcrc.kernel.car_history import inherited
from dcrc.kernel.customers import Customer
from dcrc.kernel.events import Event
from dcrc.kernel.forms import Answers
from dcrc.kernel.planner import Dossier
from dcrc.kernel.proposals import Proposal
from dcrc.kernel.tasks import Task
from dcrc.kernel.vehicles import Vehicle
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

_OWN: Mapping[str, type] = {
    "vehicles": Vehicle,
    "events": Event,
    "answers": Answers,
    "tasks": Task,
    "proposals": Proposal,
}


def fact_tables(desk: Desk) -> dict[str, type]:
    """The tables whose records belong to a customer (by their field `customer`), with their classes."""
    return {
        **_OWN,
        **{
            kind.table: kind.record
            for kind in desk.plugins.record_kinds()
            if any(field.name == "customer" for field in attrs.fields(kind.record))
        },
    }


def read_dossiers(
    desk: Desk, customers: Iterable[str], tables: Mapping[str, type] | None = None
) -> list[Dossier]:
    """The dossiers of those customers that exist, in the given order; at most a few hundred at once."""
    ids = list(dict.fromkeys(customers))
    found = desk.customers.get_many([GlobalId(each) for each in ids])
    tables = fact_tables(desk) if tables is None else tables
    records = {name: _by_customer(desk, name, cls, ids) for name, cls in tables.items()}
    vehicles = chain.from_iterable(records["vehicles"].values())
    events = chain.from_iterable(records["events"].values())
    before = inherited(desk, vehicles, events)
    return [
        _dossier(desk.read(Customer, document), records, before.get(each, ()))
        for each in ids
        if (document := found.get(GlobalId(each))) is not None
    ]


def read_dossier(desk: Desk, customer_id: str) -> Dossier:
    """All facts of one customer; raises NotFound."""
    desk.get(desk.customers, Customer, customer_id)
    return read_dossiers(desk, [customer_id])[0]


def _by_customer(desk: Desk, name: str, cls: type, ids: Sequence[str]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    wanted: Any = frozenset(ids)  # a set: every document found is looked up in it once more
    for document in desk.table(name).iterate(where("customer").one_of(wanted)):
        record: Any = desk.read(cls, document)
        grouped.setdefault(record.customer, []).append(record)
    return grouped


def _by_day(records: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(records, key=lambda record: (record.on, record.id)))


def _dossier(
    customer: Customer, records: Mapping[str, Mapping[str, list[Any]]], before: Iterable[Event]
) -> Dossier:
    of = {name: held.get(customer.id, ()) for name, held in records.items()}
    return Dossier(
        customer,
        tuple(of["vehicles"]),
        _by_day(of["events"]),
        _by_day(of["answers"]),
        tuple(of["tasks"]),
        {name: tuple(held) for name, held in of.items() if held and name not in _NAMED},
        _by_day(before),
    )


_NAMED = frozenset({"vehicles", "events", "answers", "tasks"})
