"""Databases for the store's tests: a clock that ticks by itself, ids that repeat from run to run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dcrc.store import Database


def ticking() -> Callable[[], datetime]:
    seconds = count()
    return lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(seconds=next(seconds))


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Callable[..., Database]]:
    """Opens databases by name in a folder of its own, and closes them."""
    opened: list[Database] = []

    def open_one(name: str = "shop.db", **options: Any) -> Database:
        options = {"clock": ticking(), "entropy": random.Random(7).randbytes, **options}
        database = Database(tmp_path / name, **options)
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def shop(opening: Callable[..., Database]) -> Database:
    return opening()
