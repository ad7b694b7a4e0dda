"""The numbers of this function; a dealer changes them in his policy file under `[tyre_storage]`."""

from __future__ import annotations

import attrs

from dcrc import Wording


@attrs.frozen
class TyreStoragePolicy:
    """Tyres are changed twice a year; the call comes before the season does."""

    winter_from: str = attrs.field(
        default="11-15", metadata={"doc": Wording("冬胎季节开始（月-日）", "winter season, MM-DD")}
    )
    summer_from: str = attrs.field(
        default="03-20", metadata={"doc": Wording("夏胎季节开始（月-日）", "summer season, MM-DD")}
    )
    call_days_before: int = attrs.field(
        default=14,
        metadata={"unit": "days", "doc": Wording("提前几天致电", "days before the season")},
    )
    expires_after: int = attrs.field(
        default=30,
        metadata={"unit": "days", "doc": Wording("换季多少天后作废", "days into the season")},
    )
