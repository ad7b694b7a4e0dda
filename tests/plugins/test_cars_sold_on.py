"""A car that is sold on: its age and services go on with it, what was between us and its owner does not."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dcrc import SOLD_ON, Customer, Desk, Reading, Task, TaskState, Vehicle, record_reading
from dcrc.errors import DcrcError
from dcrc.imports import import_files
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import get_task, record_attempt, snooze_task
from dcrc.kernel.dossiers import read_dossier
from dcrc.kernel.duplicates import merge_customers, unmerge_customer
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.explain import explain_task
from dcrc.kernel.happened import read_happened
from dcrc.kernel.history import timeline
from dcrc.kernel.mileage import mileage_doubt
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import change_owner, find_vehicle
from dcrc.testing import (
    a_customer,
    a_vehicle,
    delivered,
    isolated_desk,
    kept_back_wrongly,
    reached,
    serviced,
)
from plugins import new_car_followup, reminders, service_followup
from plugins.reminders.reports import first_service_return

TODAY = date(2026, 11, 20)
BOUGHT = date(2024, 11, 10)  # the first mark ends, after two years, at the end of this month
SERVED = date(2026, 5, 25)  # the next service is due in these days
REGULAR, INSPECTION = "reminders.regular_service", "reminders.inspection"


@attrs.frozen
class Street:
    """Wang Xiaoming has a car, is reminded of its service and inspection, and knows Li Jing."""

    desk: Desk
    wang: Customer
    li: Customer
    car: Vehicle

    def sell(self, to: Customer) -> None:
        change_owner(self.desk, self.car.id, to.id)

    def of(self, who: Customer, state: str = "open") -> dict[str, Task]:
        """The tasks of somebody about the car by their rules."""
        found = tasks(self.desk, customer=who.id, state=state, limit=0)  # type: ignore[arg-type]
        return {task.rule: task for task in found if task.vehicle == self.car.id}

    def list_of_owners(self, folder: Path, who: Customer) -> Path:
        """The customer list of the dealer's system, in which the car is somebody's."""
        path = folder / "客户档案.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            number = who.phones[0].number.removeprefix("+86")
            rows = [("姓名", "手机", "车架号"), (who.name, number, self.car.vin)]
            csv.writer(stream).writerows(rows)
        return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    plugins = [new_car_followup, reminders, service_followup]
    opened = isolated_desk(tmp_path, plugins=plugins, today=TODAY)
    yield opened
    opened.close()


@pytest.fixture
def street(desk: Desk) -> Street:
    wang, li = a_customer(desk, "王小明"), a_customer(desk, "李静")
    car = a_vehicle(desk, wang, model="CS75")
    delivered(desk, car, BOUGHT)
    serviced(desk, car, SERVED, work="保养", km=10_000, amount=58_000, sent_by="王大力")
    record_reading(desk, car.id, Reading(SERVED, 10_000, "serviced"))
    return Street(desk, wang, li, find_vehicle(desk, car.id))


def by_hand(street: Street, folder: Path) -> None:
    street.sell(street.li)


def by_an_import(street: Street, folder: Path) -> None:
    report = import_files(street.desk, [street.list_of_owners(folder, street.li)])
    assert report.counts.changed == 1


@pytest.mark.parametrize("sold", [by_hand, by_an_import])
@pytest.mark.parametrize("planned_before", [True, False])
def test_the_second_owner_is_reminded_of_what_his_car_needs(
    street: Street,
    tmp_path: Path,
    sold: Callable[[Street, Path], None],
    planned_before: bool,
) -> None:
    if planned_before:
        plan(street.desk)
        assert {REGULAR, INSPECTION} <= set(street.of(street.wang))
    sold(street, tmp_path)
    plan(street.desk)
    theirs = street.of(street.li)
    assert set(theirs) == {REGULAR, INSPECTION}
    assert theirs[REGULAR].reasons["facts"][0]["on"] == SERVED.isoformat()
    assert theirs[INSPECTION].reasons["facts"][0]["on"] == BOUGHT.isoformat()
    assert not street.of(street.wang)
    gone = street.of(street.wang, "withdrawn")
    assert {task.reason for task in gone.values()} == ({SOLD_ON} if planned_before else set())
    assert plan(street.desk).changes == 0
    assert kept_back_wrongly(street.desk) == []


def test_the_second_owner_is_reminded_though_the_first_was_called_about_it(street: Street) -> None:
    plan(street.desk)
    reached(street.desk, street.of(street.wang)[REGULAR], state="not_due", km=14_000)
    street.sell(street.li)
    plan(street.desk)
    assert REGULAR in street.of(street.li)
    assert street.of(street.wang, "done")[REGULAR].state is TaskState.DONE


def test_what_was_agreed_with_the_first_owner_is_not_agreed_with_the_second(
    street: Street,
) -> None:
    plan(street.desk)
    call = street.of(street.wang)[INSPECTION]
    later = street.desk.now() + timedelta(days=90)
    record_attempt(street.desk, call.id, Result.CALL_BACK, call_back=later, note="不方便，出差在外")
    street.sell(street.li)
    plan(street.desk)
    assert street.of(street.wang, "withdrawn")[INSPECTION].reason == SOLD_ON
    fresh = street.of(street.li)[INSPECTION]
    assert (fresh.tries, fresh.next_at, fresh.note, fresh.by_hand) == (0, None, "", ())


def test_the_first_and_the_last_of_the_warranty_are_the_car_s(desk: Desk) -> None:
    wang, li = a_customer(desk, "王小明"), a_customer(desk, "李静")
    new, old = a_vehicle(desk, wang), a_vehicle(desk, wang)
    delivered(desk, new, TODAY - timedelta(days=75))
    delivered(desk, old, date(2023, 12, 10))
    for car in (new, old):
        change_owner(desk, car.id, li.id)
    plan(desk)
    found = {(task.rule, task.vehicle) for task in tasks(desk, customer=li.id, limit=0)}
    assert ("reminders.first_service", new.id) in found
    assert ("reminders.warranty", old.id) in found


def test_what_was_between_us_and_the_first_owner_stays_with_him(desk: Desk) -> None:
    wang = a_customer(desk, "王小明", birthday=date(1980, 11, 25))
    li = a_customer(desk, "李静")
    car = a_vehicle(desk, wang)
    delivered(desk, car, TODAY - timedelta(days=4))
    serviced(desk, car, TODAY - timedelta(days=1), work="一般维修")
    plan(desk)
    change_owner(desk, car.id, li.id)
    plan(desk)
    hers = {task.rule for task in tasks(desk, customer=li.id, limit=0)}
    assert hers == {"reminders.first_service"}
    his = {task.rule for task in tasks(desk, customer=wang.id, state="open", limit=0)}
    assert his == {"service_followup.visit", "reminders.birthday"}


def test_a_car_s_history_tells_the_next_owner_s_rules_nothing_of_who_had_it(
    street: Street,
) -> None:
    street.sell(street.li)
    dossier = read_dossier(street.desk, street.li.id)
    (visit,) = dossier.history_of("serviced", street.car.id)
    assert (visit.customer, visit.data) == ("", {"work": "保养", "km": 10_000, "order": visit.key})
    assert dossier.events == dossier.answers == ()
    assert dossier.events_of("serviced", street.car.id) == ()
    assert read_dossier(street.desk, street.wang.id).inherited == ()


def test_sold_on_and_back_is_as_before(street: Street) -> None:
    plan(street.desk)
    before = street.of(street.wang)
    street.sell(street.li)
    plan(street.desk)
    street.sell(street.wang)
    plan(street.desk)
    assert street.of(street.wang) == before
    assert not street.of(street.li)
    assert {task.reason for task in street.of(street.li, "withdrawn").values()} == {SOLD_ON}


def test_back_with_the_first_owner_the_services_of_the_second_count(street: Street) -> None:
    street.sell(street.li)
    serviced(street.desk, find_vehicle(street.desk, street.car.id), TODAY, work="保养", km=13_500)
    street.sell(street.wang)
    plan(street.desk)
    assert REGULAR not in street.of(street.wang)  # it is in half a year
    assert INSPECTION in street.of(street.wang)


def test_a_change_of_owner_that_is_undone_gives_the_reminders_back(street: Street) -> None:
    plan(street.desk)
    before = street.of(street.wang)
    street.sell(street.li)
    assert set(street.of(street.li)) == {REGULAR, INSPECTION}
    undo(street.desk)
    plan(street.desk)
    assert street.of(street.wang) == before
    assert not street.of(street.li)


@pytest.mark.parametrize("called", [True, False])
def test_who_turns_out_to_be_the_first_owner_himself_is_called_once(
    street: Street, called: bool
) -> None:
    plan(street.desk)
    if called:
        reached(street.desk, street.of(street.wang)[INSPECTION], state="undecided")
    street.sell(street.li)
    plan(street.desk)
    merge_customers(street.desk, street.li.id, street.wang.id)
    plan(street.desk)
    found = tasks(street.desk, customer=street.li.id, state="open", limit=0)
    assert [task.rule for task in found if task.rule == INSPECTION] == [INSPECTION] * (not called)
    assert [task.rule for task in found if task.rule == REGULAR] == [REGULAR]
    unmerge_customer(street.desk, street.wang.id)
    plan(street.desk)
    assert {REGULAR, INSPECTION} == set(street.of(street.li))
    assert not street.of(street.wang)


def test_what_is_learned_late_of_the_first_owner_s_time_moves_the_second_s_reminder(
    street: Street,
) -> None:
    street.sell(street.li)
    plan(street.desk)
    assert REGULAR in street.of(street.li)
    late = serviced(street.desk, street.car, date(2026, 11, 2), work="保养", km=14_000)
    assert late.customer == street.wang.id
    plan(street.desk)
    assert REGULAR not in street.of(street.li)
    undo(street.desk)
    plan(street.desk)
    assert REGULAR in street.of(street.li)


def test_the_sales_ledger_tells_the_delivery_of_another_buyer(
    street: Street, tmp_path: Path
) -> None:
    car = a_vehicle(street.desk, street.wang)
    delivered(street.desk, car, TODAY - timedelta(days=1))
    plan(street.desk)
    calls = tasks(street.desk, customer=street.wang.id, state="open", limit=0)
    first = next(task for task in calls if task.rule == "new_car_followup.day3")
    record_attempt(street.desk, first.id, Result.NO_ANSWER, note="无人接听")
    path = tmp_path / "销售.csv"
    path.write_text(
        f"客户名称,手机,车架号,交车日期\n李静,{street.li.phones[0].number[3:]},{car.vin},{TODAY}\n",
        "utf-8",
    )
    import_files(street.desk, [path])
    plan(street.desk)
    hers = tasks(street.desk, customer=street.li.id, state="open", limit=0)
    call = next(task for task in hers if task.rule == "new_car_followup.day3")
    assert (call.id, call.tries, call.next_at, call.note) == (first.id, 0, None, "")
    his = tasks(street.desk, customer=street.wang.id, state="open", limit=0)
    assert car.id not in {task.vehicle for task in his}
    assert plan(street.desk, customers=[street.li.id, street.wang.id]).changes == 0
    for left, at in enumerate((time(14, 30), time(18, 30))):
        day = TODAY + timedelta(days=1 + left)
        street.desk.clock.set(day, at)  # type: ignore[attr-defined]
        record_attempt(street.desk, call.id, Result.NO_ANSWER)
        tried = get_task(street.desk, call.id)
        assert (tried.tries, tried.state) == (left + 1, TaskState.OPEN)


def test_a_used_car_handed_over_here_is_as_old_as_it_is(desk: Desk) -> None:
    wang, li = a_customer(desk, "王小明"), a_customer(desk, "李静")
    car = a_vehicle(desk, wang, model="CS75")
    new = delivered(desk, car, date(2021, 11, 10))
    change_owner(desk, car.id, li.id)
    used = attrs.evolve(new, id="", customer=li.id, on=date(2026, 5, 25), key="二手车-7")
    record_event(desk, used)
    plan(desk)
    hers = {task.rule: task for task in tasks(desk, customer=li.id, state="open", limit=0)}
    assert hers[REGULAR].reasons["facts"][0]["on"] == "2026-05-25"
    assert "reminders.first_service" not in hers
    assert "reminders.warranty" not in hers


def test_the_reason_names_the_facts_of_the_car(street: Street) -> None:
    street.sell(street.li)
    plan(street.desk)
    told = explain_task(street.desk, street.of(street.li)[REGULAR].id)
    assert any(SERVED.isoformat() in fact for fact in told.facts)
    assert not any("王" in line for line in told.lines)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("sell", "service", "plan") * 3 + ("call", "merge", "part", "undo", "wait")
        ),
        st.integers(0, 2),
        st.integers(0, 1),
    ),
    max_size=9,
)


def step(desk: Desk, what: str, who: Customer, other: Customer, car: Vehicle) -> None:
    """Something that happens at the dealer's; what cannot be done is refused."""
    if what == "sell":
        change_owner(desk, car.id, who.id)
    elif what == "service":
        told = attrs.evolve(car, customer=who.id)  # of whom the order happens to be told
        serviced(desk, told, desk.today() - timedelta(days=10), work="保养", km=10_000)
    elif what == "call":
        for task in tasks(desk, customer=who.id, state="open", limit=1):
            record_attempt(desk, task.id, Result.NO_ANSWER)
    elif what == "merge":
        merge_customers(desk, who.id, other.id)
    elif what == "part":
        unmerge_customer(desk, who.id)
    elif what == "undo":
        undo(desk)
    elif what == "wait":
        desk.clock.advance(days=40)  # type: ignore[attr-defined]
    else:
        plan(desk)


