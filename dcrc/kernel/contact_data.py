"""Contact data go back to who entered them: bad numbers, new owners to confirm, changes to decide.

The kernel's own planner, built like any plugin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import attrs

from dcrc.kernel.corrections import CORRECT, CORRECTED
from dcrc.kernel.events import Event, EventKind
from dcrc.kernel.figures import Figure
from dcrc.kernel.hooks import hookimpl
from dcrc.kernel.planner import (
    Dossier,
    Fact,
    NotPlanned,
    Outcome,
    Planned,
    Planner,
    PlanningDay,
    Remark,
    Rule,
)
from dcrc.kernel.sold_on import SOLD_ON
from dcrc.kernel.tasks import Task, TaskState
from dcrc.wording import Wording

NAME = "contact_data"
HOLIDAYS = 30  # days that closed days may add to a date, generously
DESK = "desk"  # channel of work that calls nobody
CORRECT_PHONE = "correct_phone"
CONFIRM_OWNER = "confirm_owner"
DECIDE_PROPOSAL = "decide_proposal"
HOW_TO_CORRECT = (
    "find the right number and enter it on the customer's page; the task is done then by itself"
)
NOBODY_CALLS = (
    "there is no number that works: until then no other task of the customer is called for"
)

WRONG_CONTACT = EventKind(
    "wrong_contact",
    Wording("号码有误", "Number is wrong"),
    {
        "number": Wording("号码", "Number"),
        "result": Wording("结果", "Result"),
    },
)


def _days(zh: str, en: str) -> dict[str, object]:
    return {"unit": "working days", "doc": Wording(zh, en)}


@attrs.frozen
class ContactDataPolicy:
    """The section `contact_data`."""

    correct_within: int = attrs.field(
        default=2, metadata=_days("错号空号几个工作日内更正", "days to correct a bad number")
    )
    correct_role: str = attrs.field(
        default="clerk",
        metadata={"doc": Wording("由谁更正（录入部门未知时）", "who corrects it by default")},
    )
    departments: dict[str, str] = attrs.field(
        factory=lambda: {"sales": "sales_consultant", "service": "service_advisor"},
        metadata={"doc": Wording("录入部门由哪个角色更正", "role that corrects for a department")},
    )
    confirm_owners: bool = attrs.field(
        default=True, metadata={"doc": Wording("交车后做新车主确认", "confirm new owners")}
    )
    confirm_within: int = attrs.field(
        default=3, metadata=_days("交车后几个工作日内确认", "days to confirm a new owner")
    )
    confirm_expires: int = attrs.field(
        default=30,
        metadata={"unit": "days", "doc": Wording("逾期几天后不再确认", "days until it expires")},
    )
    confirm_role: str = "caller"
    decide_within: int = attrs.field(
        default=2, metadata=_days("几个工作日内审批更改", "days to decide a change")
    )
    decide_role: str = "supervisor"


def rules(policy: ContactDataPolicy) -> tuple[Rule, ...]:
    return (
        Rule(CORRECT_PHONE, Wording("更正联系电话", "Correct a phone number")),
        Rule(CONFIRM_OWNER, Wording("新车主信息确认", "Confirm the new owner's data")),
        Rule(DECIDE_PROPOSAL, Wording("审批资料更改", "Decide a change of data")),
    )


def plan_contact_data(
    dossier: Dossier, policy: ContactDataPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """What has to be put right in one customer's data."""
    customer = dossier.customer
    if day.explained or dossier.tasks or len(customer.usable_phones) < len(customer.phones):
        yield plan_correction(dossier, policy, day)
    for delivery in dossier.events_of("delivered"):
        if not _long_ago(delivery, policy, day) or day.asks(dossier, delivery.id):
            yield plan_confirmation(dossier, delivery, policy, day)
    yield from plan_decisions(dossier, policy, day)


def plan_correction(dossier: Dossier, policy: ContactDataPolicy, day: PlanningDay) -> Outcome:
    """One task for all bad numbers of a customer; new bad numbers are a new occurrence.

    Its subject is the call that last found one bad (the customer where none did), or the task by which they
    were put right since: a number that is found bad again goes back again, be it on the same day. A number
    that was only struck out, and none came in its place, is not put right.
    """
    customer = dossier.customer
    bad = sorted(phone.number for phone in customer.phones if not phone.usable)
    standing = _standing(dossier)
    if not bad and (customer.phones or standing is None):
        subject = standing.subject if standing is not None else customer.id
        return NotPlanned(CORRECT_PHONE, subject, "all numbers are in order")
    occurrence = ",".join(bad) if bad or standing is None else standing.occurrence
    bad = bad or occurrence.split(",")
    facts = tuple(
        Fact(event.id, event.kind, event.on)
        for event in dossier.events_of(WRONG_CONTACT.name)
        if event.data.get("number") in bad
    )
    found = facts[-1].ref if facts else customer.id
    subject = _put_right_since(dossier, found)
    told = facts if subject == found else ()
    since = _since(dossier, subject, occurrence, told, day.today)
    return Planned(
        CORRECT_PHONE,
        subject,
        occurrence,
        opens=since,
        due=day.workdays.add_open_days(since, policy.correct_within),
        role=policy.departments.get(customer.entered_by, policy.correct_role),
        channel=DESK,
        priority=0 if customer.usable_phones else 10,
        facts=facts,
        policy=(f"{NAME}.correct_within", f"{NAME}.correct_role"),
        remarks=(
            Remark(HOW_TO_CORRECT),
            *(() if customer.usable_phones else (Remark(NOBODY_CALLS),)),
        ),
    )


