"""Who may not see numbers sees none: not in the log, the history, the commands' JSON or an export."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import attrs
import pytest

from dcrc.cli.documents import customer_document, task_document, vehicle_document
from dcrc.exports.tables import export_table
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import add_task, record_attempt
from dcrc.kernel.contact import Message
from dcrc.kernel.customers import Contact, Customer, Phone, add_customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.history import timeline
from dcrc.kernel.masking import seen
from dcrc.kernel.merges import merge_customers
from dcrc.kernel.operations_log import changes_of, operations_log
from dcrc.kernel.operators import add_operator
from dcrc.kernel.planning import plan
from dcrc.kernel.proposals import propose
from dcrc.kernel.tasks import Result
from dcrc.kernel.vehicles import vehicles_of
from dcrc.testing import a_customer, a_vehicle

Seat = Callable[..., Desk]
NUMBERS = [f"1380000{n}" for n in ("1111", "2222", "3333", "4444", "5555", "6666", "7777", "8888")]
ID = "110105194912310028"
E164 = [f"+86{number}" for number in NUMBERS]


@pytest.fixture
def dealt(desk: Desk) -> Customer:
    """A customer whose numbers stand everywhere that numbers ever stand."""
    owner = add_customer(
        desk,
        Customer(
            "",
            "王小明",
            phones=(Phone(E164[0]),),
            id_number=ID,
            contacts=(Contact("李强", "司机", E164[2]),),
            note=f"爱人 {NUMBERS[3]}",
            extra={"紧急联系人": NUMBERS[4], "明细": {"备用": [int(NUMBERS[4])]}},
        ),
    )
    car = a_vehicle(desk, owner, key_code="K-998877", extra={"音响密码": "A-5566"})
    data = {"sent_phone": E164[1], "sent_by": "李强", "extra": {"送修电话": NUMBERS[5]}}
    event = Event(
        "", "serviced", owner.id, date(2026, 11, 20), vehicle=car.id, key="RO1", data=data
    )
    record_event(desk, event)
    with desk.operation("edit customer", "customers.edit"):
        wanted = attrs.evolve(owner, phones=(Phone(E164[6]),), id_number="")
        propose(desk, "customers", owner, wanted, "phones")
        desk.insert(desk.outbox, Message("", owner.id, E164[0], f"请回电 {NUMBERS[5]}"))
    other = a_customer(desk, "王小敏", E164[7], id_number=ID)
    merge_customers(desk, owner.id, other.id)
    task = add_task(desk, owner, "核对", desk.today())
    record_attempt(desk, task.id, Result.WRONG_NUMBER, note=f"打 {NUMBERS[3]}")
    plan(desk)
    return owner


def assert_nothing_shows(text: str) -> None:
    assert "138****" in text
    assert not [secret for secret in (*NUMBERS, ID, "K-998877", "A-5566") if secret in text]


def test_an_auditor_reads_the_whole_log_without_a_number(
    desk: Desk, dealt: Customer, seat: Seat
) -> None:
    auditor = seat("审计员", "auditor")
    lines = [
        change
        for line in operations_log(auditor, None)
        for change in changes_of(auditor, line.number)
    ]
    tables = {line.table for line in lines}
    assert {"customers", "vehicles", "events", "proposals", "merges", "outbox", "tasks"} <= tables
    assert_nothing_shows("\n".join(f"{line.was} {line.became}" for line in lines))


def test_a_supervisor_reads_the_numbers_but_no_code(desk: Desk, dealt: Customer) -> None:
    lines = [
        change for line in operations_log(desk, None) for change in changes_of(desk, line.number)
    ]
    text = "\n".join(f"{line.was} {line.became}" for line in lines)
    assert all(number in text for number in NUMBERS)
    assert "K-998877" not in text


def test_the_history_shows_none(dealt: Customer, seat: Seat) -> None:
    lounge = seat("吧台", "lounge")
    assert_nothing_shows("\n".join(f"{e.title} {e.detail}" for e in timeline(lounge, dealt.id)))


def test_the_commands_show_none(dealt: Customer, seat: Seat) -> None:
    lounge = seat("吧台", "lounge")
    told = [customer_document(lounge, dealt)]
    told += [vehicle_document(lounge, car) for car in vehicles_of(lounge, dealt.id)]
    told += [task_document(lounge, task) for task in tasks(lounge, customer=dealt.id)]
    assert any(E164[0] in task.occurrence for task in tasks(lounge, customer=dealt.id))
    assert_nothing_shows(json.dumps(told, ensure_ascii=False))


def test_an_export_has_none(desk: Desk, dealt: Customer, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[roles.lister]\npermissions = ["customers.view", "export"]\n', "utf-8")
    whole = open_desk(
        desk.db.path, operator="王敏", clock=desk.clock, policy_file=policy, plugins=[]
    )
    add_operator(whole, "外单位", "lister")
    lister = open_desk(
        desk.db.path, operator="外单位", clock=desk.clock, policy_file=policy, plugins=[]
    )
    export_table(lister, "all", tmp_path / "all.json")
    assert_nothing_shows((tmp_path / "all.json").read_text("utf-8"))
    whole.close()
    lister.close()


@pytest.mark.parametrize(
    "text",
    ["LS4AAB3D8HA000007", "01M7XVJZE03416W6RD25X27G7Q", "RO202611210000", "2026-11-21T01:30:00+00:00",
     "6190000", "2026-11-21", "车况良好，12000 公里"],
)  # fmt: skip
def test_what_is_no_number_of_a_person_stays(seat: Seat, text: str) -> None:
    assert seen(seat("吧台", "lounge"), {"note": text}) == {"note": text}
