"""Which contacts a delivery owes: a pure function of the customer's dossier, the policy and the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from dcrc import (
    SOLD_ON,
    Answers,
    Dossier,
    Event,
    Fact,
    NotPlanned,
    Planned,
    Planner,
    PlanningDay,
    Rule,
    Wording,
    told_together,
)

from .handover import Handover, handover, keys
from .policy import NAME, NewCarFollowupPolicy, Step
from .touches import plan_touches

DAY = timedelta(1)
DISSATISFIED = "dissatisfied"
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
    dissatisfied = Rule(DISSATISFIED, Wording("新车不满意跟进", "Dissatisfied new owner"))
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
        sale = handover(dossier, delivery)
        for name, step in _steps(dossier, sale, policy, day):
            yield plan_step(sale, name, step, policy, day)
            if step.checked:
                yield plan_check(dossier.answers, sale, name, step, policy, day)
        yield from plan_touches(dossier, sale, policy, day)
    if dossier.answers:
        yield from plan_answered(dossier, policy, day)


def _steps(
    dossier: Dossier, sale: Handover, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterable[tuple[str, Step]]:
    """The steps of which there is something to say: the rest were of use long ago, and nobody asks."""
    spoken_of = any(answers.event == sale.event.id for answers in dossier.answers)
    if spoken_of or day.asks(dossier, sale.subject):
        return policy.steps.items()
    return day.once(timely_steps, policy, sale.event.on)


def timely_steps(
    policy: NewCarFollowupPolicy, day: PlanningDay, delivered: date
) -> tuple[tuple[str, Step], ...]:
    """Steps after a delivery on that day that are still of use, or their checks, if nobody spoke of it."""
    return tuple(
        (name, step)
        for name, step in policy.steps.items()
        if _expiry(_check_due(_due(delivered, step, policy, day) + DAY, policy, day), step)
        >= day.today
    )


def plan_answered(
    dossier: Dossier, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """What the customer's answers in our contacts lead to, whatever form today's policy names for them."""
    forms = {step.form for step in policy.steps.values()}
    forms = (forms | {touch.form for touch in policy.touches.values()}) - {""}
    asked = {task.id: task.rule for task in dossier.tasks}
    ours = []
    for answers in dossier.answers:
        rule = asked.get(answers.task)
        if answers.form in forms if rule is None else _is_contact(rule, policy):
            ours.append(answers)
            if answers.values.get(OPPORTUNITY):
                yield plan_opportunity(dossier, answers, policy, day)
    dissatisfied = [answers for answers in ours if not answers.satisfied]
    for first, *others in told_together(dossier, f"{NAME}.{DISSATISFIED}", dissatisfied):
        yield plan_dissatisfied((first, *others), policy, day)
        for answers in others:
            yield NotPlanned(
                DISSATISFIED,
                answers.id,
                "it was said in one conversation with another dissatisfied answer",
                facts=(Fact(first.id, "answered", first.on),),
            )


def _is_contact(rule: str, policy: NewCarFollowupPolicy) -> bool:
    """Whether a rule is a step or touch of ours, one that the policy names no longer too."""
    ours, _, name = rule.partition(".")
    if ours != NAME:
        return False
    known = name in policy.steps or name in policy.touches
    return known or not (name.startswith("check_") or name in (DISSATISFIED, OPPORTUNITY))


def plan_step(
    sale: Handover, name: str, step: Step, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Outcome:
    """One contact after one delivery; none when the step is off or the car has another owner by now."""
    if not step.enabled or sale.sold:
        return _refused(sale, name, name, step)
    due = _due(sale.event.on, step, policy, day)
    expires = _expiry(due, step)
    if expires < day.today and not sale.stands(name):
        return _too_late(sale, name, expires, sale.facts)
    return Planned(
        name,
        sale.subject,
        sale.key,
        opens=min(sale.event.on + timedelta(step.opens_day), due),
        due=due,
        expires=expires,
        vehicle=sale.event.vehicle,
        event=sale.event.id,
        role=step.role,
        owner=policy.owner_of(step.role, sale.event),
        form=step.form,
        script=step.script,
        priority=step.priority,
        facts=sale.facts,
        policy=(
            *keys(f"steps.{name}", "opens_day", "due_day", "expires_after"),
            f"{NAME}.on_open_days",
        ),
    )


def plan_check(
    answers: Sequence[Answers],
    sale: Handover,
    name: str,
    step: Step,
    policy: NewCarFollowupPolicy,
    day: PlanningDay,
) -> Outcome:
    """A task for the centre when a consultant's call is not on record in time, or the customer denies it."""
    rule = f"check_{name}"
    if not step.enabled or sale.sold:
        return _refused(sale, rule, name, step)
    facts = sale.facts
    due = _due(sale.event.on, step, policy, day)
    since = due + DAY
    said = _customer_said(answers, sale, step)
    made = sale.made(name)
    if said is not None:
        facts += (Fact(said[0].id, "answered", said[0].on),)
        if said[1]:
            return NotPlanned(
                rule, sale.subject, "the customer says the call was made", facts=facts
            )
        since = said[0].on
    elif made is not None:
        facts += (Fact(made.id, "task", made.closed_on),)
        return NotPlanned(rule, sale.subject, "the call is on record", facts=facts)
    elif day.today < since:
        return NotPlanned(
            rule,
            sale.subject,
            "the call is still in time until {due}",
            {"due": due.isoformat()},
            until=since,
            facts=facts,
            policy=keys(f"steps.{name}", "due_day"),
        )
    check_due = _check_due(since, policy, day)
    expires = _expiry(check_due, step)
    if expires < day.today and not sale.stands(rule):
        return _too_late(sale, rule, expires, facts)
    return Planned(
        rule,
        sale.subject,
        sale.key,
        opens=since,
        due=check_due,
        expires=expires,
        vehicle=sale.event.vehicle,
        event=sale.event.id,
        role=policy.check_role,
        channel="check",
        form="new_car_check",
        facts=facts,
        policy=(
            *keys(f"steps.{name}", "due_day", "checked", "asked_in"),
            f"{NAME}.check_due_days",
        ),
    )


