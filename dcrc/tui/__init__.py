"""The keyboard-first terminal interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

__all__ = ["run"]


def run(desk: Desk) -> None:
    """Open the interface at `desk` and return when the operator leaves it; the desk stays open."""
    from dcrc.tui.app import DcrcApp

    app = DcrcApp(desk)
    app.run()
    app.raise_fault()
