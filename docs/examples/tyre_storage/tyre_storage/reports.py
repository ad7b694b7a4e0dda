"""What the faces show of the rack: a figure, a batch step, a block on the customer page, a screen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dcrc import BatchStep, CustomerBlock, Desk, Figure, FigureRow, ScreenEntry, Wording, t

from .operations import sets_of
from .records import Set

if TYPE_CHECKING:
    from textual.screen import Screen


def count_rack(desk: Desk, month: date) -> list[FigureRow]:
    """Sets in the rack by season; each can be opened to its documents."""
    sets = [desk.read(Set, document) for document in desk.table("tyre_sets").all()]
    return [
        FigureRow(
            season,
            sum(held.season == season for held in sets),
            cases=tuple(held.id for held in sets if held.season == season),
        )
        for season in ("winter", "summer")
    ]


def lines(desk: Desk, customer: str) -> list[str]:
    """The customer's sets, a line each."""
    return [
        t("{season} tyres at {place}", season=held.season, place=held.place)
        for held in sets_of(desk, customer)
    ]


def count_for_the_log(desk: Desk) -> str:
    """One line for the batch log, without customer data."""
    return t("{count} sets in the rack", count=len(desk.table("tyre_sets")))


def load_screen() -> type[Screen[None]]:
    """The screen is imported when somebody opens it, so that commands start quickly."""
    from .screens import Rack

    return Rack


rack = Figure("tyre_storage.rack", Wording("寄存轮胎", "Tyres in the rack"), count_rack)
count_step = BatchStep("tyres", Wording("清点轮胎", "Count the rack"), count_for_the_log)
block = CustomerBlock("tyres", Wording("寄存轮胎", "Stored tyres"), lines)
screen = ScreenEntry("tyres", Wording("轮胎货架", "Tyre rack"), load_screen)
