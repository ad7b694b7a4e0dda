"""The keyboard-first terminal interface."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

__all__ = ["run"]


def run(desk: Desk) -> None:
    """Open the interface at `desk` and return when the operator leaves it; the desk stays open."""
    # Textual waits this long for the rest of an escape sequence, so Esc itself would be late by a tenth
    os.environ.setdefault("ESCDELAY", "30")
    from dcrc.tui.app import DcrcApp

    app = DcrcApp(desk)
    app.run()
    app.raise_fault()
