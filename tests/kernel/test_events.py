from __future__ import annotations

from collections.abc import Callable
from datetime import date

import attrs
import pytest

from dcrc.errors import InputError, NotAllowed, NotFound, UsageError
from dcrc.kernel.desk import Desk
from dcrc.kernel.events import Event, events_of, record_event
from dcrc.testing import a_customer

Seat = Callable[..., Desk]


def test_the_same_fact_told_twice_is_one_fact(desk: Desk) -> None:
    owner = a_customer(desk)
    told = Event("", "delivered", owner.id, date(2026, 11, 20), key="VIN1", data={"price": 1})
    first = record_event(desk, told)
    head = desk.db.head()
    assert record_event(desk, told) == first
    assert desk.db.head() == head  # nothing new, nothing written
    again = record_event(desk, attrs.evolve(told, on=date(2026, 11, 19)))
    assert again.id == first.id
    assert events_of(desk, owner.id) == [again]


def test_a_fact_told_again_in_fewer_words_loses_nothing(desk: Desk) -> None:
    owner = a_customer(desk)
    data = {"price": 6_190_000, "consultant": "陈浩"}
    known = Event(
        "", "delivered", owner.id, date(2026, 11, 20), key="VIN1", data=data, source="sales"
    )
    first = record_event(desk, known)
    assert record_event(desk, attrs.evolve(known, data={}, source="desk")) == first
    again = record_event(desk, attrs.evolve(known, data={"price": 6_000_000}))
    assert events_of(desk, owner.id) == [again]
    assert again.data == {"price": 6_000_000, "consultant": "陈浩"}


def test_facts_without_a_natural_name_are_each_their_own(desk: Desk) -> None:
    owner = a_customer(desk)
    for day in (21, 20):
        record_event(desk, Event("", "serviced", owner.id, date(2026, 11, day)))
    assert [event.on.day for event in events_of(desk, owner.id)] == [20, 21]


def test_kinds_and_fields_must_be_declared_and_the_customer_known(desk: Desk, seat: Seat) -> None:
    owner = a_customer(desk)
    fact = Event("", "delivered", owner.id, date(2026, 11, 20))
    with pytest.raises(UsageError, match="serviced"):
        record_event(desk, attrs.evolve(fact, kind="exploded"))
    with pytest.raises(InputError, match="consultant"):
        record_event(desk, attrs.evolve(fact, data={"consultent": "陈浩"}))
    with pytest.raises(NotFound):
        record_event(desk, attrs.evolve(fact, customer="01NOBODY"))
    with pytest.raises(NotAllowed):
        record_event(seat("审计员", "auditor"), fact)
    assert desk.events.count() == 0
