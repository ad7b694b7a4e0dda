"""One interface for a test: an isolated desk, a frozen clock, and keys that are waited for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual import _wait
from textual.pilot import Pilot

from dcrc.i18n import speaking
from dcrc.kernel.desk import Desk
from dcrc.testing import isolated_desk
from dcrc.tui.app import DcrcApp
from plugins import new_car_followup

TODAY = date(2026, 11, 21)  # a Saturday; the day is open in the working calendar of dealers


@pytest.fixture(autouse=True)
def quick_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot waits for an idle interface; shorter looks at it make the tests three times as fast."""
    monkeypatch.setattr(_wait, "SLEEP_GRANULARITY", 0.005)
    monkeypatch.setattr(_wait, "SLEEP_IDLE", 0.0025)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """The operators' language, unless a test speaks another."""
    with speaking("zh"):
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with the new-car follow-up, on a Saturday morning."""
    seat = isolated_desk(tmp_path, plugins=[new_car_followup], today=TODAY)
    yield seat
    seat.close()


Open = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def opened(desk: Desk) -> Open:
    """Opens the interface at the desk: `async with opened(size=(80, 24)) as pilot`."""

    @asynccontextmanager
    async def open_interface(
        size: tuple[int, int] = (80, 24), **options: Any
    ) -> AsyncIterator[Any]:
        app = DcrcApp(options.pop("desk", desk), **options)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot
            await settled(pilot)
        assert not app.faults, app.faults

    return open_interface


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the desk's thread has nothing to do and what it found is shown."""
    app = pilot.app
    assert isinstance(app, DcrcApp)
    for _ in range(4):
        await app.workers.wait_for_complete(list(app.workers))
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, as a person would: the next when the last has been answered."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def screen_text(pilot: Pilot[None]) -> str:
    """What stands on the screen, cell by cell, without the blanks at the ends of lines."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(each.text for each in strip).rstrip() for strip in strips)
