"""Calls of customers for whom nothing is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcrc.errors import InputError
from dcrc.kernel.history import timeline
from dcrc.kernel.incoming import record_incoming
from dcrc.kernel.undoing import undo
from dcrc.testing import a_customer, isolated_desk


def test_a_call_about_nothing_planned_is_a_conversation_in_his_history(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path)
    caller = a_customer(desk, "周芳", do_not_contact=True)
    with pytest.raises(InputError):
        record_incoming(desk, caller.id, "  ")
    (recorded,) = record_incoming(desk, caller.id, "问保养价格")
    assert recorded.attempt.channel == "incoming"
    assert not recorded.task.open
    assert any("问保养价格" in entry.detail for entry in timeline(desk, caller.id))
    undo(desk)
    assert not desk.attempts.count()
    assert not desk.tasks.count()
    desk.close()
