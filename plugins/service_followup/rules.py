"""What a workshop visit owes: a call, the manager's task when it went badly, another contact after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dcrc import (
    Answers,
    Dossier,
    Event,
    Fact,
    NotPlanned,
    Planned,
    Planner,
    PlanningDay,
    Remark,
    Rule,
    TaskState,
    Wording,
    told_together,
)

from .policy import NAME, ServiceFollowupPolicy
from .visits import Visit, left_out, questionnaire_kind, visits

VISIT, DISSATISFIED, RECONTACT = "visit", "dissatisfied", "recontact"
RECONTACT_FORM = "service_recontact"
LONGEST_CLOSED = 30  # days by which a due day may move past days of rest
Outcome = Planned | NotPlanned

_ASKED = (f"{NAME}.{VISIT}", f"{NAME}.{RECONTACT}")  # whose answers count, whatever their form

RULES = (
    Rule(VISIT, Wording("维修回访", "Service follow-up")),
    Rule(DISSATISFIED, Wording("维修不满意处理", "Dissatisfied with the service")),
    Rule(RECONTACT, Wording("维修不满意再回访", "Contact after dissatisfaction")),
)


def rules(policy: ServiceFollowupPolicy) -> tuple[Rule, ...]:
    """The same three whatever the policy."""
    return RULES


def plan_service(
    dossier: Dossier, policy: ServiceFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """A call for each visit, and what follows from its answers.

    The subject of a call is a repair order of the visit, its occurrence the order's number.
    """
    orders = dossier.events_of("serviced")
    if orders:
        yield from plan_visits(dossier, orders, policy, day)
    if all(answers.satisfied for answers in dossier.answers):
        return
    forms = {each.form for each in policy.questionnaires.values()} | {RECONTACT_FORM}
    asked = {task.id: task.rule for task in dossier.tasks}
    dissatisfied = []
    for answers in dossier.answers:
        rule = asked.get(answers.task)
        ours = answers.form in forms if rule is None else rule in _ASKED
        if ours and not answers.satisfied:
            dissatisfied.append(answers)
    for first, *others in told_together(dossier, f"{NAME}.{DISSATISFIED}", dissatisfied):
        yield plan_dissatisfied((first, *others), policy, day)
        yield plan_recontact(dossier, (first, *others), policy, day)
        for answers in others:
            facts = (Fact(first.id, "answered", first.on),)
            why = "it was said in one conversation with another dissatisfied answer"
            yield NotPlanned(DISSATISFIED, answers.id, why, facts=facts)
            yield NotPlanned(RECONTACT, answers.id, why, facts=facts)


def plan_visits(
    dossier: Dossier, orders: tuple[Event, ...], policy: ServiceFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """One call for each visit; each order that is left out or part of another's visit says so.

    Of orders that were of use long ago nothing is said unless somebody asks.
    """
    rule = f"{NAME}.{VISIT}"
    tasks = {task.subject: task for task in dossier.tasks if task.rule == rule}
    standing = any(task.open for task in tasks.values())
    past = day.today - timedelta(policy.due_day + policy.expires_after + LONGEST_CLOSED)
    delivered = {event.vehicle: event.on for event in dossier.events_of("delivered")}
    delivered.pop("", None)
    asked = []
    for order in orders:
        over = order.on < past and not standing and order.id not in tasks
        if over and not day.explained:
            continue
        why = left_out(order, delivered, policy)
        if why:
            params = {"work": str(order.data.get("work", ""))} if "{work}" in why else {}
            used = (f"{NAME}.internal" if params else f"{NAME}.before_delivery",)
            yield NotPlanned(VISIT, order.id, why, params, facts=_facts(order), policy=used)
        elif over:
            yield _too_late(order, order.on, policy, day)
        else:
            asked.append(order)
    for visit in visits(asked, tasks, policy, _zone(day)):
        task = tasks.get(visit.named.id)
        yield plan_visit(visit, task is not None and task.open, policy, day)
        for order in visit.orders:
            if order.id != visit.named.id:
                yield NotPlanned(
                    VISIT,
                    order.id,
                    "it is one visit with the order {order}",
                    {"order": visit.named.key},
                    facts=_facts(order, visit.named),
                )


def plan_visit(
    visit: Visit, standing: bool, policy: ServiceFollowupPolicy, day: PlanningDay
) -> Outcome:
    """The call after one visit; none when it is too late for it and none stands on the calendar."""
    left = visit.left
    due = policy.open_day(left + timedelta(policy.due_day), day)
    expires = due + timedelta(policy.expires_after)
    if expires < day.today and not standing:
        return _too_late(visit.named, left, policy, day)
    kind = questionnaire_kind(visit.orders, policy)
    questionnaire = policy.questionnaires[kind]
    return Planned(
        VISIT,
        visit.named.id,
        visit.named.key or visit.named.id,
        opens=min(left + timedelta(policy.opens_day), due),
        due=due,
        expires=expires,
        vehicle=visit.named.vehicle,
        event=visit.named.id,
        role=policy.role,
        form=questionnaire.form,
        script=questionnaire.script,
        priority=policy.priority,
        facts=_facts(*visit.orders),
        remarks=tuple(_about(order) for order in visit.orders),
        policy=(
            f"{NAME}.opens_day",
            f"{NAME}.due_day",
            f"{NAME}.expires_after",
            f"{NAME}.on_open_days",
            f"{NAME}.questionnaires.{kind}.form",
        ),
    )


def _about(order: Event) -> Remark:
    """What was done and by whom: the caller sees it before he asks about it."""
    told = {name: str(order.data.get(name, "")) or "-" for name in ("work", "advisor")}
    return Remark(
        "order {order} of {day}: {work}, service advisor {advisor}",
        {"order": order.key or "-", "day": order.on.isoformat(), **told},
    )


def _too_late(
    order: Event, left: date, policy: ServiceFollowupPolicy, day: PlanningDay
) -> NotPlanned:
    due = policy.open_day(left + timedelta(policy.due_day), day)
    params = {"date": (due + timedelta(policy.expires_after)).isoformat()}
    return NotPlanned(VISIT, order.id, "it was of use until {date}", params, facts=_facts(order))


def plan_dissatisfied(
    talk: tuple[Answers, ...], policy: ServiceFollowupPolicy, day: PlanningDay
) -> Planned:
    """The service manager's task for one dissatisfied conversation; it never expires."""
    answers = talk[0]
    return Planned(
        DISSATISFIED,
        answers.id,
        answers.on.isoformat(),
        opens=answers.on,
        due=policy.open_day(answers.on + timedelta(policy.dissatisfied_due_days), day),
        vehicle=answers.vehicle,
        event=answers.event,
        role=policy.dissatisfied_role,
        form="service_dissatisfied",
        script="service_dissatisfied",
        priority=policy.dissatisfied_again_priority
        if any(each.form == RECONTACT_FORM for each in talk)
        else policy.dissatisfied_priority,
        facts=tuple(Fact(each.id, "answered", each.on) for each in talk),
        policy=(f"{NAME}.dissatisfied_due_days", f"{NAME}.dissatisfied_role"),
    )


