"""Backups taken while others write, restored by command; and a restore over a file that is open elsewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from dcrc.testing import a_customer

WRITER = Path(__file__).with_name("writer.py")
BUSY, USAGE = 8, 2


def test_backups_taken_during_writes_restore_to_a_moment_that_was(
    shop: Any, tmp_path: Path
) -> None:
    writers = subprocess.Popen(
        [sys.executable, WRITER, "edit_own_field", shop.path, "2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writers.stdout is not None
    assert writers.stdin is not None
    writers.stdout.readline()
    writers.stdin.write("\n")
    writers.stdin.flush()
    copies = []
    while writers.poll() is None or not copies:
        copies.append(tmp_path / f"copy{len(copies)}.dcrc")
        shop.ok("backup", copies[-1])
    writers.communicate(timeout=60)
    assert writers.returncode == 0
    entries = []
    for copy in (copies[0], copies[len(copies) // 2], copies[-1]):
        shop.ok("restore", copy, "--yes")
        shop.sound()
        entries.append(shop.json("verify")["entries"])
        assert shop.json("today")["sheets"]
    assert entries == sorted(entries)
    assert {each.name for each in shop.folder.iterdir()} == {"dealer.dcrc"}


def test_a_restore_over_a_file_that_is_open_elsewhere_is_refused(shop: Any, tmp_path: Path) -> None:
    shop.ok("backup", tmp_path / "copy.dcrc")
    desk = shop.desk()
    added = a_customer(desk, "后来的客户")
    shop.refused(BUSY, "restore", tmp_path / "copy.dcrc", "--yes")
    a_customer(desk, "再后来的客户")
    desk.close()
    shop.sound()
    assert shop.json("customer", "show", added.id)["customer"]["name"] == "后来的客户"
    shop.refused(USAGE, "restore", tmp_path / "copy.dcrc")
    shop.ok("restore", tmp_path / "copy.dcrc", "--yes")
    shop.refused(3, "customer", "show", added.id)
    shop.sound()


def test_a_backup_never_replaces_what_is_there_unasked(shop: Any, tmp_path: Path) -> None:
    kept = tmp_path / "kept.dcrc"
    kept.write_text("something else")
    shop.refused(8, "backup", kept)
    shop.refused(8, "backup", shop.path)
    assert kept.read_text() == "something else"
    shop.ok("backup", kept, "--overwrite")
    for target in (shop.path, shop.folder / "." / "dealer.dcrc"):
        assert shop.run("backup", target, "--overwrite").exit_code in (0, 2, 8)
        shop.sound()
