"""What can be done: tyres come in and go out; the rack follows the facts."""

from __future__ import annotations

from tinydb import where

from dcrc import Answers, Attempt, Desk, Event, Task, Vehicle, record_event

from .records import Set


def store_tyres(desk: Desk, vehicle: Vehicle, season: str, place: str) -> Event:
    """Take a set of tyres in; `season` is `winter` or `summer`."""
    return record_event(
        desk,
        Event(
            "",
            "tyres_stored",
            vehicle.customer,
            desk.today(),
            vehicle=vehicle.id,
            data={"season": season, "place": place},
        ),
    )


def keep_rack_in_step(desk: Desk, event: Event) -> None:
    """A stored set gets its record, a fetched one leaves; part of the operation that tells the fact."""
    if event.kind == "tyres_stored":
        desk.insert(
            desk.table("tyre_sets"),
            Set("", event.customer, event.vehicle, event.data["season"], event.data["place"]),
        )
    elif event.kind == "tyres_returned":
        desk.table("tyre_sets").remove(where("vehicle") == event.vehicle)


def sets_of(desk: Desk, customer: str) -> list[Set]:
    """The customer's sets in the rack."""
    found = desk.table("tyre_sets").search(where("customer") == customer)
    return [desk.read(Set, document) for document in found]


def count_try(desk: Desk, task: Task, attempt: Attempt) -> None:
    """Remember with the set how often its owner was tried."""
    if task.rule == "tyre_storage.change":
        tries = desk.table("tyre_sets")
        for held in sets_of(desk, task.customer):
            tries.update({"tries": held.tries + 1}, doc_ids=[held.id])


def note_wish(desk: Desk, task: Task, answers: Answers | None) -> None:
    """Remember with the set when its owner wants to come."""
    if task.rule == "tyre_storage.change" and answers is not None:
        for held in sets_of(desk, task.customer):
            desk.table("tyre_sets").update(
                {"wish": answers.values.get("wish", "")}, doc_ids=[held.id]
            )
