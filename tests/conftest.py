"""The suite's own conditions: catalogues compiled, Chinese as the language, nobody's configuration."""

from __future__ import annotations

import gc
import runpy
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

from dcrc.i18n import set_language
from dcrc.store.storage import SqliteStorage

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # once, before any worker starts
        runpy.run_path(str(ROOT / "hatch_build.py"))["compile_catalogues"](ROOT)


def pytest_collection_finish() -> None:
    """What is there to stay is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(autouse=True)
def _nobody_s_configuration(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DB", "TODAY", "OPERATOR", "LANG", "POLICY"):
        monkeypatch.delenv(f"DCRC_{name}", raising=False)
    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture(autouse=True)
def _no_database_left_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[SqliteStorage] = []
    begin = SqliteStorage.__init__

    def noted(storage: SqliteStorage, *arguments: Any, **options: Any) -> None:
        begin(storage, *arguments, **options)
        opened.append(storage)

    monkeypatch.setattr(SqliteStorage, "__init__", noted)
    yield
    for storage in opened:
        storage.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Lines that other tests reach too are not counted a thousand times: counting doubles their time."""
    counting = Coverage.current() if item.get_closest_marker("repeats") else None
    if counting is None:
        return (yield)
    counting.stop()
    try:
        return (yield)
    finally:
        counting.start()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Awaitable[str]]:
    """`await settled(pilot)` waits until the interface has nothing to do; what stands on the screen then.

    Pauses of interface and pilot are shorter than people's: most of the time would be spent in them.
    """
    from textual import _wait
    from textual.worker import WorkerError

    from dcrc.tui import search

    monkeypatch.setattr(_wait, "SLEEP_GRANULARITY", 0.005)
    monkeypatch.setattr(_wait, "SLEEP_IDLE", 0.0025)
    monkeypatch.setattr(search, "REST", 0.01)
    repaint = (
        0.02  # seconds; longer than Textual's pause between paints and the search's between keys
    )

    async def settle(pilot: Any) -> str:
        quiet = 0
        while quiet < 2:
            running = [each for each in pilot.app.workers if not each.is_finished]
            for each in running:
                with suppress(WorkerError):  # an older question of a topic gives way to a newer one
                    await each.wait()
            await pilot.pause(repaint)
            quiet = 0 if running else quiet + 1
        strips = pilot.app.screen._compositor.render_strips()
        return "\n".join("".join(each.text for each in strip) for strip in strips)

    return settle