def _standing(dossier: Dossier) -> Task | None:
    return next((task for task in dossier.tasks_of(CORRECT) if task.open), None)


def _put_right_since(dossier: Dossier, subject: str) -> str:
    """`subject`, or the last task by which what it speaks of was put right.

    What was done while other numbers worked has put nothing right for whom none works now.
    """
    nobody = not dossier.customer.usable_phones
    after = {
        task.subject: task.id
        for task in dossier.tasks_of(CORRECT)
        if task.reason == CORRECTED or (nobody and task.state is TaskState.DONE)
    }
    while subject in after:
        subject = after.pop(subject)
    return subject


def _since(
    dossier: Dossier, subject: str, occurrence: str, facts: Iterable[Fact], today: date
) -> date:
    """When the numbers were found to be bad: told by a call, or the day the task was first planned."""
    days = [fact.on for fact in facts if fact.on is not None]
    if days:
        return max(days)
    task = dossier.task(CORRECT, subject, occurrence)
    return task.opens if task is not None else today


def plan_confirmation(
    dossier: Dossier, delivery: Event, policy: ContactDataPolicy, day: PlanningDay
) -> Outcome:
    """The new owner's name, phone, address and VIN are confirmed once after each delivery."""
    occurrence = delivery.key or delivery.id
    if _long_ago(delivery, policy, day) and not _stands(dossier, delivery.id, occurrence):
        return NotPlanned(CONFIRM_OWNER, delivery.id, "the delivery is too long ago")
    facts = (Fact(delivery.id, delivery.kind, delivery.on),)
    used = (f"{NAME}.confirm_owners", f"{NAME}.confirm_within", f"{NAME}.confirm_expires")
    if not policy.confirm_owners:
        return NotPlanned(
            CONFIRM_OWNER, delivery.id, "new owners are not confirmed", facts=facts, policy=used[:1]
        )
    for event in dossier.events_of("owner_confirmed"):
        if event.on >= delivery.on and event.vehicle == delivery.vehicle:
            return NotPlanned(
                CONFIRM_OWNER,
                delivery.id,
                "the owner was confirmed on {date}",
                {"date": event.on.isoformat()},
                facts=(*facts, Fact(event.id, event.kind, event.on)),
            )
    if delivery.vehicle and dossier.vehicle(delivery.vehicle) is None:
        return NotPlanned(CONFIRM_OWNER, delivery.id, SOLD_ON, facts=facts)
    due = day.workdays.add_open_days(delivery.on, policy.confirm_within)
    return Planned(
        CONFIRM_OWNER,
        delivery.id,
        occurrence,
        opens=min(delivery.on + timedelta(days=1), due),
        due=due,
        expires=due + timedelta(days=policy.confirm_expires),
        vehicle=delivery.vehicle,
        event=delivery.id,
        role=policy.confirm_role,
        facts=facts,
        policy=used,
    )


def _long_ago(delivery: Event, policy: ContactDataPolicy, day: PlanningDay) -> bool:
    """Whether a new owner cannot be confirmed in time any more, whatever days were closed."""
    longest = timedelta(days=policy.confirm_expires + 3 * policy.confirm_within + HOLIDAYS)
    return delivery.on + longest < day.today


def _stands(dossier: Dossier, subject: str, occurrence: str) -> bool:
    task = dossier.task(f"{NAME}.{CONFIRM_OWNER}", subject, occurrence)
    return task is not None and task.open


def plan_decisions(
    dossier: Dossier, policy: ContactDataPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Changes of key fields that wait for the supervisor."""
    zone = _zone_of(day.policies.section("dealer").timezone)
    for proposal in dossier.records.get("proposals", ()):
        if proposal.state != "waiting":
            yield NotPlanned(DECIDE_PROPOSAL, proposal.id, "the change is decided")
            continue
        on = proposal.at.astimezone(zone).date()
        yield Planned(
            DECIDE_PROPOSAL,
            proposal.id,
            proposal.id,
            opens=on,
            due=day.workdays.add_open_days(on, policy.decide_within),
            role=policy.decide_role,
            channel=DESK,
            facts=(Fact(proposal.id, "proposal", on),),
            policy=(f"{NAME}.decide_within", f"{NAME}.decide_role"),
        )


_zone_of = cache(ZoneInfo)

planner = Planner(NAME, NAME, rules, plan_contact_data)


@hookimpl
def dcrc_policy_section() -> tuple[str, type]:
    return NAME, ContactDataPolicy


@hookimpl
def dcrc_planners() -> tuple[Planner, ...]:
    return (planner,)


@hookimpl
def dcrc_figures() -> tuple[Figure, ...]:
    from dcrc.kernel.confirmation import accuracy, accuracy_by_field  # not at every start

    return (
        Figure(
            f"{NAME}.accuracy",
            Wording("客户资料准确率（按录入部门）", "Right data, by who entered them"),
            accuracy,
            "%",
        ),
        Figure(
            f"{NAME}.accuracy_by_field",
            Wording("客户资料准确率（按项目）", "Right data, by field"),
            accuracy_by_field,
            "%",
        ),
    )


@hookimpl
def dcrc_event_kinds() -> tuple[EventKind, ...]:
    return (WRONG_CONTACT,)
