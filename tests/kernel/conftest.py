"""An isolated desk without plugins, and seats for other people at the same database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.operators import add_operator
from dcrc.testing import isolated_desk

Seat = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The supervisor's desk."""
    opened = isolated_desk(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def seat(desk: Desk) -> Iterator[Seat]:
    """`seat("周岚", "caller")` registers a person and sits down as that person, beside `desk`."""
    others: list[Desk] = []

    def sit_down(name: str, role: str) -> Desk:
        add_operator(desk, name, role)
        other = open_desk(desk.db.path, operator=name, clock=desk.clock, plugins=[])
        others.append(other)
        return other

    yield sit_down
    for other in others:
        other.close()
