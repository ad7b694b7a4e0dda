"""When an owner is called about his tyres: a pure function of the facts, the policy and the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dcrc import Dossier, Fact, NotPlanned, Planned, Planner, PlanningDay, Rule, Wording

from .policy import TyreStoragePolicy


def rules(policy: TyreStoragePolicy) -> tuple[Rule, ...]:
    return (Rule("change", Wording("换季换胎提醒", "Tyres for the season")),)


def season_start(policy: TyreStoragePolicy, season: str, after: date) -> date:
    """The first day of the next `season` (winter or summer) after a day."""
    month, day = map(int, getattr(policy, f"{season}_from").split("-"))
    start = date(after.year, month, day)
    return start if start > after else date(after.year + 1, month, day)


def plan(
    dossier: Dossier, policy: TyreStoragePolicy, day: PlanningDay
) -> Iterator[Planned | NotPlanned]:
    """One call for each stored set, before the season that its tyres are for."""
    returned = {event.vehicle: event.on for event in dossier.events_of("tyres_returned")}
    for stored in dossier.events_of("tyres_stored"):
        fact = Fact(stored.id, stored.kind, stored.on)
        back = returned.get(stored.vehicle)
        if back is not None and back >= stored.on:
            yield NotPlanned(
                "change",
                stored.vehicle,
                "the tyres were fetched on {on}",
                {"on": back.isoformat()},
                facts=(fact,),
            )
            continue
        season = str(stored.data["season"])
        start = season_start(policy, season, stored.on)
        yield Planned(
            "change",
            stored.vehicle,
            start.isoformat(),
            opens=start - timedelta(policy.call_days_before),
            due=start,
            expires=start + timedelta(policy.expires_after),
            vehicle=stored.vehicle,
            event=stored.id,
            form="tyre_change",
            script="tyre_change",
            facts=(fact,),
            policy=(f"tyre_storage.{season}_from", "tyre_storage.call_days_before"),
        )


planner = Planner("tyre_storage", "tyre_storage", rules, plan)
