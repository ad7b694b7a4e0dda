"""Which contacts a delivery owes: a pure function of the customer's dossier, the policy and the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dcrc import (
    Answers,
    Dossier,
    Event,
    Fact,
    NotPlanned,
    Planned,
    Planner,
    PlanningDay,
    Rule,
    TaskState,
    Wording,
)

from .policy import NewCarFollowupPolicy, Step

NAME = "new_car_followup"
Outcome = Planned | NotPlanned


def rules(policy: NewCarFollowupPolicy) -> tuple[Rule, ...]:
    """The steps of the policy, the checks of those that are checked, and dissatisfaction."""
    steps = [Rule(name, step.title) for name, step in policy.steps.items()]
    checks = [
        Rule(f"check_{name}", Wording(f"核查：{step.title.zh}", f"Check: {step.title.en}"))
        for name, step in policy.steps.items()
        if step.checked
    ]
    dissatisfied = Rule("dissatisfied", Wording("新车不满意跟进", "Dissatisfied new owner"))
    return (*steps, *checks, dissatisfied)


def plan_new_car(
    dossier: Dossier, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Every step of every delivery, the checks of other departments' steps, and what dissatisfied owners get.

    The subject of a step is the vehicle, its occurrence the delivery's key: a corrected delivery date moves
    the tasks, it does not plan them again.
    """
    for delivery in dossier.events_of("delivered"):
        for name, step in policy.steps.items():
            yield plan_step(dossier, delivery, name, step, policy, day)
            if step.checked:
                yield plan_check(dossier, delivery, name, step, policy, day)
    forms = {step.form for step in policy.steps.values() if step.form}
    for answers in dossier.answers:
        if answers.form in forms and not answers.satisfied:
            yield plan_dissatisfied(answers, policy, day)


def plan_step(
    dossier: Dossier,
    delivery: Event,
    name: str,
    step: Step,
    policy: NewCarFollowupPolicy,
    day: PlanningDay,
) -> Outcome:
    """One contact after one delivery; none when the step is off or the car has another owner by now."""
    facts = (Fact(delivery.id, delivery.kind, delivery.on),)
    used = _used(name, "opens_day", "due_day", "expires_after")
    subject = delivery.vehicle or delivery.id
    if not step.enabled:
        return NotPlanned(
            name,
            subject,
            "the step is switched off",
            facts=facts,
            policy=_used(name, "enabled"),
        )
    if delivery.vehicle and dossier.vehicle(delivery.vehicle) is None:
        return NotPlanned(name, subject, "the car belongs to somebody else now", facts=facts)
    due = _due(delivery, step, policy, day)
    return Planned(
        name,
        subject,
        _occurrence(delivery),
        opens=min(delivery.on + timedelta(step.opens_day), due),
        due=due,
        expires=due + timedelta(step.expires_after),
        vehicle=delivery.vehicle,
        event=delivery.id,
        role=step.role,
        owner=_consultant(delivery) if step.role == "sales_consultant" else "",
        form=step.form,
        script=step.script,
        priority=step.priority,
        facts=facts,
        policy=(*used, f"{NAME}.on_open_days"),
    )


def plan_check(
    dossier: Dossier,
    delivery: Event,
    name: str,
    step: Step,
    policy: NewCarFollowupPolicy,
    day: PlanningDay,
) -> Outcome:
    """A task for the centre when a consultant's call is not on record in time, or the customer denies it."""
    rule, subject = f"check_{name}", delivery.vehicle or delivery.id
    facts = [Fact(delivery.id, delivery.kind, delivery.on)]
    used = (*_used(name, "due_day", "checked", "asked_in"), f"{NAME}.check_due_days")
    if not step.enabled:
        return NotPlanned(rule, subject, "the step is switched off", policy=_used(name, "enabled"))
    if delivery.vehicle and dossier.vehicle(delivery.vehicle) is None:
        return NotPlanned(rule, subject, "the car belongs to somebody else now", facts=tuple(facts))
    said = _customer_said(dossier, delivery, step)
    done = dossier.task(f"{NAME}.{name}", subject, _occurrence(delivery))
    due = _due(delivery, step, policy, day)
    since = due + timedelta(1)
    if said is not None:
        facts.append(Fact(said[0].id, "answered", said[0].on))
        if said[1]:
            return NotPlanned(
                rule, subject, "the customer says the call was made", facts=tuple(facts)
            )
        since = said[0].on
    elif done is not None and done.state is TaskState.DONE:
        facts.append(Fact(done.id, "task", done.closed_on))
        return NotPlanned(rule, subject, "the call is on record", facts=tuple(facts))
    elif day.today < since:
        return NotPlanned(
            rule,
            subject,
            "the call is still in time until {due}",
            {"due": due.isoformat()},
            until=since,
            facts=tuple(facts),
            policy=used,
        )
    check_due = _open_day(since + timedelta(policy.check_due_days), policy, day)
    return Planned(
        rule,
        subject,
        _occurrence(delivery),
        opens=since,
        due=check_due,
        expires=check_due + timedelta(step.expires_after),
        vehicle=delivery.vehicle,
        event=delivery.id,
        role=policy.check_role,
        channel="check",
        form="new_car_check",
        facts=tuple(facts),
        policy=used,
    )


def plan_dissatisfied(answers: Answers, policy: NewCarFollowupPolicy, day: PlanningDay) -> Planned:
    """The sales supervisor's task for one dissatisfied conversation; it never expires."""
    due = _open_day(answers.on + timedelta(policy.dissatisfied_due_days), policy, day)
    return Planned(
        "dissatisfied",
        answers.id,
        answers.on.isoformat(),
        opens=answers.on,
        due=due,
        vehicle=answers.vehicle,
        event=answers.event,
        role=policy.dissatisfied_role,
        form="new_car_dissatisfied",
        script="new_car_dissatisfied",
        priority=50,
        facts=(Fact(answers.id, "answered", answers.on),),
        policy=(f"{NAME}.dissatisfied_due_days", f"{NAME}.dissatisfied_role"),
    )


def _used(step: str, *fields: str) -> tuple[str, ...]:
    return tuple(f"{NAME}.steps.{step}.{field}" for field in fields)


def _occurrence(delivery: Event) -> str:
    return delivery.key or delivery.id


def _consultant(delivery: Event) -> str:
    return str(delivery.data.get("consultant", ""))


def _open_day(due: date, policy: NewCarFollowupPolicy, day: PlanningDay) -> date:
    return day.workdays.next_open(due) if policy.on_open_days else due


def _due(delivery: Event, step: Step, policy: NewCarFollowupPolicy, day: PlanningDay) -> date:
    return _open_day(delivery.on + timedelta(step.due_day), policy, day)


def _customer_said(dossier: Dossier, delivery: Event, step: Step) -> tuple[Answers, bool] | None:
    """The latest answers in which the owner of this car said whether the consultant called, and what."""
    form, _, field = step.asked_in.partition(".")
    for answers in reversed(dossier.answers):
        if answers.form == form and answers.vehicle == delivery.vehicle:
            said = answers.values.get(field)
            if said in ("yes", "no"):
                return answers, said == "yes"
    return None


planner = Planner(NAME, NAME, rules, plan_new_car)
