"""What is stored: a set of tyres in the rack, and the two facts that bring it in and out."""

from __future__ import annotations

import attrs

from dcrc import EventKind, RecordKind, Wording


@attrs.frozen
class Set:
    """A set of tyres of a vehicle; `season` is what the tyres are for, `winter` or `summer`."""

    id: str
    customer: str
    vehicle: str
    season: str
    place: str = ""
    tries: int = 0
    wish: str = ""

    @classmethod
    def kind(cls) -> RecordKind:
        """The document table that keeps the sets."""
        return RecordKind(
            "tyre_sets", cls, Wording("寄存轮胎", "Stored tyres"), indexes=("customer", "vehicle")
        )


STORED = EventKind(
    "tyres_stored",
    Wording("轮胎寄存", "Tyres stored"),
    {"season": Wording("季节", "Season"), "place": Wording("货架", "Place")},
)
BROUGHT_BACK = EventKind("tyres_returned", Wording("轮胎取走", "Tyres returned"))
