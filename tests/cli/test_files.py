"""The database file on the command line: made, proved, copied, brought back; and damage is named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


def test_who_makes_it_is_its_supervisor(empty: Any) -> None:
    assert "--operator" in empty.refused(2, "init")
    made = empty.json("init", "--operator", "王敏", page="dcrc init")
    assert made["path"] == str(empty.path)
    staff = empty.json("operators", "list", page="dcrc operators list")["operators"]
    assert [(person["name"], person["role"]) for person in staff] == [("王敏", "supervisor")]


def test_the_file_may_be_named(empty: Any, tmp_path: Path) -> None:
    empty.ok("init", tmp_path / "other.dcrc", "--operator", "王敏")
    assert not empty.path.exists()
    assert empty.json("--db", tmp_path / "other.dcrc", "today")["total_tasks"] == 0


def test_an_existing_database_is_not_made_again(dcrc: Any) -> None:
    before = dcrc.path.read_bytes()
    assert str(dcrc.path) in dcrc.refused(2, "init", "--operator", "x")
    assert dcrc.path.read_bytes() == before


def test_a_missing_folder_is_said(empty: Any) -> None:
    gone = empty.folder / "no" / "such" / "d.dcrc"
    complaint = empty.refused(8, "init", gone, "--operator", "王敏")
    assert "no/such" in complaint
    assert not gone.parent.exists()


def test_verify_needs_no_operator_and_finds_a_changed_journal(dcrc: Any) -> None:
    dcrc.ok("customer", "add", "王小明")
    assert dcrc.json("verify", page="dcrc verify")["ok"]
    assert "Whole" in dcrc.ok("verify")
    import sqlite3

    link = sqlite3.connect(dcrc.path)
    link.execute("UPDATE journal SET became = replace(became, '王小明', '王大明')")
    link.commit()
    link.close()
    found = dcrc.json("verify", page="dcrc verify", code=6)
    assert not found["ok"]
    assert found["problems"]
    assert "Restore" in dcrc.run("verify").stderr


def test_a_backup_comes_back(dcrc: Any, tmp_path: Path) -> None:
    dcrc.ok("customer", "add", "王小明")
    copy = tmp_path / "copy.dcrc"
    assert dcrc.json("backup", copy, page="dcrc backup")["path"] == str(copy)
    dcrc.refused(8, "backup", copy)
    dcrc.ok("backup", copy, "--overwrite")
    dcrc.ok("customer", "add", "李娜")
    assert "--yes" in dcrc.refused(2, "restore", copy)
    assert "李娜" in dcrc.ok("customer", "find", "李娜")
    restored = dcrc.json("restore", copy, "--yes", page="dcrc restore")
    assert restored["path"] == str(dcrc.path)
    assert "Nobody" in dcrc.ok("customer", "find", "李娜")
    assert "王小明" in dcrc.ok("customer", "find", "王小明")


def test_a_backup_without_a_name_stands_beside_the_database(dcrc: Any) -> None:
    assert dcrc.json("backup")["path"] == str(dcrc.folder / "dealer-20261121-093000.dcrc")


def test_nothing_is_restored_from_what_is_no_backup(dcrc: Any, tmp_path: Path) -> None:
    dcrc.ok("customer", "add", "王小明")
    foreign = tmp_path / "foreign.dcrc"
    foreign.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    dcrc.refused(6, "restore", foreign, "--yes")
    dcrc.refused(8, "restore", tmp_path / "missing.dcrc", "--yes")
    assert "王小明" in dcrc.ok("customer", "find", "王小明")


def test_a_supervisor_is_always_left(dcrc: Any) -> None:
    dcrc.refused(3, "operators", "deactivate", "王敏")
    dcrc.refused(3, "operators", "role", "王敏", "caller")
    dcrc.json("operators", "add", "周岚", "caller", page="dcrc operators add")
    changed = dcrc.json("operators", "role", "周岚", "supervisor", "--operator", "王敏")
    assert changed["operator"]["role"] == "supervisor"
    gone = dcrc.json(
        "operators", "deactivate", "王敏", "--operator", "周岚", page="dcrc operators deactivate"
    )
    assert not gone["operator"]["active"]
    dcrc.refused(7, "today", "--operator", "王敏")
    dcrc.refused(3, "operators", "add", "x", "emperor", "--operator", "周岚")


def test_a_policy_file_is_shown_and_checked(dcrc: Any) -> None:
    policy = dcrc.path.with_suffix(".toml")
    policy.write_text("[contact]\ntries = 4\n", "utf-8")
    (tries,) = dcrc.json("policy", "show", "contact.tries", page="dcrc policy show")["policies"]
    assert (tries["value"], tries["layer"], tries["line"]) == (4, "dealer", 2)
    assert "dealer" in dcrc.ok("policy", "show", "contact")
    checked = dcrc.json("policy", "check", page="dcrc policy check")
    assert checked["own_values"] == 1
    assert checked["forms"] > 0
    policy.write_text("[contact]\ntreis = 4\n", "utf-8")
    complaint = dcrc.refused(3, "policy", "check")
    assert "dealer.toml" in complaint
    assert "tries" in complaint
    dcrc.refused(3, "today")
    dcrc.refused(3, "policy", "check", dcrc.folder / "none.toml")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"result.reched" = "f11"', ["result.reached"]),
        ('"foo.bar" = "f11"', ["result.no_answer"]),
        ('"result.reached" = "f55"', ["f55", "f5"]),
        ('"result.reached" = "Hyper"', ["f1", "f24"]),
        ('"search" = "?"', ["question_mark"]),
        ('"result.reached" = "f5"', ["result.call_back", "Call sheet", "f11"]),
        ('"note" = "f11,ctrl+s"\n"sheet.skip" = "f11"', ["f11", "note"]),
    ],
)
def test_a_key_that_would_not_work_is_refused(dcrc: Any, line: str, said: list[str]) -> None:
    policy = dcrc.path.with_suffix(".toml")
    policy.write_text(f"[contact]\ntries = 4\n[keys]\n{line}\n", "utf-8")
    complaint = dcrc.refused(3, "policy", "check")
    for each in ("dealer.toml", "line 4", *said):
        assert each in complaint, complaint


def test_keys_that_change_places_are_taken(dcrc: Any) -> None:
    policy = dcrc.path.with_suffix(".toml")
    lines = ('"result.reached" = "f5"', '"result.call_back" = "f2"')
    policy.write_text("\n".join(["[keys]", *lines]), "utf-8")
    dcrc.ok("policy", "check")


def test_a_key_that_is_no_policy(dcrc: Any) -> None:
    assert "contact" in dcrc.refused(3, "policy", "show", "contacts")


def test_a_file_that_may_only_be_read_is_read(dcrc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dcrc.ok("customer", "add", "王小明")
    dcrc.path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # root may write whatever the mode
    assert "王小明" in dcrc.ok("customer", "find", "王小明")
    dcrc.ok("tasks")
    dcrc.ok("today")
    assert "reading" in dcrc.refused(8, "customer", "add", "李娜")
