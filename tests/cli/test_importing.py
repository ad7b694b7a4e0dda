"""Ledgers come in and tables go out by one command each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dcrc.testing import a_vin

HEADER = "客户名称,手机,车架号(VIN),车牌号,车型,交车日期,销售顾问\n"


@pytest.fixture
def ledger(dcrc: Any) -> Path:
    """Two cars, and one with a wrong VIN."""
    file: Path = dcrc.folder / "sales.csv"
    file.write_text(
        HEADER
        + f"王小明,13800001234,{a_vin(1)},粤A12345,远航,2026-11-15,陈浩\n"
        + f"李娜,13800005678,{a_vin(2)},粤A54321,远航,2026/11/16,陈浩\n"
        + "张伟,13800007777,LXXXXXXXXXXXXXXX1,粤A77777,远航,2026-11-17,陈浩\n",
        "utf-8",
    )
    return file


def test_a_dry_run_writes_nothing(dcrc: Any, ledger: Path) -> None:
    report = dcrc.json("import", ledger, "--dry-run", page="dcrc import", code=5)
    assert (report["dry_run"], report["counts"]["new"], report["batch"]) == (True, 2, None)
    assert "Nobody" in dcrc.ok("customer", "find", "王小明")
    printed = dcrc.run("import", ledger, "--dry-run").stdout
    assert "车架号(VIN) → " in printed
    assert "Nothing was written" in printed


def test_what_is_refused_is_reported_and_the_rest_comes_in(dcrc: Any, ledger: Path) -> None:
    rejects = dcrc.folder / "rejects.xlsx"
    report = dcrc.json("import", ledger, "--rejects", rejects, page="dcrc import", code=5)
    assert report["counts"] == {
        "new": 2, "changed": 0, "unchanged": 0, "duplicate": 0, "rejected": 1,
    }  # fmt: skip
    assert report["rejected"][0]["row"] == 4
    assert rejects.exists()
    again = dcrc.run("import", ledger)
    assert again.exit_code == 5
    assert "1 rows were refused" in again.stderr
    assert "LXXX" not in again.stderr


def test_one_command_takes_an_import_back(dcrc: Any, ledger: Path) -> None:
    batch = dcrc.json("import", ledger, code=5)["batch"]
    assert "王小明" in dcrc.ok("customer", "find", "王小明")
    dcrc.json("undo", "--batch", batch, page="dcrc undo")
    assert "Nobody" in dcrc.ok("customer", "find", "王小明")


def test_a_file_that_is_none(dcrc: Any) -> None:
    assert "none.xlsx" in dcrc.run("import", dcrc.folder / "none.xlsx").stderr
    foreign = dcrc.folder / "photo.xlsx"
    foreign.write_bytes(bytes(range(256)) * 40)
    assert dcrc.run("import", foreign).exit_code in (3, 8)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json"])
def test_tables_go_out(dcrc: Any, ledger: Path, suffix: str) -> None:
    dcrc.run("import", ledger)
    target = dcrc.folder / f"customers.{suffix}"
    report = dcrc.json("export", "customers", target, page="dcrc export")
    assert target.stat().st_size > 100
    assert (report["path"], report["rows"]) == (str(target), 2)
    dcrc.refused(8, "export", "customers", target)
    dcrc.ok("export", "customers", target, "--overwrite")
    assert "export" in {line["name"] for line in dcrc.json("log")["operations"]}
    dcrc.ok("operators", "add", "周岚", "caller")
    dcrc.refused(7, "export", "customers", dcrc.folder / f"x.{suffix}", "--operator", "周岚")


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json"])
def test_refused_rows_overwrite_nobodys_table(dcrc: Any, ledger: Path, suffix: str) -> None:
    before = ledger.read_bytes()
    assert "sales.csv" in dcrc.refused(2, "import", ledger, "--rejects", ledger, "--overwrite")
    assert ledger.read_bytes() == before
    table = dcrc.folder / f"table.{suffix}"
    dcrc.ok("export", "customers", table)
    before = table.read_bytes()
    assert "--overwrite" in dcrc.refused(8, "import", ledger, "--rejects", table)
    assert table.read_bytes() == before
    for language in ("zh", "en"):  # the next import's refused rows replace the last one's
        dcrc.language = language
        rejects = dcrc.folder / f"rejects.{suffix}"
        assert dcrc.run("import", ledger, "--rejects", rejects).exit_code == 5
        assert dcrc.run("import", ledger, "--rejects", table, "--overwrite").exit_code == 5
    assert table.read_bytes() != before


def test_repeated_rows_that_say_something_else_are_shown(dcrc: Any) -> None:
    file = dcrc.folder / "again.csv"
    rows = [f"王小明,13800001234,{a_vin(1)},粤A12345,{car},2026-11-15,陈浩\n" for car in "远近"]
    file.write_text(HEADER + "".join(rows), "utf-8")
    printed = dcrc.ok("import", file)
    assert "1 remarks (cells left out" in printed
    assert "again.csv row 3" in printed
