"""What the system refuses is told in the reader's language."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dcrc.i18n import speaking
from dcrc.system_faults import why


def test_reasons_are_in_the_reader_s_language(tmp_path: Path) -> None:
    refused = []
    for path in (tmp_path / "none", tmp_path, tmp_path / ("x" * 300)):
        with pytest.raises(OSError, match=re.escape(str(path))) as found:
            path.open("rb")
        refused.append(found.value)
    for error in refused:
        with speaking("zh"):
            assert re.fullmatch(r"[\u4e00-\u9fff]+", why(error))
        with speaking("en"):
            assert why(error).isascii()


def test_an_unknown_reason_is_the_system_s() -> None:
    assert why(OSError(99_999, "odd")) == "odd"
    assert os.strerror(2) not in why(FileNotFoundError(2, os.strerror(2)))
