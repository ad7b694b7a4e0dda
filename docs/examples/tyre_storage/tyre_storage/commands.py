"""`dcrc tyres`: take tyres in, and see what is in the rack."""

from __future__ import annotations

import click

from dcrc import Column, Desk, Table, get_vehicle, pass_desk, show, t

from .operations import store_tyres
from .records import Set


@click.group(help="Tyres that we keep for customers.")
def tyres() -> None:
    """The group of this plugin's commands."""


@tyres.command(help="Take a set of tyres in.")
@click.argument("vehicle")
@click.argument("season", type=click.Choice(["winter", "summer"]))
@click.argument("place")
@pass_desk
def store(desk: Desk, vehicle: str, season: str, place: str) -> None:
    """Store a set of VEHICLE (VIN or plate) at PLACE."""
    event = store_tyres(desk, get_vehicle(desk, vehicle), season, place)
    show({"event": event.id}, t("Stored at {place}.", place=place))


@tyres.command("list", help="What is in the rack.")
@pass_desk
def list_sets(desk: Desk) -> None:
    """Print the rack."""
    sets = [desk.read(Set, document) for document in desk.table("tyre_sets").all()]
    rows = [(held.place, held.season, held.wish) for held in sets]
    columns = [Column(t("Place")), Column(t("Season")), Column(t("Wish"), flexible=True)]
    show(
        {"sets": [{"place": held.place, "season": held.season} for held in sets]},
        Table(columns, rows),
    )
