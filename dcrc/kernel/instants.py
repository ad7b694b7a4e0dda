"""Instants inside of stored values, as the dealer's clock shows them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


def local_text(value: Any, zone: ZoneInfo) -> Any:
    """An ISO instant with its offset as `2026-11-03 09:08` in `zone`; every other value as it is.

    >>> local_text("2026-11-03T01:08:00+00:00", ZoneInfo("Asia/Shanghai"))
    '2026-11-03 09:08'
    """
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return value
    try:
        return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):  # the 31st of a short month, written by hand
        return value
