"""Files that are not what they should be, met by the real commands: one clear line, the right exit code,
and nothing made worse."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

READING = [["today"], ["tasks"], ["log"], ["verify"], ["customer", "find", "客户1"]]
WRITING = [["plan"], ["undo"], ["customer", "add", "新客户"]]
DAMAGED, IN_OUT, INPUT, USAGE = 6, 8, 3, 2


def commands(shop: Any, ledger: Callable[..., Path]) -> list[list[str]]:
    return [
        *READING,
        *WRITING,
        ["import", str(ledger(3))],
        ["backup", str(shop.folder / "copy.dcrc")],
        ["export", "all", str(shop.folder / "all.xlsx")],
    ]


def test_a_folder_where_the_file_should_be(shop: Any, ledger: Any) -> None:
    shop.path.unlink()
    shop.path.mkdir()
    for command in commands(shop, ledger):
        assert "folder" in shop.refused(DAMAGED, *command)
    assert list(shop.path.iterdir()) == []


@pytest.mark.parametrize("odd", ["", ".", "/", "..", "/dev/null", "pipe"])
def test_a_path_that_is_no_file_at_all(shop: Any, odd: str) -> None:
    if odd == "pipe":
        odd = str(shop.folder / "pipe")
        os.mkfifo(odd)
    for command in (["today"], ["verify"], ["plan"]):
        shop.refused(DAMAGED, "--db", odd, *command)


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(3000), b"a,b\n1,2\n"])
def test_somebody_else_s_file_is_left_alone(shop: Any, ledger: Any, content: bytes) -> None:
    shop.path.write_bytes(content)
    for command in commands(shop, ledger):
        shop.refused(DAMAGED, *command)
    shop.refused(USAGE, "init", "--operator", "王敏")
    assert shop.path.read_bytes() == content
    assert [each.name for each in shop.folder.iterdir()] == ["dealer.dcrc"]


@pytest.mark.parametrize("part", [60, 9000, 0.98])
def test_a_file_that_was_cut_short(shop: Any, ledger: Any, part: float) -> None:
    whole = shop.path.read_bytes()
    cut = whole[: int(part if part > 1 else len(whole) * part)]
    shop.path.write_bytes(cut)
    for command in commands(shop, ledger):
        shop.refused(DAMAGED, *command)
    assert shop.path.read_bytes() == cut
    assert [each.name for each in shop.folder.iterdir()] == ["dealer.dcrc"]


@pytest.mark.parametrize("page", [0, 1, 5, 14, -1])
def test_a_damaged_page_is_found_and_no_command_meets_it_with_a_defect(
    shop: Any, ledger: Any, page: int
) -> None:
    data = bytearray(shop.path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    at = (page % (len(data) // size)) * size + (100 if page == 0 else 0)
    data[at : at + 80] = b"\xff" * 80
    for command in commands(shop, ledger):
        shop.path.write_bytes(data)
        for companion in ("-wal", "-shm"):
            shop.path.with_name(shop.path.name + companion).unlink(missing_ok=True)
        result = shop.run(*command)
        assert result.exit_code in (0, DAMAGED), (command, result.output)
        assert not list(shop.folder.glob(".*")), "drafts are left behind"
        assert len(result.stderr.splitlines()) <= 1, result.stderr
        if command[0] in ("verify", "backup"):
            assert result.exit_code == DAMAGED, result.output
    assert not (shop.folder / "copy.dcrc").exists()


def test_an_export_that_fails_leaves_no_customer_data_in_the_system_s_folder(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "system"
    system.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(system))
    shop.sql("UPDATE documents_1 SET body = '{' WHERE seq = (SELECT max(seq) FROM documents_1)")
    for number in range(1, 9):  # whichever of them holds tasks
        with suppress(sqlite3.OperationalError):
            shop.sql(f"UPDATE documents_{number} SET body = '{{' WHERE seq > 30")
    shop.refused(DAMAGED, "export", "all", shop.folder / "all.xlsx")
    assert list(system.iterdir()) == []
    assert not (shop.folder / "all.xlsx").exists()


def test_a_changed_journal_row_is_found_and_no_backup_of_it_is_made(shop: Any) -> None:
    shop.sql("UPDATE journal SET became = replace(became, '客户7', '客户8') WHERE number > 3")
    before = shop.digest()
    result = shop.run("verify", language="en")
    assert result.exit_code == DAMAGED
    assert "hash" in result.stdout
    (line,) = result.stderr.splitlines()
    assert "Restore the newest backup" in line
    shop.refused(DAMAGED, "backup", shop.folder / "copy.dcrc")
    assert not (shop.folder / "copy.dcrc").exists()
    assert shop.digest() == before


def test_a_log_that_was_deleted_costs_what_was_in_it_and_nothing_else(shop: Any) -> None:
    desk = shop.desk()
    from dcrc.testing import a_customer

    a_customer(desk, "只在日志里")
    kept = shop.folder.parent / "kept.dcrc"
    shutil.copy(shop.path, kept)  # what a careless copy takes along while a desk is open
    desk.close()
    shop.sound()
    assert shop.json("customer", "find", "只在日志里")["found"]
    os.replace(kept, shop.path)
    for companion in ("-wal", "-shm"):
        shop.path.with_name(shop.path.name + companion).unlink(missing_ok=True)
    shop.sound()
    assert shop.json("today")["sheets"]


def test_a_missing_file_and_folder_are_named(shop: Any) -> None:
    assert "nowhere" in shop.refused(INPUT, "--db", shop.folder / "nowhere" / "x.dcrc", "today")
    assert "nowhere" in shop.refused(
        IN_OUT, "--db", shop.folder / "nowhere" / "x.dcrc", "--operator", "王敏", "init"
    )
    assert "nowhere" in shop.refused(IN_OUT, "backup", shop.folder / "nowhere" / "copy.dcrc")
    shop.refused(IN_OUT, "import", shop.folder / "nothing.xlsx")
    shop.refused(IN_OUT, "export", "all", shop.folder / "nowhere" / "x.xlsx")
    assert [each.name for each in shop.folder.iterdir()] == ["dealer.dcrc"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[new_car_followup]\nday3_dayz = 4\n", "line 2"),
        ("[new_car_folowup]\n", "new_car_folowup"),
        ("[contact]\ntries = 'three'\n", "line 2"),
        ("[contact]\ntries = -1\n", "line 2"),
        ("[contact\n", "line 1"),
        (b"\xff\xfe[contact]", "UTF-8"),
        ("[dealer]\ntimezone = 'Asia/Nowhere'\n", "line 2"),
    ],
)
def test_a_policy_file_with_a_typo_names_its_place(
    shop: Any, ledger: Any, text: str | bytes, words: str
) -> None:
    shop.path.with_suffix(".toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    before = shop.digest()
    for command in (["today"], ["plan"], ["import", str(ledger(3))], ["policy", "check"]):
        line = shop.refused(INPUT, *command)
        assert "dealer.toml" in line
        assert words in line
    assert shop.digest() == before
    shop.ok("verify")  # the file can be proved whatever the policies say


def test_an_operator_who_does_not_work_here(shop: Any, ledger: Any) -> None:
    before = shop.digest()
    for command in (["today"], ["plan"], ["import", str(ledger(3))], ["undo"]):
        assert "李不在" in shop.refused(7, "--operator", "李不在", *command)
        assert "\x1b" not in shop.refused(7, "--operator", "\x1b[2J\x00\u202e", *command)
    assert shop.digest() == before


@pytest.fixture
def open_folder(shop: Any) -> Iterator[Path]:
    """A folder that another user can reach, with the shop's file in it."""
    folder = Path(tempfile.mkdtemp(prefix="dcrc-test-"))
    folder.chmod(0o755)
    shutil.copy(shop.path, folder / "dealer.dcrc")
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


