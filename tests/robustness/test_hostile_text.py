"""Hostile text in every field: kept as it was given, shown as text, carried out and in again unharmed."""

from __future__ import annotations

import csv
import json
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import openpyxl
import pytest
from rich.cells import cell_len
from tinydb import where

from dcrc.exports import undefused
from dcrc.i18n import speaking
from dcrc.imports import import_files
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import add_task, record_attempt, withdraw_task
from dcrc.kernel.customers import Contact, Customer, add_customer, edit_customer, find_customer
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.phones import Phone
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.kernel.vehicles import Vehicle, add_vehicle
from dcrc.testing import a_vin, isolated_desk, plainly_answered
from plugins import new_car_followup

STEERING = (
    "[bold red]王[/bold red][/][@click=app.quit]点[/]"
    "\x1b[2J\x1b]0;title\x07\x1b[31m\x9b31m\x85\x90\x00\x01\x08\x0b\x7f"
    "\u202e明小\u202c\u2066x\u2069\udfff小\ud800"
)
HOSTILE = {
    "steering": STEERING,
    "formula": '=HYPERLINK("http://example.invalid","王")',
    "plus": "+1-2",
    "apostrophe": "'王",
    "speech": "'); DROP TABLE documents_1; --{name} {0} %s ${x}<b>&amp;</b> _x0041_ ]]>",
    "long": "王小明" * 3_000,
    "word": "👨‍👩‍👧‍👦🚗🏳️‍🌈é" + "\u0301" * 60 + "\u200b\ufeff" + "W" * 3_000,
    "lines": "一\n二\r\n三\t四\u2028五",
}
SEEN = ("steering", "long", "word", "lines")
TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def obeyed(text: str) -> set[str]:
    """What of a printed text a terminal would obey."""
    signs = set(text)
    steering = {sign for sign in signs if unicodedata.category(sign) in ("Cc", "Cs")} - {"\n"}
    return steering | (signs & TURNING)


@attrs.define
class Soiled:
    """A customer whose every field is hostile, with his car, facts, tasks, tries and answers."""

    desk: Any
    customer: Customer
    car: Vehicle
    text: str


def soil(desk: Any, text: str) -> Soiled:
    """Put `text` into every field that people or files fill."""
    customer = add_customer(
        desk,
        Customer(
            "",
            text,
            phones=(Phone("+8613800001234"),),
            address=text,
            employer=text,
            job=text,
            hobbies=(text, "钓鱼"),
            contacts=(Contact(name=text),),
            source=text,
            entered_by=text,
            note=text,
            extra={text: text},
        ),
    )
    car = add_vehicle(
        desk,
        Vehicle(
            "",
            a_vin(900_007),
            customer=customer.id,
            plate=text[:20],
            model=text,
            colour=text,
            note=text,
        ),
    )
    record_event(
        desk,
        Event(
            "",
            "delivered",
            customer.id,
            desk.today() - timedelta(days=3),
            vehicle=car.id,
            key=car.vin,
            data={"consultant": text, "note": text, "extra": {text: text}},
        ),
    )
    record_event(
        desk,
        Event(
            "", "serviced", customer.id, desk.today(), vehicle=car.id, key=text, data={"note": text}
        ),
    )
    plan(desk)
    mine = add_task(desk, customer, text, desk.today(), note=text)
    withdraw_task(desk, add_task(desk, customer, text, desk.today()).id, text)
    record_attempt(desk, mine.id, Result.NO_ANSWER, note=text)
    for task in tasks(desk, customer=customer.id, state="open", limit=0):
        if task.form:
            form = desk.forms.get(task.form)
            worst = {f.name: f.options[-1].key for f in form.fields if f.kind.value == "choice"}
            said = {f.name: text for f in form.fields if f.kind.value == "text"}
            answers = plainly_answered(form, **worst, **said)
            asked = {
                name: value for name, value in answers.items() if name in form_asks(form, answers)
            }
            record_attempt(desk, task.id, Result.REACHED, answers=asked, note=text)
            break
    customer = find_customer(desk, customer.id)
    customer = edit_customer(desk, customer, attrs.evolve(customer, wechat=text)).customer
    return Soiled(desk, customer, car, text)


def form_asks(form: Any, answers: dict[str, Any]) -> set[str]:
    return {field.name for field in form.fields if field.asked(answers)}


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE.keys())
def soiled(shop: Any, request: pytest.FixtureRequest) -> Any:
    desk = shop.desk()
    yield soil(desk, request.param)
    desk.close()


def test_commands_show_it_as_text_and_keep_it(shop: Any, soiled: Soiled) -> None:
    one = soiled.customer
    task = tasks(soiled.desk, customer=one.id, state=None, limit=0)
    words: list[list[str]] = [
        ["today"],
        ["tasks", "--state", "all", "--limit", "0"],
        ["tasks", "--customer", one.id],
        *(["task", each.id] for each in task[:4]),
        ["explain", task[0].id],
        ["customer", "show", one.id],
        ["customer", "find", "8000"],
        ["customer", "find", one.name[:200]],
        ["vehicle", "show", soiled.car.vin],
        ["log", "--limit", "0"],
        ["log", "--changes", "60"],
        ["duplicates"],
        ["proposals", "list"],
        ["figures"],
    ]
    for each in words:
        for language in ("en", "zh"):
            result = shop.run(*each, language=language)
            assert result.exit_code in (0, 3), (each, result.output[:500])
            assert "Traceback" not in result.output
            assert not obeyed(result.output), (each, obeyed(result.output))
        result = shop.run(*each, "--json")
        assert not obeyed(result.output), (each, obeyed(result.output))
        if result.exit_code == 0:
            json.loads(result.stdout)
    shown = shop.json("customer", "show", one.id)["customer"]
    assert shown["name"] == soiled.customer.name
    assert shown["address"] == soiled.customer.address
    shop.sound()


