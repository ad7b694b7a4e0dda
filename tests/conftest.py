"""The suite's own conditions: catalogues compiled, Chinese as the language, nobody's configuration."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from dcrc.i18n import set_language

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # once, before any worker starts
        runpy.run_path(str(ROOT / "hatch_build.py"))["compile_catalogues"](ROOT)


@pytest.fixture(autouse=True)
def _nobody_s_configuration(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DB", "TODAY", "OPERATOR", "LANG", "POLICY"):
        monkeypatch.delenv(f"DCRC_{name}", raising=False)
    set_language("zh")
    yield
    set_language("zh")
