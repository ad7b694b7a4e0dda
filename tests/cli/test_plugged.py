"""Plugins on the command line: listed, their commands found, and a skeleton whose tests pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from dcrc.kernel.hooks import hookimpl


def test_installed_ones_are_listed(dcrc: Any) -> None:
    listed = dcrc.json("plugins", "list", page="dcrc plugins list")
    assert [(one["name"], one["state"]) for one in listed["plugins"]] == [
        ("new_car_followup", "on")
    ]
    assert listed == dcrc.json("plugins", page="dcrc plugins")
    assert "new_car_followup" in dcrc.ok("plugins")


def test_one_that_is_off_or_broken_is_named_and_the_rest_works(dcrc: Any) -> None:
    class Broken:
        @hookimpl
        def dcrc_planners(self) -> list[Any]:
            raise RuntimeError("王小明")

    dcrc.plugins = [*dcrc.plugins, Broken()]
    dcrc.path.with_suffix(".toml").write_text('[plugins]\ndisabled = ["new_car_followup"]\n')
    listed = dcrc.json("plugins", page="dcrc plugins")
    assert {one["name"]: one["state"] for one in listed["plugins"]}["new_car_followup"] == "off"
    assert [bad["plugin"] for bad in listed["problems"]] == ["Broken"]
    assert "王小明" not in str(listed)
    dcrc.ok("today")


def test_a_plugin_s_command_takes_the_common_options(dcrc: Any) -> None:
    from dcrc.cli import pass_desk, show

    @click.group(help="Tyres in the rack.")
    def tyres() -> None:
        pass

    @tyres.command(help="What is in the rack.")
    @pass_desk
    def rack(desk: Any) -> None:
        show({"operator": desk.operator.name}, f"rack of {desk.operator.name}")

    class Tyres:
        @hookimpl
        def dcrc_commands(self, cli: click.Group) -> None:
            cli.add_command(tyres)

    dcrc.plugins = [*dcrc.plugins, Tyres()]
    assert dcrc.json("tyres", "rack", "--operator", "王敏") == {"operator": "王敏"}
    assert dcrc.ok("tyres", "rack") == "rack of 王敏\n"
    assert "tyres" in dcrc.ok("--help")


@pytest.mark.parametrize("name", ["Tyres", "1st", "class", "a-b", "x", "..", "ty res"])
def test_a_name_that_cannot_be(dcrc: Any, name: str) -> None:
    dcrc.refused(3, "plugins", "new", name, "--into", dcrc.folder / "new")
    assert not (dcrc.folder / "new").exists()


def test_nothing_is_overwritten(dcrc: Any) -> None:
    folder = dcrc.folder / "new"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    assert "--into" in dcrc.refused(3, "plugins", "new", "tyres", "--into", folder)


def test_the_skeleton_s_own_tests_pass(dcrc: Any) -> None:
    folder = dcrc.folder / "dcrc-tyres"
    written = dcrc.json("plugins", "new", "tyres", "--into", folder, page="dcrc plugins new")
    assert str(folder / "dcrc_tyres" / "__init__.py") in written["files"]
    left = [file for file in written["files"] if "{{" in Path(file).read_text("utf-8")]
    assert not left
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
