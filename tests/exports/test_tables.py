"""What goes out: every text as text, nothing calculated, numbers masked, and who took it noted."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from dcrc.errors import InOutError, NotAllowed, UsageError
from dcrc.exports import Table, export_table, tables, write_tables
from dcrc.kernel.customers import Customer, add_customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.operators import add_operator
from dcrc.kernel.phones import Phone
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk

HOSTILE = [
    "=1+1",
    "@SUM(1+1)*cmd",
    "+8613800001234",
    "-2+3",
    "\t=1",
    "'quoted",
    "＝1+1",
    "[red]王五[/red]",
    "O'Brien; DROP TABLE",
    "两\n行",
    "a\x07b",
    "\u202e右到左",
    "𠮷😀",
    "00123",
    "1E5",
    "https://example.invalid",
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = isolated_desk(tmp_path)
    yield opened
    opened.close()


def _xlsx(path: Path) -> dict[str, list[list[Any]]]:
    with load_workbook(path) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_texts_stay_texts_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_tables(path, [Table("表/[1]", ("文本",), [(text,) for text in HOSTILE])])
    (rows,) = _xlsx(path).values()
    assert [row[0] for row in rows[1:]] == HOSTILE
    import zipfile

    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_csv_is_defused_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_tables(path, [Table("表", ("文本",), [(text,) for text in HOSTILE])])
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert [cell.removeprefix("'") for cell in cells] == HOSTILE


def test_a_text_longer_than_a_cell_goes_on_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    long = "长" * 70_000
    write_tables(path, [Table("表", ("甲", "乙"), [("x", long)])])
    sheets = _xlsx(path)
    pieces = [sheets["表"][1][1]] + [row[3] for row in sheets["超长文本"][1:]]
    assert "".join(pieces) == long
    assert sheets["超长文本"][1][:3] == ["表", "B2", 2.0]


def test_all_tables_go_out_and_it_is_noted(desk: Desk, tmp_path: Path) -> None:
    owner = a_customer(desk, "=王小明", phone="+8613800001234")
    car = a_vehicle(desk, owner, plate="赣D10001", key_code="K-998877")
    delivered(desk, car, date(2026, 11, 1), {"price": 6_190_000, "consultant": "刘洋"})
    path = tmp_path / "全部.xlsx"
    exported = export_table(desk, "all", path)
    sheets = _xlsx(path)
    assert list(sheets) == ["客户", "车辆", "事件", "任务", "问卷"]
    assert exported.rows == 3
    customer = dict(zip(*sheets["客户"], strict=True))
    assert (customer["姓名"], customer["电话"]) == ("=王小明", "13800001234")
    event = dict(zip(*sheets["事件"], strict=True))
    assert (event["日期"], event["客户"], event["成交价"]) == (
        date(2026, 11, 1),
        "=王小明",
        61900,
    )
    assert "K-998877" not in str(sheets)
    (look,) = desk.looks.all()
    assert (look["kind"], look["ref"], look["operator"]) == ("export", "all", "王敏")
    assert next(desk.db.journal.operations(limit=1)).name == "export"


def test_money_goes_out_in_yuan_for_people_and_in_fen_for_machines(
    desk: Desk, tmp_path: Path
) -> None:
    car = a_vehicle(desk, a_customer(desk, "王小明"))
    delivered(desk, car, date(2026, 11, 1), {"price": 6_190_050, "loan": "无"})
    for name in ("a.json", "a.csv", "a.xlsx"):
        export_table(desk, "events", tmp_path / name)
    (told,) = json.loads((tmp_path / "a.json").read_text("utf-8"))["events"]
    assert told["price"] == 6_190_050
    assert ",61900.50," in (tmp_path / "a.csv").read_text("utf-8-sig")
    assert dict(zip(*_xlsx(tmp_path / "a.xlsx")["事件"], strict=True))["成交价"] == 61_900.5


def test_json_has_the_records_under_stable_names(desk: Desk, tmp_path: Path) -> None:
    for name in HOSTILE:
        add_customer(desk, Customer("", name, phones=(Phone("+8613800001234"),)))
    path = tmp_path / "客户.json"
    export_table(desk, "customers", path)
    found = json.loads(path.read_text("utf-8"))
    assert [one["name"] for one in found["customers"]] == [one["name"] for one in desk.customers]
    assert found["customers"][0]["phones"] == "13800001234"


def test_numbers_are_masked_for_who_need_not_know_them(desk: Desk, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[roles.lister]\npermissions = ["customers.view", "export"]\n', "utf-8")
    add_customer(
        desk,
        Customer("", "王小明", phones=(Phone("+8613800001234"),), id_number="11010519491231002X"),
    )
    desk.close()
    opened = open_desk(tmp_path / "dealer.dcrc", clock=desk.clock, policy_file=policy, plugins=[])
    add_operator(opened, "外单位", "lister")
    lister = open_desk(
        opened.db.path, operator="外单位", clock=desk.clock, policy_file=policy, plugins=[]
    )
    for name in ("a.json", "a.csv", "a.xlsx"):
        export_table(lister, "customers", tmp_path / name)
    text = (tmp_path / "a.json").read_text("utf-8") + (tmp_path / "a.csv").read_text("utf-8-sig")
    text += str(_xlsx(tmp_path / "a.xlsx"))
    assert text.count("138****1234") == 3
    assert "13800001234" not in text
    assert "11010519491231002X" not in text
    lister.close()
    opened.close()


def test_what_is_refused_leaves_no_file(desk: Desk, tmp_path: Path) -> None:
    a_customer(desk)
    before = sorted(tmp_path.iterdir())
    add_operator(desk, "周岚", "caller")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    head = desk.db.head()
    with pytest.raises(NotAllowed):
        export_table(caller, "customers", tmp_path / "a.xlsx")
    for what, name in (("cars", "a.xlsx"), ("customers", "a.pdf"), ("all", "a.csv")):
        with pytest.raises(UsageError):
            export_table(desk, what, tmp_path / name)
    with pytest.raises(InOutError):
        export_table(desk, "customers", tmp_path / "nowhere" / "a.xlsx")
    caller.close()
    assert sorted(path for path in tmp_path.iterdir() if "dealer" not in path.name) == sorted(
        path for path in before if "dealer" not in path.name
    )
    assert desk.db.head() == head


def test_what_goes_out_is_of_one_moment(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.operation("register", "customers.edit"):
        owners = [a_customer(desk, f"王{n}") for n in range(1100)]
    car = a_vehicle(desk, owners[0])
    other = open_desk(desk.db.path, clock=desk.clock, plugins=[])
    page, asked = tables._page, []

    def others_write_meanwhile(desk: Desk, chunk: Any) -> Any:
        asked.append(len(chunk))
        if len(asked) == 1:
            with other.operation("note", "customers.edit"):
                other.customers.update({"note": "later"})
                other.vehicles.update({"note": "later"})
        return page(desk, chunk)

    monkeypatch.setattr(tables, "_page", others_write_meanwhile)
    export_table(desk, "all", tmp_path / "all.json")
    found = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert {one["note"] for name in ("customers", "vehicles") for one in found[name]} == {""}
    assert (len(found["customers"]), found["vehicles"][0]["vin"]) == (1100, car.vin)
    other.close()
