"""The options of every command, its help, and how it ends badly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from dcrc.cli import Settings, program
from dcrc.cli.program import COMMANDS
from dcrc.cli.seat import user_data_folder
from dcrc.i18n import speaking, t


def test_options_stand_before_or_after_the_name(dcrc: Any) -> None:
    assert json.loads(dcrc.ok("--json", "tasks")) == json.loads(dcrc.ok("tasks", "--json"))
    assert dcrc.json("today", "--today", "2026-12-01")["day"] == "2026-12-01"
    assert dcrc.json("--today", "明天", "today")["day"] == "2026-11-22"
    assert "没有" in dcrc.run("--lang", "zh", "tasks").stdout


def test_a_day_that_is_none_is_refused(dcrc: Any) -> None:
    for command in (["tasks"], ["today"], ["plan"]):
        assert "31.11." in dcrc.refused(3, *command, "--today", "31.11.")


def test_the_nearer_option_counts(dcrc: Any) -> None:
    assert (
        dcrc.json("--today", "2026-12-01", "today", "--today", "2026-12-02")["day"] == "2026-12-02"
    )


def test_the_environment_counts_least(dcrc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCRC_TODAY", "2026-12-03")
    assert dcrc.json("today")["day"] == "2026-12-03"
    assert dcrc.json("today", "--today", "2026-12-04")["day"] == "2026-12-04"


def every_command() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = program.get_command(click.Context(program), name)
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.commands]
    return found


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_command_has_help_in_both_languages(command: tuple[str, ...], dcrc: Any) -> None:
    dcrc.language = "en"
    english = dcrc.ok(*command, "--help")
    dcrc.language = "zh"
    chinese = dcrc.ok(*command, "--help")
    assert "--operator" in english
    assert "--json" in english
    assert english != chinese
    untranslated = [line for line in chinese.splitlines() if line and line.isascii()]
    assert all(line.lstrip().startswith(("-", "[")) for line in untranslated), untranslated


def helps(command: click.Command) -> list[str]:
    texts = [command.help or ""]
    texts += [option.help or "" for option in command.params if isinstance(option, click.Option)]
    if isinstance(command, click.Group):
        texts += [text for inner in command.commands.values() for text in helps(inner)]
    return [text for text in texts if text]


def test_every_help_text_is_translated() -> None:
    context = click.Context(program)
    texts = {text for name in COMMANDS for text in helps(program.get_command(context, name))}
    with speaking("zh"):
        assert not [text for text in texts if t(text) == text]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "no command nonsense"),
        (["tusks"], "Did you mean"),
        (["tasks", "--stat", "open"], "--stat"),
        (["tasks", "--state", "odd"], "must be one of"),
        (["attempt"], "missing"),
        (["customer"], "command is missing"),
        (["tasks", "so", "many"], "too many words: so many"),
        (["tasks", "--limit", "-3"], "whole number from 0"),
        (["--db"], "needs a value"),
        (["vehicle", "reading", "x", "many"], "KM"),
    ],
)
def test_wrong_use_is_one_line_and_code_2(dcrc: Any, words: list[str], said: str) -> None:
    complaint = dcrc.refused(2, *words)
    assert said in complaint
    assert len(complaint.splitlines()) == 1
    assert "Traceback" not in complaint


def test_an_error_is_an_object_with_json(dcrc: Any) -> None:
    from json_page import mismatches

    result = dcrc.run("--json", "customer", "show", "nobody")
    assert (result.exit_code, result.stdout) == (3, "")
    said = json.loads(result.stderr)
    assert not list(mismatches(said["error"], "error"))
    assert said["error"]["kind"] == "NotFound"
    assert said["error"]["code"] == 3


def test_an_unknown_operator_may_nothing(dcrc: Any) -> None:
    assert "王敏" in dcrc.refused(7, "today", "--operator", "nobody")


def test_a_role_without_the_permission_is_refused(dcrc: Any) -> None:
    dcrc.ok("operators", "add", "周岚", "caller")
    assert "manage operators" in dcrc.refused(
        7, "--operator", "周岚", "operators", "add", "x", "caller"
    )
    assert "Name yourself" in dcrc.refused(2, "today")


def test_no_database_says_how_to_begin(empty: Any) -> None:
    complaint = empty.refused(3, "today")
    assert "dcrc init" in complaint


def test_a_folder_is_no_database(dcrc: Any, tmp_path: Path) -> None:
    complaint = dcrc.refused(6, "--db", tmp_path, "today")
    assert str(tmp_path) in complaint


def test_a_foreign_file_is_left_alone(dcrc: Any, tmp_path: Path) -> None:
    foreign = tmp_path / "letter.txt"
    foreign.write_text("Dear customer, " * 1000)
    before = foreign.read_bytes()
    assert len(dcrc.refused(6, "--db", foreign, "today").splitlines()) == 1
    assert foreign.read_bytes() == before


def test_a_truncated_file_is_named(dcrc: Any) -> None:
    whole = dcrc.path.read_bytes()
    dcrc.path.write_bytes(whole[: len(whole) // 3])
    result = dcrc.run("today")
    assert result.exit_code == 6
    assert str(dcrc.path) in result.stderr


def test_without_terminal_no_command_prints_help(dcrc: Any) -> None:
    assert "Usage:" in dcrc.ok()


def test_the_file_here_comes_before_the_user_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert Settings().path == user_data_folder() / "dealer.dcrc"
    (tmp_path / "dealer.dcrc").touch()
    assert Settings().path == Path("dealer.dcrc")


def test_a_defect_is_one_line(dcrc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a customer's secret")

    monkeypatch.setattr("dcrc.kernel.agenda.tasks", broken)
    monkeypatch.delenv("DCRC_TRACEBACK", raising=False)
    result = CliRunner().invoke(
        program, ["--db", str(dcrc.path), "--lang", "en", "tasks"], obj=Settings(plugins=[])
    )
    assert result.exit_code == 1
    assert "RuntimeError" in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), click.Abort()])
def test_interrupted_is_code_130(
    dcrc: Any, monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr("dcrc.kernel.planning.plan", interrupted)
    assert "Interrupted" in dcrc.refused(130, "plan").splitlines()[-1]


def test_the_system_s_refusal_is_code_8(dcrc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/x/rejects.xlsx")

    monkeypatch.setattr("dcrc.exports.export_table", full)
    said = dcrc.refused(8, "export", "customers", dcrc.folder / "x.xlsx").splitlines()[-1]
    assert "/x/rejects.xlsx: the disk is full." in said


def run_process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from dcrc.cli import main; main()", *words],
        env={**os.environ, "DCRC_LANG": "en", **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_list_command_imports_no_interface(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from dcrc.cli import program\n"
        "try:\n"
        "    program.main(['--operator', 'w', 'today'])\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        "heavy = {'textual', 'rich', 'pypinyin', 'lunar_python', 'python_calamine', 'xlsxwriter',"
        " 'filelock', 'dcrc.imports', 'dcrc.exports', 'dcrc.tui'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    path = tmp_path / "d.dcrc"
    assert run_process("init", str(path), "--operator", "w").returncode == 0
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "DCRC_DB": str(path), "DCRC_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr


def test_a_reader_who_stops_reading_hears_no_complaint(tmp_path: Path) -> None:
    path = str(tmp_path / "d.dcrc")
    assert run_process("init", path, "--operator", "w").returncode == 0
    command = [
        sys.executable,
        "-c",
        "from dcrc.cli import main; main()",
        "--db",
        path,
        "policy",
        "show",
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "DCRC_LANG": "en"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_who_sits_here_is_asked_before_the_interface_opens(
    dcrc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dcrc.cli.program import ask_who

    said = iter(["9", "2"])
    monkeypatch.setattr(click, "prompt", lambda *_: next(said))
    assert ask_who(("周岚", "王敏")) == "王敏"
    dcrc.ok("operators", "add", "周岚", "客服")
    assert "DCRC_OPERATOR" in dcrc.refused(2, "today")
    assert "caller (" in dcrc.refused(3, "--operator", "王敏", "operators", "role", "周岚", "x")
