"""Which contacts a delivery owes: a pure function of the customer's dossier, the policy and the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

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
    Task,
    TaskState,
    Wording,
)

from .policy import NAME, NewCarFollowupPolicy, Step
from .touches import plan_touches

OPPORTUNITY = "opportunity"  # a question of our forms: what is ticked, a consultant follows up
Outcome = Planned | NotPlanned


def rules(policy: NewCarFollowupPolicy) -> tuple[Rule, ...]:
    """Steps, checks of those that are checked, touches, and what answers lead to."""
    steps = [Rule(name, step.title) for name, step in policy.steps.items()]
    checks = [
        Rule(f"check_{name}", Wording(f"核查：{step.title.zh}", f"Check: {step.title.en}"))
        for name, step in policy.steps.items()
        if step.checked
    ]
    touches = [Rule(name, touch.title) for name, touch in policy.touches.items()]
    dissatisfied = Rule("dissatisfied", Wording("新车不满意跟进", "Dissatisfied new owner"))
    opportunity = Rule("opportunity", Wording("转介绍与置换意向", "Referral or replacement"))
    return (*steps, *checks, *touches, dissatisfied, opportunity)


def plan_new_car(
    dossier: Dossier, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Every step and touch of every delivery, checks of other departments' steps, and what answers lead to.

    The subject of a step is the vehicle, its occurrence the delivery's key: a corrected delivery date moves
    the tasks, it does not plan them again.
    """
    for delivery in dossier.events_of("delivered"):
        for name, step in policy.steps.items():
            yield plan_step(dossier, delivery, name, step, policy, day)
            if step.checked:
                yield plan_check(dossier, delivery, name, step, policy, day)
        yield from plan_touches(dossier, delivery, policy, day)
    forms = {step.form for step in policy.steps.values()}
    forms = (forms | {touch.form for touch in policy.touches.values()}) - {""}
    for answers in dossier.answers:
        if answers.form in forms:
            if not answers.satisfied:
                yield plan_dissatisfied(answers, policy, day)
            if answers.values.get(OPPORTUNITY):
                yield plan_opportunity(dossier, answers, policy, day)


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
    expires = due + timedelta(step.expires_after)
    if expires < day.today and not _stands(dossier, name, subject):
        return _too_late(name, subject, expires, facts)
    return Planned(
        name,
        subject,
        _occurrence(delivery),
        opens=min(delivery.on + timedelta(step.opens_day), due),
        due=due,
        expires=expires,
        vehicle=delivery.vehicle,
        event=delivery.id,
        role=step.role,
        owner=policy.owner_of(step.role, delivery),
        form=step.form,
        script=step.script,
        priority=step.priority,
        facts=facts,
        policy=(
            *_used(name, "opens_day", "due_day", "expires_after"),
            f"{NAME}.on_open_days",
        ),
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
    facts: tuple[Fact, ...] = (Fact(delivery.id, delivery.kind, delivery.on),)
    if not step.enabled:
        return NotPlanned(rule, subject, "the step is switched off", policy=_used(name, "enabled"))
    if delivery.vehicle and dossier.vehicle(delivery.vehicle) is None:
        return NotPlanned(rule, subject, "the car belongs to somebody else now", facts=facts)
    due = _due(delivery, step, policy, day)
    since = due + timedelta(1)
    said = _customer_said(dossier, delivery, step)
    made = _made(dossier, name, subject, delivery)
    if said is not None:
        facts += (Fact(said[0].id, "answered", said[0].on),)
        if said[1]:
            return NotPlanned(rule, subject, "the customer says the call was made", facts=facts)
        since = said[0].on
    elif made is not None:
        facts += (Fact(made.id, "task", made.closed_on),)
        return NotPlanned(rule, subject, "the call is on record", facts=facts)
    elif day.today < since:
        return NotPlanned(
            rule,
            subject,
            "the call is still in time until {due}",
            {"due": due.isoformat()},
            until=since,
            facts=facts,
            policy=_used(name, "due_day"),
        )
    check_due = policy.open_day(since + timedelta(policy.check_due_days), day)
    expires = check_due + timedelta(step.expires_after)
    if expires < day.today and not _stands(dossier, rule, subject):
        return _too_late(rule, subject, expires, facts)
    return Planned(
        rule,
        subject,
        _occurrence(delivery),
        opens=since,
        due=check_due,
        expires=expires,
        vehicle=delivery.vehicle,
        event=delivery.id,
        role=policy.check_role,
        channel="check",
        form="new_car_check",
        facts=facts,
        policy=(*_used(name, "due_day", "checked", "asked_in"), f"{NAME}.check_due_days"),
    )


def plan_dissatisfied(answers: Answers, policy: NewCarFollowupPolicy, day: PlanningDay) -> Planned:
    """The sales supervisor's task for one dissatisfied conversation; it never expires."""
    due = policy.open_day(answers.on + timedelta(policy.dissatisfied_due_days), day)
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


def plan_opportunity(
    dossier: Dossier, answers: Answers, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Planned:
    """The consultant's task when a customer mentions a referral, a trade-in or another car."""
    due = policy.open_day(answers.on + timedelta(policy.opportunity_due_days), day)
    delivery = delivery_of(dossier, answers)
    return Planned(
        "opportunity",
        answers.id,
        answers.on.isoformat(),
        opens=answers.on,
        due=due,
        expires=due + timedelta(policy.opportunity_expires),
        vehicle=answers.vehicle,
        event=answers.event,
        role=policy.opportunity_role,
        owner=policy.owner_of(policy.opportunity_role, delivery) if delivery else "",
        form="new_car_opportunity",
        script="new_car_opportunity",
        priority=5,
        facts=(Fact(answers.id, "answered", answers.on),),
        policy=(f"{NAME}.opportunity_due_days", f"{NAME}.opportunity_role"),
    )


def delivery_of(dossier: Dossier, answers: Answers) -> Event | None:
    """The delivery that answers are about."""
    return next((each for each in dossier.events_of("delivered") if each.id == answers.event), None)


def _stands(dossier: Dossier, name: str, subject: str) -> bool:
    """Whether a task of the rule is open, so that its last day is for the calendar to judge."""
    rule = f"{NAME}.{name}"
    return any(
        task.open and task.rule == rule and task.subject == subject for task in dossier.tasks
    )


def _too_late(name: str, subject: str, expires: date, facts: tuple[Fact, ...]) -> NotPlanned:
    params = {"date": expires.isoformat()}
    return NotPlanned(name, subject, "it was of use until {date}", params, facts=facts)


def _made(dossier: Dossier, name: str, subject: str, delivery: Event) -> Task | None:
    """The consultant's call after this delivery, if it is on record."""
    return next(
        (
            task
            for task in dossier.tasks
            if task.state is TaskState.DONE
            and task.rule == f"{NAME}.{name}"
            and (task.subject, task.occurrence) == (subject, _occurrence(delivery))
        ),
        None,
    )


@cache
def _used(step: str, *fields: str) -> tuple[str, ...]:
    return tuple(f"{NAME}.steps.{step}.{field}" for field in fields)


def _occurrence(delivery: Event) -> str:
    return delivery.key or delivery.id


def _due(delivery: Event, step: Step, policy: NewCarFollowupPolicy, day: PlanningDay) -> date:
    return policy.open_day(delivery.on + timedelta(step.due_day), day)


def _customer_said(dossier: Dossier, delivery: Event, step: Step) -> tuple[Answers, bool] | None:
    """The latest answers about this delivery that say whether the consultant called, and what."""
    form, _, field = step.asked_in.partition(".")
    for answers in reversed(dossier.answers):
        if answers.form == form and answers.event == delivery.id:
            said = answers.values.get(field)
            if said in ("yes", "no"):
                return answers, said == "yes"
    return None


planner = Planner(NAME, NAME, rules, plan_new_car)
