"""Whatever a desk does, taken back step by step, leaves what was there before, and planning agrees."""

from __future__ import annotations

import random
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dcrc.errors import DcrcError
from dcrc.imports import import_files
from dcrc.kernel.agenda import tasks
from dcrc.kernel.assigning import assign_customers, share_customers
from dcrc.kernel.calendar import (
    add_task,
    assign_task,
    record_attempt,
    snooze_task,
    withdraw_task,
)
from dcrc.kernel.customers import (
    Customer,
    archive_customer,
    edit_customer,
    set_phone_state,
)
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.merges import merge_customers, unmerge_customer
from dcrc.kernel.phones import Phone, PhoneState
from dcrc.kernel.planning import plan
from dcrc.kernel.tables import TABLES
from dcrc.kernel.tasks import Result, Task
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import Reading, change_owner, record_reading
from dcrc.testing import (
    a_customer,
    a_vehicle,
    a_vin,
    delivered,
    isolated_desk,
    plainly_answered,
    serviced,
)
from plugins import new_car_followup, reminders, service_followup

JOURNALLED = [name for name, spec in TABLES.items() if spec.journal and name != "looks"]
PEOPLE = 5

State = dict[str, dict[str, Any]]


class DaysOfADealer(RuleBasedStateMachine):
    """Random work at one desk, remembered step by step, and undone in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        place = Path(self.folder.name)
        self.desk = isolated_desk(place, plugins=[new_car_followup, service_followup, reminders])
        self.ledgers = 0
        for number in range(PEOPLE):
            owner = a_customer(self.desk, f"客户{number}")
            car = a_vehicle(self.desk, owner)
            delivered(self.desk, car, self.desk.today() - timedelta(days=number * 2))
        plan(self.desk)
        self.begin = self.state()
        self.steps: list[tuple[int, State]] = []
        self.last = self.newest()

    def state(self) -> State:
        """Every document that the journal knows of."""
        return {
            name: {str(each.doc_id): dict(each) for each in self.desk.table(name).iterate()}
            for name in JOURNALLED
        }

    def newest(self) -> int:
        return next(iter(self.desk.db.journal.operations(limit=1))).number

    def done(self, before: State) -> None:
        """Remember a step: the operations it made, and what was there before it."""
        made = [each.number for each in self.desk.db.journal.operations(limit=20)]
        new = sorted(number for number in made if number > self.last)
        for number in reversed(new[1:]):
            assert number  # planning of many customers may be several operations
        self.steps += [(number, before if number == new[0] else {}) for number in new]
        self.last = max(new, default=self.last)

    def people(self) -> list[Customer]:
        return [self.desk.read(Customer, each) for each in self.desk.customers.all()]

    def open_tasks(self) -> list[Task]:
        return tasks(self.desk, state="open", limit=0)

    def one(self, found: list[Any], which: int) -> Any:
        return found[which % len(found)] if found else None

    @rule(which=st.integers(0, 99), result=st.sampled_from(Result), hours=st.integers(1, 60))
    def call(self, which: int, result: Result, hours: int) -> None:
        task = self.one(self.open_tasks(), which)
        if task is None:
            return
        before = self.state()
        answers = None
        if result is Result.REACHED and task.form:
            form = self.desk.forms.get(task.form)
            worst = {
                field.name: field.options[-1].key for field in form.fields if field.kind == "choice"
            }
            answers = plainly_answered(form, **(worst if which % 2 else {}))
        again = self.desk.now() + timedelta(hours=hours)
        with suppress(DcrcError):  # desk work has few results; who may not be called is not
            record_attempt(self.desk, task.id, result, answers=answers, call_back=again)
        self.done(before)

    @rule(which=st.integers(0, 99), days=st.integers(1, 40))
    def snooze(self, which: int, days: int) -> None:
        if task := self.one(self.open_tasks(), which):
            before = self.state()
            snooze_task(self.desk, task.id, self.desk.today() + timedelta(days=days))
            self.done(before)

    @rule(which=st.integers(0, 99), owner=st.sampled_from(["王敏", ""]))
    def assign(self, which: int, owner: str) -> None:
        if task := self.one(self.open_tasks(), which):
            before = self.state()
            assign_task(self.desk, task.id, owner)
            self.done(before)

    @rule(first=st.integers(0, 99), owner=st.sampled_from(["王敏", ""]), shared=st.booleans())
    def share(self, first: int, owner: str, shared: bool) -> None:
        before = self.state()
        some = [customer.id for customer in self.people()[first % PEOPLE :]]
        if shared:
            share_customers(self.desk, some, ["王敏"])
        else:
            assign_customers(self.desk, some, owner)
        self.done(before)

    @rule(which=st.integers(0, 99))
    def withdraw(self, which: int) -> None:
        if task := self.one(self.open_tasks(), which):
            before = self.state()
            withdraw_task(self.desk, task.id, "不需要")
            self.done(before)

    @rule(which=st.integers(0, 99), days=st.integers(0, 9))
    def add(self, which: int, days: int) -> None:
        before = self.state()
        customer = self.one(self.people(), which)
        add_task(self.desk, customer, "自己的任务", self.desk.today() + timedelta(days=days))
        self.done(before)

    @rule(
        which=st.integers(0, 99),
        field=st.sampled_from(["name", "note", "do_not_contact", "phones"]),
    )
    def edit(self, which: int, field: str) -> None:
        customer = self.one(self.people(), which)
        value: Any = f"改{self.last}"
        if field == "do_not_contact":
            value = not customer.do_not_contact
        elif field == "phones":
            value = (*customer.phones, Phone(f"+861390000{self.last % 10000:04d}"))
        before = self.state()
        edit_customer(self.desk, customer, attrs.evolve(customer, **{field: value}))
        self.done(before)

    @rule(which=st.integers(0, 99), state=st.sampled_from(PhoneState))
    def phone(self, which: int, state: PhoneState) -> None:
        customer = self.one([each for each in self.people() if each.phones], which)
        before = self.state()
        set_phone_state(self.desk, customer, customer.phones[0].number, state)
        self.done(before)

    @rule(which=st.integers(0, 99), other=st.integers(0, 99))
    def merge(self, which: int, other: int) -> None:
        before = self.state()
        keep, gone = self.one(self.people(), which), self.one(self.people(), other)
        with suppress(DcrcError):
            merge_customers(self.desk, keep.id, gone.id)
        self.done(before)

    @rule(which=st.integers(0, 99))
    def unmerge(self, which: int) -> None:
        gone = self.one([each for each in self.people() if each.merged_into], which)
        if gone is not None:
            before = self.state()
            with suppress(DcrcError):
                unmerge_customer(self.desk, gone.id)
            self.done(before)

    @rule(which=st.integers(0, 99))
    def archive(self, which: int) -> None:
        customer = self.one(self.people(), which)
        before = self.state()
        archive_customer(self.desk, customer.id, not customer.archived)
        self.done(before)

    @rule(which=st.integers(0, 99), days=st.integers(0, 30))
    def visit_or_delivery(self, which: int, days: int) -> None:
        from dcrc.kernel.vehicles import Vehicle

        cars = [self.desk.read(Vehicle, each) for each in self.desk.vehicles.all()]
        car = self.one(cars, which)
        before, on = self.state(), self.desk.today() - timedelta(days=days)
        if which % 2:
            serviced(self.desk, car, on)
        else:
            delivered(self.desk, car, on)
        self.done(before)

    @rule(which=st.integers(0, 99), other=st.integers(0, 99), km=st.integers(1, 99999))
    def car(self, which: int, other: int, km: int) -> None:
        cars = [str(each.doc_id) for each in self.desk.vehicles.all()]
        before = self.state()
        if which % 2:
            change_owner(self.desk, self.one(cars, which), self.one(self.people(), other).id)
        else:
            record_reading(self.desk, self.one(cars, which), Reading(self.desk.today(), km))
        self.done(before)

    @rule(which=st.integers(0, 99))
    def complain(self, which: int) -> None:
        customer = self.one(self.people(), which)
        before = self.state()
        record_event(
            self.desk,
            Event("", "wrong_contact", customer.id, self.desk.today(), data={"number": "+861"}),
        )
        self.done(before)

    @rule(seed=st.integers(0, 30))
    def take_in_a_ledger(self, seed: int) -> None:
        chance, day = random.Random(seed), self.desk.today()
        self.ledgers += 1
        path = Path(self.folder.name) / f"sales{self.ledgers}.csv"
        rows = ["车主姓名,手机,车架号,交车日期,地址"]
        for _ in range(4):
            number = chance.randrange(PEOPLE + 4)
            on = day - timedelta(days=chance.randrange(20))
            rows.append(
                f"客户{number},1380000{1000 + number:04d},{a_vin(number)},{on},某某路{chance.random()}号"
            )
        path.write_text("\n".join(rows), "utf-8")
        before = self.state()
        import_files(self.desk, [path])
        self.done(before)

    @rule()
    def plan(self) -> None:
        before = self.state()
        plan(self.desk)
        self.done(before)
        assert plan(self.desk).changes == 0, "planned twice, the second time something changed"
        assert self.newest() == self.last

    @rule(days=st.integers(0, 12), hours=st.integers(1, 9))
    def time_passes(self, days: int, hours: int) -> None:
        self.desk.clock.advance(days=days, hours=hours)  # type: ignore[attr-defined]

    @invariant()
    def at_most_one_open_task_of_a_rule_for_a_subject(self) -> None:
        seen = set()
        for task in self.open_tasks():
            if task.rule != "by_hand":
                assert (task.rule, task.subject) not in seen, task
                seen.add((task.rule, task.subject))

    def teardown(self) -> None:
        try:
            self.take_all_back()
        finally:
            self.desk.close()
            self.folder.cleanup()

    def take_all_back(self) -> None:
        """Undo every operation, newest first; after each the state is the one before it."""
        for number, before in reversed(self.steps):
            taken = undo(self.desk, operation=number)
            if self.newest() != taken.operation:  # what was planned after it, by the day it is now
                undo(self.desk, operation=self.newest())
            if before:
                differing = {
                    (name, each): (was.get(each), now.get(each))
                    for name, was in before.items()
                    for now in [self.state()[name]]
                    for each in {*was, *now}
                    if was.get(each) != now.get(each)
                }
                assert not differing, (number, differing)
        assert self.state() == self.begin
        assert self.desk.db.verify().ok
        plan(self.desk)
        assert plan(self.desk).changes == 0


DaysOfADealer.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestDaysOfADealer = pytest.mark.repeats(DaysOfADealer.TestCase)
