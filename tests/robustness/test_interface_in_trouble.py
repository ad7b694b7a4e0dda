"""The interface while the disk is full or somebody else holds the file: a message, and nothing is lost."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dcrc.i18n import speaking
from dcrc.kernel.calendar import withdraw_task
from dcrc.tui.app import DcrcApp
from dcrc.tui.call_sheet import CallSheet


class Operator:
    """Somebody before the interface."""

    def __init__(self, pilot: Any, settled: Any) -> None:
        self.pilot, self.settled = pilot, settled

    async def press(self, *keys: str) -> None:
        """Press keys and wait for what follows."""
        await self.pilot.press(*keys)
        await self.settled(self.pilot)


@contextmanager
def in_trouble(trouble: str, other: Any, sheet: CallSheet) -> Iterator[None]:
    """The disk is full, another desk holds the file, or has closed the same tasks."""
    if trouble == "full":
        had = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, had[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, had)
    elif trouble == "locked":
        holding = other.db.storage.link().connection
        holding.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holding.execute("ROLLBACK")
    else:
        for task in sheet.data.due_now:
            withdraw_task(other, task.task.id, "nicht mehr nötig")
        yield


@pytest.mark.parametrize("trouble", ["full", "locked", "closed meanwhile"])
async def test_a_call_that_cannot_be_recorded_stays_on_the_screen(
    shop: Any, settled: Any, trouble: str
) -> None:
    desk, other = shop.desk(), shop.desk()
    desk.db.storage.timeout = 0.3
    app = DcrcApp(desk)
    with speaking("zh"):
        async with app.run_test(size=(100, 30)) as pilot:
            operator = Operator(pilot, settled)
            await operator.press()
            await operator.press("enter")
            assert isinstance(app.screen, CallSheet)
            customer, before = app.screen.customer_id, desk.attempts.count()
            with in_trouble(trouble, other, app.screen):
                await operator.press("f3")
            assert app.is_running
            assert desk.attempts.count() == before
            if trouble != "closed meanwhile":
                assert isinstance(app.screen, CallSheet)
                assert app.screen.customer_id == customer
                await operator.press("f3")
                assert desk.attempts.count() > before
            await operator.press("ctrl+t")
            await operator.press("enter")
            assert app.is_running
    assert not app.faults, app.faults
    other.close()
    desk.close()
    shop.sound()
