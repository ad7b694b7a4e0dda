"""Whole commands killed with SIGKILL: `benchmarks/whole_kill.py` in short, and that it would tell."""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tinydb import where

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "whole_kill.py"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no SIGKILL here")


@pytest.fixture(scope="module")
def whole_kill() -> ModuleType:
    spec = importlib.util.spec_from_file_location("whole_kill", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["whole_kill"] = module
    spec.loader.exec_module(module)
    return module


def test_what_was_told_survives_and_what_was_interrupted_can_be_repeated(
    whole_kill: Any, tmp_path: Path
) -> None:
    problems, figures = whole_kill.run(tmp_path, kills=4, cars=25, look_every=3, seed=7)
    assert not problems
    assert "nothing lost" in figures


def test_a_loss_would_be_noticed(whole_kill: Any, tmp_path: Path) -> None:
    dealer = whole_kill.Dealer(whole_kill.make(tmp_path / "dealer"), 12, True)
    calm = whole_kill.Calm(whole_kill.make(tmp_path / "calm"), dealer.folder, 12)
    files = whole_kill.ledgers(dealer.folder, 0, 12)
    batch = whole_kill.dcrc(dealer.folder, 0, "import", *files)["batch"]
    whole_kill.dcrc(dealer.folder, 0, "plan")
    (task, *_) = whole_kill.dcrc(dealer.folder, 0, "tasks")["tasks"]
    done = whole_kill.dcrc(dealer.folder, 0, "attempt", task["id"], "busy")["recorded"]
    dealer.seen.take([("import", batch), ("attempt", done[0]["attempt"]["id"])])
    assert not dealer.glance()
    assert not dealer.look(calm)
    with closing(whole_kill.seat(dealer.folder)) as desk:
        desk.attempts.remove(where("task") == task["id"])
        desk.customers.remove(doc_ids=[desk.customers.all()[0].doc_id])
    assert any("attempt" in each for each in dealer.glance())
    found = " ".join(dealer.look(calm))
    assert "tries" in found
    assert "belongs to nobody" in found
    dealer.seen.take([("import", "20261121-none"), ("customer", "01M7XEE7MRCBWAS67HWT26P5H8")])
    assert len(dealer.glance()) >= 3
