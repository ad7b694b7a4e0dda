"""The command line: every operation as a command, for people at a prompt and for scripts."""

from __future__ import annotations

import gc

from dcrc.cli.program import program
from dcrc.cli.seat import Settings, pass_desk, settings
from dcrc.cli.showing import say, show

__all__ = ["Settings", "main", "pass_desk", "program", "say", "settings", "show"]


_MADE = 100_000  # objects after which cycles are looked for; most commands end before that


def main() -> None:
    """The `dcrc` command; ends the process with the exit codes of `dcrc.errors`."""
    gc.set_threshold(_MADE, 20, 20)
    program.main(prog_name="dcrc")
