"""The hook page is documented, its reference is up to date, and every hook is exercised somewhere."""

from __future__ import annotations

import inspect
import re
import runpy
from pathlib import Path

from dcrc.kernel import hooks

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {name: spec for name, spec in inspect.getmembers(hooks) if name.startswith("dcrc_")}


def test_every_hook_says_what_it_is_for() -> None:
    for name, spec in HOOKS.items():
        assert inspect.getdoc(spec), name


def test_the_hook_reference_is_made_from_the_page() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "hook_reference.py"))
    assert (ROOT / "docs" / "hooks.md").read_text("utf-8") == tool["reference"]()


def test_every_hook_is_implemented_in_a_plugin_or_a_test() -> None:
    folders = ("plugins", "tests", "docs/examples")
    sources = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    implemented = {
        name
        for file in sources
        for name in re.findall(r"def (dcrc_\w+)\(", file.read_text("utf-8"))
    }
    assert set(HOOKS) <= implemented