def plan_dissatisfied(
    talk: tuple[Answers, ...], policy: NewCarFollowupPolicy, day: PlanningDay
) -> Planned:
    """The sales supervisor's task for one dissatisfied conversation; it never expires."""
    answers = talk[0]
    due = policy.open_day(answers.on + timedelta(policy.dissatisfied_due_days), day)
    return Planned(
        DISSATISFIED,
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
        facts=tuple(Fact(each.id, "answered", each.on) for each in talk),
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


def _refused(sale: Handover, rule: str, name: str, step: Step) -> NotPlanned:
    """What a step or its check says when it is switched off, or the car is no longer this customer's."""
    if not step.enabled:
        return NotPlanned(
            rule,
            sale.subject,
            "the step is switched off",
            facts=sale.facts,
            policy=keys(f"steps.{name}", "enabled"),
        )
    return NotPlanned(rule, sale.subject, SOLD_ON, facts=sale.facts)


def _too_late(sale: Handover, rule: str, expires: date, facts: tuple[Fact, ...]) -> NotPlanned:
    params = {"date": expires.isoformat()}
    return NotPlanned(rule, sale.subject, "it was of use until {date}", params, None, facts)


def _due(delivered: date, step: Step, policy: NewCarFollowupPolicy, day: PlanningDay) -> date:
    return policy.open_day(delivered + timedelta(step.due_day), day)


def _check_due(since: date, policy: NewCarFollowupPolicy, day: PlanningDay) -> date:
    return policy.open_day(since + timedelta(policy.check_due_days), day)


def _expiry(due: date, step: Step) -> date:
    return due + timedelta(step.expires_after)


def _customer_said(
    answered: Sequence[Answers], sale: Handover, step: Step
) -> tuple[Answers, bool] | None:
    """The latest answers about this delivery that say whether the consultant called, and what."""
    if not answered or not step.asked_in:
        return None
    form, _, field = step.asked_in.partition(".")
    for answers in reversed(answered):
        if answers.form == form and answers.event == sale.event.id:
            said = answers.values.get(field)
            if said in ("yes", "no"):
                return answers, said == "yes"
    return None


planner = Planner(NAME, NAME, rules, plan_new_car)
