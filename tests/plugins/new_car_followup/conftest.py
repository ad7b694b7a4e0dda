"""A centre with the new-car follow-up alone; `again` opens its file later or with another policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from dcrc import Desk
from dcrc.kernel.desk import open_desk
from dcrc.testing import isolated_desk
from plugins import new_car_followup

Centre = Callable[..., Desk]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """`centre(today=…, policy="…")` is a new centre the first time, the same one afterwards."""
    opened: list[Desk] = []

    def open_centre(today: date | None = None, policy: str = "") -> Desk:
        if not opened:
            desk = isolated_desk(
                tmp_path,
                plugins=[new_car_followup],
                today=today or date(2026, 11, 24),
                policy=policy,
            )
        else:
            before = opened[-1]
            before.close()
            before.db.path.with_suffix(".toml").write_text(policy, "utf-8")
            desk = open_desk(before.db.path, clock=before.clock, plugins=[new_car_followup])
            if today is not None:
                desk.clock.set(today)  # type: ignore[attr-defined]
        opened.append(desk)
        return desk

    yield open_centre
    if opened:
        opened[-1].close()