SOMEBODY = """
import importlib, json, os, pkgutil, sys
import dcrc, plugins.new_car_followup, click, encodings.idna
from click.testing import CliRunner
for package in (dcrc, plugins):  # nobody may not read where they lie
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".tui" not in module.name:
            importlib.import_module(module.name)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
from dcrc.cli import Settings, program
seat = Settings(plugins=[plugins.new_car_followup])
runs = [CliRunner().invoke(program, words, obj=seat) for words in json.loads(sys.argv[1])]
print(json.dumps([[run.exit_code, run.stderr] for run in runs]))
"""


def as_somebody(path: Path, *commands: list[str]) -> list[tuple[int, str]]:
    """Commands run by a user who is not root, this one or nobody: exit code and what stderr says."""
    words = json.dumps([["--db", str(path), *command] for command in commands])
    done = subprocess.run(
        [sys.executable, "-c", SOMEBODY, words],
        capture_output=True,
        text=True,
        env={**os.environ, "DCRC_LANG": "en", "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [(code, said) for code, said in json.loads(done.stdout)]


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind here")
def test_a_file_and_folder_that_may_only_be_read(open_folder: Path) -> None:
    path = open_folder / "dealer.dcrc"
    path.chmod(0o444)
    open_folder.chmod(0o555)
    before = path.read_bytes()
    writing, reading = WRITING[::2], [["today"], ["verify"]]
    runs = as_somebody(path, *writing, *reading)
    for code, said in runs[: len(writing)]:
        assert code == IN_OUT, said
        (line,) = said.splitlines()
        assert "read" in line
    assert [code for code, _ in runs[len(writing) :]] == [0, 0], runs
    path.chmod(0)
    ((code, said),) = as_somebody(path, ["verify"])
    assert code == IN_OUT, said
    path.chmod(0o444)
    assert path.read_bytes() == before
    assert [each.name for each in open_folder.iterdir()] == ["dealer.dcrc"]


FULL = """
import resource, signal, sys
from dcrc.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
main()
"""


def on_a_full_disk(room: int, *words: object) -> subprocess.CompletedProcess[str]:
    """A command where no file may become longer than `room` bytes."""
    return subprocess.run(
        [sys.executable, "-c", FULL, str(room), *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, "DCRC_LANG": "en", "DCRC_TODAY": "2026-11-21", "PYTHONUTF8": "1"},
        check=False,
    )


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no file size limits here")
@pytest.mark.parametrize(
    "command", ["import", "plan", "customer add", "backup", "export", "rejects"]
)
def test_a_full_disk(shop: Any, ledger: Any, command: str) -> None:
    books = ledger(400)
    room = shop.path.stat().st_size // 8
    words: dict[str, list[object]] = {
        "import": ["import", books],
        "plan": ["plan", "--until", "2031-01-01", "--today", "2027-03-01"],
        "customer add": ["customer", "add", "新客户", "--set", "note=" + "x" * 120_000],
        "backup": ["backup", shop.folder / "copy.dcrc"],
        "export": ["export", "all", shop.folder / "all.xlsx"],
        "rejects": ["import", shop.folder / "half.csv", "--rejects", shop.folder / "back.xlsx"],
    }
    if command == "rejects":
        rows = "".join(
            f"车主{n},1390000{n:04d},坏车架号{n}{'x' * 300},2026-11-01\n" for n in range(900)
        )
        (shop.folder / "half.csv").write_text("车主姓名,手机,车架号,交车日期\n" + rows, "utf-8")
    names = {each.name for each in shop.folder.iterdir()}
    before = shop.json("log", "--limit", "3")
    run = on_a_full_disk(
        4000 if command in ("export", "rejects") else room, "--db", shop.path, *words[command]
    )
    assert run.returncode == IN_OUT, run
    (line,) = run.stderr.splitlines()
    assert "Traceback" not in line
    assert shop.json("log", "--limit", "3") == before
    shop.sound()
    assert {each.name for each in shop.folder.iterdir()} - {
        "dealer.dcrc-wal",
        "dealer.dcrc-shm",
    } == names
    again = shop.run(*words[command])
    assert again.exit_code in (0, 5), again.output
    shop.sound()
