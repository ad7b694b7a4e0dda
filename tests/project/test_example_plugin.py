"""The plugin author's guide shows a plugin that really runs: its own tests pass, and every face finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dcrc.i18n import add_catalogue, speaking, t
from dcrc.kernel.plugins import PluginHost

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "tyre_storage"


def test_the_example_s_own_tests_pass() -> None:
    """In a process of its own, as its author would run them."""
    alone = ("-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *alone, "--rootdir", EXAMPLE, EXAMPLE / "tests"],
        env={**os.environ, "PYTHONPATH": str(EXAMPLE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_file_of_the_example_stands_in_the_guide() -> None:
    guide = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    for file in (EXAMPLE / "tyre_storage").glob("*.py"):
        assert f"`{file.name}`" in guide


def test_a_plugin_without_compiled_messages_speaks_english() -> None:
    add_catalogue(EXAMPLE / "tyre_storage" / "locale")
    with speaking("zh"):
        assert t("{count} sets in the rack", count=2) in ("2 sets in the rack", "货架上共2套")


def test_the_host_asks_the_example_every_hook() -> None:
    sys.path.insert(0, str(EXAMPLE))
    try:
        import tyre_storage

        host = PluginHost.load([tyre_storage])
        assert host.problems == []
        (info,) = host.infos()
        assert len(info.hooks) == len([n for n in dir(tyre_storage) if n.startswith("dcrc_")])
        assert [kind.name for kind in host.event_kinds()][-2:] == ["tyres_stored", "tyres_returned"]
        assert "tyre_storage.rack" in [figure.name for figure in host.figures()]
        assert [step.name for step in host.batch_steps()] == ["tyres"]
    finally:
        sys.path.remove(str(EXAMPLE))
