"""What has happened lies in the past, by the dealer's day; his policy says what is believed unasked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.errors import InputError
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@attrs.frozen
class FactsPolicy:
    """The section `facts`: how far ahead facts may be dated, which mileages are odd, which cars are used."""

    days_ahead: int = attrs.field(
        default=2,
        validator=attrs.validators.ge(0),
        metadata={
            "unit": "days",
            "doc": Wording(
                "已发生的事最多可晚于今天几天（台账里有明天出厂的车，各台电脑的时钟也有差）",
                "days after today that a fact may bear: ledgers name cars that leave tomorrow, clocks differ",
            ),
        },
    )
    most_km_per_day: int = attrs.field(
        default=400,
        validator=attrs.validators.ge(0),
        metadata={
            "unit": "km/day",
            "doc": Wording(
                "两次读数之间日均超过此里程则提示核对",
                "more than this between two readings is asked about",
            ),
        },
    )
    trip_km: int = attrs.field(
        default=1000,
        validator=attrs.validators.ge(0),
        metadata={
            "unit": "km",
            "doc": Wording(
                "另加一次长途的里程；交车前超过此里程的是二手车",
                "what one long trip may add to it; a car driven further before its delivery was used",
            ),
        },
    )
    new_car_days: int = attrs.field(
        default=90,
        validator=attrs.validators.ge(0),
        metadata={
            "unit": "days",
            "doc": Wording(
                "交车前登记超过此天数的是二手车",
                "a car registered more than this before its delivery was used",
            ),
        },
    )


def latest_day(desk: Desk) -> date:
    """The last day on which something can have happened."""
    return desk.today() + timedelta(desk.policies.section("facts").days_ahead)


def is_ahead(day: date | str | None, latest: date) -> bool:
    """Whether nothing happened yet on `day` (a text is `YYYY-MM-DD`), `latest` being the last it can."""
    return day is not None and str(day) > latest.isoformat()


def still_to_come(day: str, field: str) -> InputError:
    """The refusal of a `day` (`YYYY-MM-DD`) on which nothing can have happened yet."""
    return InputError(
        "{day} is still to come: what has happened cannot lie in the future.", day=day, field=field
    )


def refuse_ahead(desk: Desk, day: date | None, field: str) -> None:
    """Raise InputError, with `field`, for a day on which nothing can have happened yet."""
    if is_ahead(day, latest_day(desk)):
        raise still_to_come(str(day), field)


def refuse_new_ahead(desk: Desk, before: Any, after: Any, fields: Iterable[str]) -> None:
    """Raise InputError for the first of `fields` that `after` sets to such a day, or that gets one.

    A field is a day, or dated things (readings). What was stored so `before` (None for a new record) hinders
    no edit of something else.
    """
    for name in fields:
        known = () if before is None else _several(getattr(before, name))
        for each in _several(getattr(after, name)):
            if each not in known:
                refuse_ahead(desk, getattr(each, "on", each), name)


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
