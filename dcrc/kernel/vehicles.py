"""Vehicles: identified by VIN; plate and owner may change, readings of the odometer accumulate."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs


@attrs.frozen
class Reading:
    """What the odometer showed: kilometres on a day, and who says so (`serviced`, `call`, `import` …)."""

    on: date
    km: int
    source: str = ""


@attrs.frozen
class Vehicle:
    """A car; `customer` is its present owner. `key_code` and `audio_code` are secrets: see `reveal_codes`."""

    id: str
    vin: str
    customer: str = ""
    plate: str = ""
    engine_number: str = ""
    model: str = ""
    trim: str = ""
    colour: str = ""
    usage: str = "private"  # private, business, taxi, rental
    first_registered: date | None = None
    readings: tuple[Reading, ...] = ()
    key_code: str = ""
    audio_code: str = ""
    note: str = ""
    archived: bool = False
    extra: dict[str, Any] = attrs.field(factory=dict)
    terms: tuple[str, ...] = ()
