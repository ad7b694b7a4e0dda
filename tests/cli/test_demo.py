"""The invented dealer: made in seconds, the same for the same seed, with a history, and nobody real."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

from dcrc.cli.demo_dealer import InventedDealer
from dcrc.kernel.vins import normalise_vin

TODAY = date(2026, 11, 21)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_nobody_is_real_and_every_vin_is_right(tmp_path: Path) -> None:
    sales, repairs = InventedDealer(TODAY, 300).write_ledgers(tmp_path)
    sold = rows(sales)
    assert len({row["手机"] for row in sold}) == 300
    for row in sold:
        assert re.fullmatch(r"1[3-9]\d0000\d{4}", row["手机"])
        assert normalise_vin(row["车架号(VIN)"]) == row["车架号(VIN)"]
        assert row["交车日期"] <= TODAY.isoformat()
    assert len({row["车架号(VIN)"] for row in sold}) == len(sold)
    known = {row["车架号(VIN)"] for row in sold}
    visits = rows(repairs)
    assert all(row["车架号"] in known for row in visits)
    assert all(row["出厂时间"][:10] <= TODAY.isoformat() for row in visits)


def test_the_same_seed_makes_the_same_dealer(tmp_path: Path) -> None:
    made = []
    for folder, seed in (("a", 7), ("b", 7), ("c", 8)):
        (tmp_path / folder).mkdir()
        files = InventedDealer(TODAY, 60, seed).write_ledgers(tmp_path / folder)
        made.append([file.read_bytes() for file in files])
    assert made[0] == made[1] != made[2]


def test_without_a_terminal_it_prints_the_day_and_ends_well(empty: Any, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    listed = empty.json("demo", "--customers", 150, "--into", folder, page="dcrc today")
    assert listed["day"] == "2026-11-21"
    assert listed["total_sheets"] > 0
    me = ("--db", folder / "demo.dcrc", "--operator", "林静")
    assert empty.json(*me, "verify")["ok"]
    names = {line["name"] for line in empty.json(*me, "log", "--limit", 0)["operations"]}
    assert {"import", "plan", "record attempt"} <= names
    assert empty.json(*me, "import", folder / "销售台账.csv", "--dry-run")["counts"]["new"] == 0
    assert "exists already" in empty.refused(3, "demo", "--into", folder)


def test_nothing_is_left_of_a_demo_without_a_folder(empty: Any, monkeypatch: Any) -> None:
    temporary = empty.folder / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    assert "林静" not in empty.ok("demo", "--customers", 20, "--list")
    assert not list(temporary.iterdir())