def plan_recontact(
    dossier: Dossier, talk: tuple[Answers, ...], policy: ServiceFollowupPolicy, day: PlanningDay
) -> Outcome:
    """The contact after the service manager has done, or given up, his part."""
    answers = talk[0]
    facts = tuple(Fact(each.id, "answered", each.on) for each in talk)
    task = dossier.task(f"{NAME}.{DISSATISFIED}", answers.id, answers.on.isoformat())
    if task is None or task.closed_on is None or task.state not in _WORKED:
        return NotPlanned(
            RECONTACT, answers.id, "the service manager has not settled it yet", facts=facts
        )
    due = policy.open_day(task.closed_on + timedelta(policy.recontact_due_days), day)
    return Planned(
        RECONTACT,
        answers.id,
        answers.on.isoformat(),
        opens=min(task.closed_on + timedelta(1), due),
        due=due,
        expires=due + timedelta(policy.recontact_expires),
        vehicle=answers.vehicle,
        event=answers.event,
        role=policy.recontact_role,
        form=RECONTACT_FORM,
        script="service_recontact",
        priority=policy.recontact_priority,
        facts=(*facts, Fact(task.id, "task", task.closed_on)),
        policy=(f"{NAME}.recontact_due_days", f"{NAME}.recontact_role"),
    )


_WORKED = (TaskState.DONE, TaskState.FAILED)


def _facts(*orders: Event) -> tuple[Fact, ...]:
    return tuple(Fact(order.id, order.kind, order.on) for order in orders)


def _zone(day: PlanningDay) -> ZoneInfo:
    return _zone_of(day.policies.section("dealer").timezone)


_zone_of = cache(ZoneInfo)

planner = Planner(NAME, NAME, rules, plan_service)