@pytest.mark.repeats
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
@example([("sell", 0, 1), ("wait", 0, 0), ("service", 0, 1), ("sell", 0, 0), *[("wait", 0, 0)] * 2])
def test_whatever_hands_the_cars_go_through_nobody_is_forgotten(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    plugins = [new_car_followup, reminders, service_followup]
    folder = tmp_path_factory.mktemp("street")
    desk = isolated_desk(folder, plugins=plugins, today=TODAY)
    people = [a_customer(desk, name) for name in ("王小明", "李静", "陈刚")]
    cars = [a_vehicle(desk, owner) for owner in people[:2]]
    for car, on in zip(cars, (BOUGHT, TODAY - timedelta(days=75)), strict=True):
        delivered(desk, car, on)
    plan(desk)
    for what, who, which in steps:
        with contextlib.suppress(DcrcError):
            step(desk, what, people[who], people[which], cars[which])
    while plan(desk).expired:  # that nobody did it is a fact for planners from the next day on
        desk.clock.advance(days=1)  # type: ignore[attr-defined]
    everybody = [str(each) for each in desk.customers.ids_starting("", limit=-1)]
    assert plan(desk, customers=everybody).changes == 0  # who was not touched had no need to be
    assert kept_back_wrongly(desk) == []
    owners = {str(car.doc_id): car["customer"] for car in desk.vehicles.all()}
    about = [task for task in tasks(desk, state="open", limit=0) if task.rule.startswith("remind")]
    assert [
        task.rule for task in about if task.customer != owners.get(task.vehicle, task.customer)
    ] == []
    desk.close()


def test_a_stored_visit_of_2062_goes_on_with_the_car_only_when_its_day_has_come(
    street: Street,
) -> None:
    desk = street.desk
    with desk.operation("import", "import"):  # as it was taken before days to come were refused
        desk.insert(
            desk.events,
            Event(
                "",
                "serviced",
                street.wang.id,
                date(2062, 3, 5),
                vehicle=street.car.id,
                key="RO2062",
                data={"km": 90},
            ),
        )
    street.sell(street.li)
    plan(desk)
    assert REGULAR in street.of(street.li)
    assert "2062" not in str(read_happened(desk, street.li.id).history)


def test_what_was_agreed_stands_though_his_wife_brings_the_car(street: Street) -> None:
    desk = street.desk
    plan(desk)
    inspection = street.of(street.wang)[INSPECTION]
    record_attempt(desk, inspection.id, Result.CALL_BACK, call_back=desk.now() + timedelta(days=6))
    before = street.of(street.wang)
    record_event(
        desk,
        Event(
            "",
            "serviced",
            street.li.id,
            TODAY,
            vehicle=street.car.id,
            key="RO9",
            data={"work": "喷漆"},
        ),
    )
    plan(desk)
    after = street.of(street.wang)[INSPECTION]
    assert (after.id, after.due, after.next_at) == (
        inspection.id,
        before[INSPECTION].due,
        before[INSPECTION].next_at,
    )
    assert not street.of(street.wang, "withdrawn")


def test_a_sale_told_of_the_wrong_person_gives_the_task_back_as_it_was(
    street: Street, tmp_path: Path
) -> None:
    desk = street.desk
    car = a_vehicle(desk, street.wang)
    delivered(desk, car, TODAY - timedelta(days=1))
    plan(desk)

    def day3(who: Customer) -> list[Task]:
        found = tasks(desk, customer=who.id, limit=0)
        return [task for task in found if task.rule == "new_car_followup.day3"]

    (task,) = day3(street.wang)
    record_attempt(desk, task.id, Result.NO_ANSWER, note="出差")
    snooze_task(desk, task.id, TODAY + timedelta(days=4))
    (before,) = day3(street.wang)
    ledger = tmp_path / "销售.csv"
    number = street.li.phones[0].number.removeprefix("+86")
    ledger.write_text(
        f"客户名称,手机,车架号,交车日期\n{street.li.name},{number},{car.vin},{TODAY}\n", "utf-8"
    )
    report = import_files(desk, [ledger])
    plan(desk)
    (moved,) = day3(street.li)
    assert (moved.tries, moved.next_at, moved.by_hand) == (0, None, ())
    undo(desk, batch=report.batch)
    plan(desk)
    (after,) = day3(street.wang)
    assert not day3(street.li)
    assert (after.tries, after.due, after.next_at, after.by_hand, after.note) == (
        before.tries,
        before.due,
        before.next_at,
        before.by_hand,
        before.note,
    )


def test_a_used_car_that_is_handed_over_was_not_new_then(street: Street) -> None:
    desk = street.desk
    used = a_vehicle(desk, street.li)
    delivered(desk, used, date(2021, 5, 20))
    record_reading(desk, used.id, Reading(date(2026, 5, 1), 60_000))
    record_event(
        desk,
        Event("", "delivered", street.li.id, date(2026, 5, 20), vehicle=used.id, key="USED-1"),
    )
    assert mileage_doubt(desk, used.id, Reading(TODAY, 62_000)) is None
    for month in range(1, 12):
        assert not first_service_return(desk, date(2026, month, 1))


def test_a_used_car_from_elsewhere_has_no_first_service(street: Street) -> None:
    desk = street.desk
    used = a_vehicle(desk, street.li, first_registered=date(2018, 3, 1))
    delivered(desk, used, TODAY - timedelta(days=70))
    driven = a_vehicle(desk, street.li, readings=(Reading(date(2026, 5, 1), 60_000),))
    delivered(desk, driven, TODAY - timedelta(days=70))
    plan(desk)
    mine = tasks(desk, customer=street.li.id, state="open", limit=0)
    assert not [task for task in mine if task.rule == "reminders.first_service"]
    for month in range(1, 13):
        assert not first_service_return(desk, date(2026, month, 1))
        assert not first_service_return(desk, date(2027, month, 1))


def test_a_sale_that_is_taken_back_gives_the_former_owner_his_reminders_at_once(
    street: Street,
) -> None:
    plan(street.desk)
    before = street.of(street.wang)
    assert {REGULAR, INSPECTION} <= set(before)
    street.sell(street.li)
    assert not street.of(street.wang)
    taken = undo(street.desk)
    assert street.of(street.wang) == before
    assert not street.of(street.li)
    undo(street.desk, taken.operation)
    assert not street.of(street.wang)
    assert {REGULAR, INSPECTION} <= set(street.of(street.li))
    assert plan(street.desk).changes == 0


def test_the_former_owner_s_page_says_of_which_car_the_reminder_went(street: Street) -> None:
    plan(street.desk)
    assert REGULAR in street.of(street.wang)
    street.sell(street.li)
    entries = timeline(street.desk, street.wang.id, kinds=["task"])
    assert any("CS75" in each.detail and "车辆已属于他人" in each.detail for each in entries)
    assert not any(street.li.name in each.detail for each in timeline(street.desk, street.wang.id))
