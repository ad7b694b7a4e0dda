"""The keyboard-first terminal interface."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

__all__ = ["key_names", "run"]


def key_names() -> frozenset[str]:
    """The names of keys that a dealer's file can map; those of plugins' screens are not among them."""
    from dcrc.tui.keys import BY_ID

    return frozenset(BY_ID)


def run(desk: Desk) -> None:
    """Open the interface at `desk` and return when the operator leaves it; the desk stays open."""
    # Textual waits this long for the rest of an escape sequence, so Esc itself would be late by a tenth
    os.environ.setdefault("ESCDELAY", "30")
    # the desk's thread gives way five times as often as usual while a screen is painted
    sys.setswitchinterval(0.001)
    from dcrc.tui.app import DcrcApp

    app = DcrcApp(desk)
    app.run()
    app.raise_fault()
