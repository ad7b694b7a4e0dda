"""A desk without plugins, the invented dealer's ledgers, and short ways to write a table."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dcrc.kernel.desk import Desk
from dcrc.testing import isolated_desk


def _dms() -> ModuleType:
    """The module beside this one, whatever mode tests are imported in."""
    spec = importlib.util.spec_from_file_location("dms", Path(__file__).with_name("dms.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dms"] = module
    spec.loader.exec_module(module)
    return module


DMS = _dms()


@pytest.fixture
def dms() -> ModuleType:
    return DMS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The supervisor's desk."""
    opened = isolated_desk(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """`book(rows)` writes a workbook of one sheet, or of several: `book({"机修": rows})`."""

    def write(
        rows: Sequence[Sequence[Any]] | dict[str, Sequence[Sequence[Any]]], name: str = "台账.xlsx"
    ) -> Path:
        sheets = rows if isinstance(rows, dict) else {"台账": rows}
        return DMS.write_book(tmp_path / name, sheets)  # type: ignore[no-any-return]

    return write