def test_it_is_found_edited_and_taken_back_by_commands(shop: Any, soiled: Soiled) -> None:
    text = soiled.text
    added = shop.json("customer", "add", text, "--set", f"note={text}", "--phone", "13900004321")
    customer = added["customer"]
    assert customer["name"] == soiled.customer.name
    assert customer["note"] == soiled.customer.note
    shop.ok("customer", "edit", customer["id"], "--set", f"address={text}")
    (task,) = (shop.json("add", customer["id"], text, "--note", text)["task"],)
    assert task["note"] == text.strip() or task["note"] == text
    shop.ok("attempt", task["id"], "no-answer", "--note", text)
    shop.ok("withdraw", task["id"], text)
    shop.ok("undo")
    shop.ok("undo")
    again = shop.json("customer", "show", customer["id"])["customer"]
    assert again["address"] == soiled.customer.address
    shop.sound()


def cells(sheet: Any) -> list[dict[str, Any]]:
    headers, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(headers, row, strict=True)) for row in rows]


def whole(text: str) -> str:
    """What a file can hold of a text: halves of characters are question marks in it."""
    return text.encode("utf-8", "replace").decode()


def test_it_goes_out_as_text_and_comes_back_equal(
    shop: Any, soiled: Soiled, tmp_path: Path
) -> None:
    one = soiled.customer
    shop.ok("export", "all", tmp_path / "all.json")
    told = json.loads((tmp_path / "all.json").read_text("utf-8"))
    (found,) = [each for each in told["customers"] if each["id"] == one.id]
    assert (found["name"], found["note"]) == (whole(one.name), whole(one.note))
    shop.ok("export", "customers", tmp_path / "customers.csv")
    with (tmp_path / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = [each for each in csv.DictReader(file) if each["Id"] == one.id]
    assert undefused(row["Note"]) == whole(one.note)
    assert not row["Note"].startswith(("=", "+", "-", "@"))
    shop.ok("export", "all", tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    kinds = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert "f" not in kinds, "a text became a formula"
    if len(one.note) < 30_000:
        rows = [row for sheet in book for row in cells(sheet) if row.get("Id") == one.id]
        (again,) = rows
        assert same_cell(again["Note"], whole(one.note)), (again["Note"], one.note)


def same_cell(read: str | None, written: str) -> bool:
    """Equal but for line ends, of which XML knows one."""

    def flat(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")

    return flat(written) in (flat(read or ""), flat(openpyxl.utils.escape.unescape(read or "")))


def test_what_went_out_is_taken_in_by_another_shop(
    shop: Any, soiled: Soiled, tmp_path: Path
) -> None:
    for name in ("customers.csv", "customers.xlsx"):
        shop.run("export", "customers", tmp_path / name, language="zh")
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        other = isolated_desk(folder, plugins=[new_car_followup])
        with speaking("zh"):
            import_files(other, [tmp_path / name], profile="customers")
        held = other.customers.search(where("phones").any(where("number") == "+8613800001234"))
        assert len(held) == 1, name
        if len(soiled.text) < 200 and soiled.text.isprintable():
            assert held[0]["address"] == soiled.customer.address
        assert import_files(other, [tmp_path / name], profile="customers").counts.changed == 0
        assert other.db.verify().ok
        other.close()


@pytest.mark.repeats
@pytest.mark.parametrize("kind", SEEN)
async def test_the_interface_shows_it_as_text_and_keeps_its_layout(
    shop: Any, settled: Any, kind: str
) -> None:
    from dcrc.tui.app import DcrcApp

    desk = shop.desk()
    soiled = soil(desk, HOSTILE[kind])
    app = DcrcApp(desk)
    with speaking("zh"):
        async with app.run_test(size=(80, 24)) as pilot:

            async def settle() -> str:
                seen: str = await settled(pilot)
                lines = seen.split("\n")
                assert len(lines) == 24
                for line in lines:
                    assert cell_len(line) == 80, repr(line)
                    assert not obeyed(line), repr(line)
                return seen

            seen = await settle()
            for keys in (
                ["slash", *"8000"],
                ["1", "2", "3", "4"],
                ["enter"],
                ["enter"],
                ["ctrl+o"],
                ["f"],
                ["w"],
                ["escape"],
                ["e"],
                ["escape"],
                ["ctrl+l"],
                ["enter"],
                ["ctrl+t"],
                ["enter"],
                ["ctrl+y"],
                ["escape"],
            ):
                await pilot.press(*keys)
                seen += await settle()
            assert app.is_running
    assert not app.faults, app.faults
    assert {"steering": "[bold red]王", "word": "WWWWW"}.get(kind, "") in seen
    assert desk.db.verify().ok
    assert soiled
    desk.close()
