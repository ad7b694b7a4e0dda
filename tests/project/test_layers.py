"""What holds for the project as a whole: who imports whom, whose clock, what is in the wheel."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(p.parent for p in (ROOT / "plugins").glob("*/__init__.py"))


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("." * node.level) + (node.module or "")


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_imports_dcrc_and_itself_and_nothing_else_of_ours(folder: Path) -> None:
    for file in folder.rglob("*.py"):
        for name in imported(file):
            assert not name.startswith("plugins"), f"{file}: {name}"
            assert not name.startswith(".."), f"{file}: {name} leaves the plugin's folder"


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_s_rules_know_no_screen(folder: Path) -> None:
    for file in folder.rglob("*.py"):
        if file.stem not in ("screens", "commands"):
            names = {name.split(".")[0] for name in imported(file)}
            assert not names & {"textual", "rich", "click"}, file


def calls(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_nothing_below_the_faces_reads_the_clock() -> None:
    forbidden = ("datetime.now", "date.today", "datetime.utcnow", "time.time", "datetime.today")
    for part in ("dcrc/store", "dcrc/kernel", "dcrc/imports", "dcrc/exports", "plugins"):
        for file in (ROOT / part).rglob("*.py"):
            read = {call for call in calls(file) if call.endswith(forbidden)}
            assert not read, f"{file}: {read}"


def test_the_wheel_holds_dcrc_and_plugins_with_their_data(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"dcrc", "plugins"}
    assert "dcrc/py.typed" in names
    for data in (*(ROOT / "dcrc").rglob("*.po"), *(ROOT / "plugins").rglob("*.toml")):
        assert str(data.relative_to(ROOT)) in names
    assert any(name.endswith(".mo") for name in names)
