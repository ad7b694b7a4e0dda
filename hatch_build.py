"""Compile the message catalogues (`*.po` → `*.mo`) when dcrc is built or installed.

`python hatch_build.py` does the same in place for people who edit translations. An installation in place gets
the modules' bytecode, too, as any other installation does: without it every command begins a third slower
where Python may not keep it (PYTHONDONTWRITEBYTECODE).
"""

from __future__ import annotations

import compileall
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGES = ("dcrc", "plugins")


def compile_catalogues(root: Path) -> list[Path]:
    """Write a `.mo` beside each `.po` under `root`'s packages; returns the files written."""
    written = []
    for package in PACKAGES:
        for source in sorted((root / package).rglob("*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
                continue
            with source.open("rb") as stream:
                catalogue = read_po(stream)
            with target.open("wb") as stream:
                write_mo(stream, catalogue)
            written.append(target)
    return written


def compile_modules(root: Path) -> None:
    """Write the bytecode of the packages' modules that have none or an old one."""
    for package in PACKAGES:
        compileall.compile_dir(root / package, quiet=2)


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand in an environment without the build backend
    pass
else:

    class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
        """Hatchling's door to what is compiled."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            compile_catalogues(Path(self.root))
            if version == "editable":
                compile_modules(Path(self.root))
            build_data["artifacts"] += ["dcrc/**/*.mo", "plugins/**/*.mo"]


if __name__ == "__main__":
    for path in compile_catalogues(Path(__file__).parent):
        print(path)
    compile_modules(Path(__file__).parent)
