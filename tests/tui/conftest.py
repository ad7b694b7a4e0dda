"""One interface for a test: an isolated desk, a frozen clock, and keys that are waited for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from dcrc.i18n import speaking
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.planning import plan
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk
from dcrc.tui.app import DcrcApp
from plugins import new_car_followup

Settled = Callable[[Any], Awaitable[str]]
TODAY = date(2026, 11, 21)  # a Saturday; the day is open in the working calendar of dealers


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


class Seat:
    """An operator before the interface: presses keys and reads what stands there."""

    def __init__(self, pilot: Pilot[None], settled: Settled) -> None:
        self.pilot, self.settled = pilot, settled

    @property
    def app(self) -> DcrcApp:
        assert isinstance(self.pilot.app, DcrcApp)
        return self.pilot.app

    @property
    def screen(self) -> Any:
        """The screen in front."""
        return self.app.screen

    @property
    def text(self) -> str:
        """What stands on the screen, cell by cell, without the blanks at the ends of lines."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(each.text for each in strip).rstrip() for strip in strips)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other: the next when the last has been answered."""
        for key in keys:
            await self.pilot.press(key)
            await self.rest()
        if not keys:
            await self.rest()

    async def type(self, text: str) -> None:
        """Type a text as an input method hands it over."""
        for character in text:
            await self.pilot.press(character)
        await self.rest()

    async def rest(self) -> None:
        """Wait until the desk's thread has nothing to do and what it found is shown."""
        await self.settled(self.pilot)


@pytest.fixture
def opened(desk: Desk, settled: Settled) -> Callable[..., AbstractAsyncContextManager[Seat]]:
    """Opens the interface at the desk: `async with opened(size=(80, 24)) as seat`."""

    @asynccontextmanager
    async def open_interface(
        size: tuple[int, int] = (80, 24), at: Desk | None = None, **options: Any
    ) -> AsyncIterator[Seat]:
        app = DcrcApp(at or desk, **options)
        async with app.run_test(size=size) as pilot:
            seat = Seat(pilot, settled)
            await seat.rest()
            yield seat
            await seat.rest()
        assert not app.faults, app.faults

    return open_interface


@pytest.fixture
def new_owner(desk: Desk) -> Callable[..., Customer]:
    """Makes a customer to whom a car was handed over some days ago."""

    def make(name: str, days_ago: int, **fields: Any) -> Customer:
        customer = a_customer(desk, name, **{"sex": "male", **fields})
        car = a_vehicle(desk, customer, plate=f"赣A{desk.vehicles.count():05d}", model="陆风X7")
        delivered(desk, car, on=TODAY - timedelta(days=days_ago), data={"consultant": "李强"})
        return customer

    return make


@pytest.fixture
def owners(desk: Desk, new_owner: Callable[..., Customer]) -> list[Customer]:
    """Three new owners whose calls are due, the most urgent first, planned."""
    found = [new_owner("王小明", 7), new_owner("张伟", 6), new_owner("陈静", 2)]
    plan(desk)
    return found
