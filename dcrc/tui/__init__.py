"""The keyboard-first terminal interface."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcrc.kernel.desk import Desk
    from dcrc.kernel.plugins import PluginHost

__all__ = ["run", "wrong_keys"]


def wrong_keys(wished: Mapping[str, str], host: PluginHost) -> list[tuple[str, str]]:
    """(action, what is wrong) for each key that a dealer's file maps wrongly."""
    from dcrc.tui.key_faults import key_faults, plugin_keys

    return list(key_faults(wished, plugin_keys(host)))


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
