"""Whole exports end with exactly the customers, cars, facts and refused rows that are in them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tinydb import where

from dcrc.imports import Import, ImportReport, import_files
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.documents import to_document
from dcrc.kernel.events import Event
from dcrc.kernel.terms import customer_terms
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import Vehicle, prepare_vehicle
from dcrc.testing import isolated_desk

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "make_dms_export.py"
LEDGERS = ("销售.xlsx", "维修.xlsx", "保险.csv")


def _facts(desk: Desk, kind: str) -> int:
    return desk.events.count(where("kind") == kind)


def _refused(report: ImportReport) -> set[tuple[str, str, str]]:
    return {(one.file, one.ref.removeprefix("销售台账!"), one.field) for one in report.rejected}


@pytest.mark.parametrize(("cars", "seed"), [(30, 1), (120, 2), (120, 3), (400, 4), (1000, 5)])
def test_soiled_ledgers_come_in_as_what_they_are(
    tmp_path: Path, dms: ModuleType, cars: int, seed: int
) -> None:
    truth = dms.make_ledgers(tmp_path, cars, seed)
    desk = isolated_desk(tmp_path)
    report = import_files(desk, [tmp_path / name for name in LEDGERS])
    owners = {
        (one["name"], one["phones"][0]["number"].removeprefix("+86")) for one in desk.customers
    }
    assert owners == truth.owners
    assert desk.customers.count() == len(truth.owners)
    assert {one["vin"] for one in desk.vehicles} == set(truth.cars)
    assert {one["key"]: one["on"] for one in desk.events.search(where("kind") == "delivered")} == {
        vin: day.isoformat() for vin, day in truth.delivered.items()
    }
    assert _facts(desk, "serviced") == truth.repair_orders
    assert _facts(desk, "insured") == truth.policies
    assert _refused(report) == truth.refused
    assert report.counts.duplicate == truth.duplicates
    assert {one["data"]["price"] for one in desk.events.search(where("kind") == "delivered")} == {
        6_190_000
    }
    names = {str(one.doc_id): one["name"] for one in desk.customers}
    assert {one["vin"]: names[one["customer"]] for one in desk.vehicles} == {
        vin: who[0] for vin, who in truth.cars.items()
    }
    desk.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_the_files_does_not_matter(
    tmp_path: Path, dms: ModuleType, order: tuple[int, ...]
) -> None:
    truth = dms.make_ledgers(tmp_path, 80, 11)
    desk = isolated_desk(tmp_path)
    import_files(desk, [tmp_path / LEDGERS[number] for number in order])
    assert desk.customers.count() == len(truth.owners)
    assert desk.vehicles.count() == len(truth.cars)
    assert _facts(desk, "serviced") == truth.repair_orders
    assert _facts(desk, "insured") == truth.policies
    desk.close()


def test_the_same_files_again_change_nothing(tmp_path: Path, dms: ModuleType) -> None:
    dms.make_ledgers(tmp_path, 150, 6)
    desk = isolated_desk(tmp_path)
    files = [tmp_path / name for name in LEDGERS]
    first = import_files(desk, files)
    head = desk.db.head()
    for again in (files, [files[1]], [files[0]], [files[2]], list(reversed(files))):
        report = import_files(desk, again)
        assert desk.db.head() == head
        assert report.batch == ""
        assert (report.counts.new, report.counts.changed) == (0, 0)
    assert report.counts.unchanged == first.counts.new
    assert desk.db.verify().ok
    desk.close()


def test_a_dry_run_counts_the_same_and_writes_nothing(tmp_path: Path, dms: ModuleType) -> None:
    dms.make_ledgers(tmp_path, 100, 7)
    desk = isolated_desk(tmp_path)
    files = [tmp_path / name for name in LEDGERS]
    head = desk.db.head()
    dry = import_files(desk, files, dry_run=True)
    assert desk.db.head() == head
    assert desk.customers.count() == 0
    real = import_files(desk, files)
    assert dry.counts == real.counts
    assert dry.records == real.records
    assert dry.rejected == real.rejected
    assert dry.files[0].sheets[0].mapping["底盘号"] == "vin"
    desk.close()


def test_one_undo_takes_a_whole_import_back(tmp_path: Path, dms: ModuleType) -> None:
    dms.make_ledgers(tmp_path, 100, 8)
    desk = isolated_desk(tmp_path)
    report = import_files(desk, [tmp_path / name for name in LEDGERS])
    undo(desk, batch=report.batch)
    assert [
        desk.table(name).count() for name in ("customers", "vehicles", "events", "imports")
    ] == [0] * 4
    again = import_files(desk, [tmp_path / name for name in LEDGERS])
    assert again.counts == report.counts
    assert desk.db.verify().ok
    desk.close()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared generator is not beside this checkout")
@pytest.mark.parametrize(("sales", "seed"), [(50, 1), (300, 2), (300, 9), (1200, 3)])
def test_the_shared_generator_s_truth(tmp_path: Path, sales: int, seed: int) -> None:
    command = [
        sys.executable,
        str(SHARED),
        str(tmp_path),
        "--sales",
        str(sales),
        "--seed",
        str(seed),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    desk = isolated_desk(tmp_path)
    files = [tmp_path / name for name in ("sales.xlsx", "repair_orders.xlsx", "insurance.csv")]
    report = import_files(desk, files)
    assert desk.customers.count() == truth["customers"]
    assert desk.vehicles.count() == truth["vehicles"]
    assert _facts(desk, "serviced") == truth["repair_orders"]
    assert _facts(desk, "insured") == truth["policies"]
    rejected = {(one.file, one.ref, one.field) for one in report.rejected}
    assert rejected == {(file, str(row), name) for file, row, name in truth["rejected"]}
    head = desk.db.head()
    assert import_files(desk, files).counts.unchanged == report.counts.new
    assert desk.db.head() == head
    desk.close()


def test_imported_documents_are_whole_records_found_by_their_words(
    tmp_path: Path, dms: ModuleType
) -> None:
    dms.make_ledgers(tmp_path, 120, 12)
    desk = isolated_desk(tmp_path)
    import_files(desk, [tmp_path / name for name in LEDGERS])
    for document in desk.customers:
        customer = desk.read(Customer, document)
        assert to_document(customer) == dict(document)
        assert customer.terms == customer_terms(customer)
    for document in desk.vehicles:
        vehicle = desk.read(Vehicle, document)
        assert to_document(vehicle) == dict(document)
        assert vehicle == prepare_vehicle(vehicle)
    for document in desk.events:
        assert to_document(desk.read(Event, document)) == dict(document)
    (record,) = desk.imports.all()
    assert desk.read(Import, record).sources == ("sales", "service", "insurance")
    desk.close()
