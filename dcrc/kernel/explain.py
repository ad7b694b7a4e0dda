"""Why a task is on the calendar, and why another is not: facts, policy values with their origin, dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.errors import NotFound, PolicyError
from dcrc.i18n import listed, t
from dcrc.kernel.calendar import get_task
from dcrc.kernel.contact import CONTACT_CHANNELS, blocked
from dcrc.kernel.customers import find_customer
from dcrc.kernel.dossiers import read_dossier
from dcrc.kernel.events import event_kinds
from dcrc.kernel.operators import Permission, role_title
from dcrc.kernel.planner import Fact, NotPlanned, Planned
from dcrc.kernel.planning import Planning
from dcrc.kernel.policies import origin_text
from dcrc.kernel.policy_words import value_words
from dcrc.kernel.reconcile import may_return
from dcrc.kernel.said import said_about
from dcrc.kernel.tasks import Task
from dcrc.kernel.titles import state_title

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.planner import Dossier


@attrs.frozen
class PolicyUsed:
    """A policy value that counted: its key, the value then, and where it stands now (layer, file, line).

    `words` and `words_now` are the two as people read them, with their unit.
    """

    key: str
    value: Any
    origin: str
    now: Any
    words: str = ""
    words_now: str = ""

    def __str__(self) -> str:
        said = t(
            "{key} = {value}, from {origin}",
            key=self.key,
            value=self.words,
            origin=origin_text(self.origin),
        )
        if self.now == self.value:
            return said
        return said + t(" (now {value})", value=self.words_now)


@attrs.frozen
class Explanation:
    """One task or one absence of a task, in words of the current language.

    `outcome` says what is the case, `facts` what happened, `remarks` what the planner says of it, `policy`
    which values counted, `dates` what follows. A `silent` rule has nothing to say of the customer.
    """

    rule: str
    title: str
    outcome: str
    facts: tuple[str, ...] = ()
    policy: tuple[PolicyUsed, ...] = ()
    dates: tuple[str, ...] = ()
    task: Task | None = None
    remarks: tuple[str, ...] = ()
    silent: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything as lines to print."""
        return (
            f"{self.title} ({self.rule})",
            self.outcome,
            *self.facts,
            *self.remarks,
            *(str(used) for used in self.policy),
            *self.dates,
        )


def explain_task(desk: Desk, task_id: str) -> Explanation:
    """Why a task is there and why its dates are what they are."""
    task = get_task(desk, task_id)
    facts = [
        Fact(fact["ref"], fact["kind"], date.fromisoformat(fact["on"]) if fact["on"] else None)
        for fact in task.reasons.get("facts", ())
    ]
    return Explanation(
        task.rule,
        task.title or desk.rule_title(task.rule),
        _outcome_of(desk, task),
        _facts(desk, facts),
        tuple(_used(desk, key, value) for key, value in task.reasons.get("policy", ())),
        tuple(_dates(desk, task)),
        task,
        task_remarks(desk, task),
    )


def task_remarks(desk: Desk, task: Task) -> tuple[str, ...]:
    """What is to be known of a task: what the planner says of it, and what a dissatisfied customer said."""
    said = tuple(t(text, **params) for text, params in task.reasons.get("remarks", ()))
    return (*said, *said_about(desk, task))


def explain_customer(desk: Desk, customer_id: str, rule: str | None = None) -> list[Explanation]:
    """What every rule (or the one of that full name) says of a customer, tasks and absences alike.

    Raises NotFound for a rule that no planner has.
    """
    desk.require(Permission.CUSTOMERS_VIEW)
    dossier = read_dossier(desk, customer_id)
    planning = Planning.of(desk, explained=True)
    outcomes, _ = planning.outcomes(dossier)
    rules = [
        f"{planner.name}.{each.name}"
        for planner in planning.planners
        for each in planner.rules(desk.policies.section(planner.section))
    ]
    if rule is not None and rule not in rules:
        raise NotFound(
            "There is no rule {rule}; known are: {names}.", rule=rule, names=", ".join(rules)
        )
    said: dict[str, list[Explanation]] = {}
    for planner, answers in outcomes.items():
        for outcome in _that_count(dossier, planner, answers):
            name = f"{planner}.{outcome.rule}"
            said.setdefault(name, []).append(_explain(desk, planning, dossier, name, outcome))
    silent = t("nothing that is known of the customer calls for it")
    return [
        each
        for name in rules
        if rule in (None, name)
        for each in said.get(name)
        or [Explanation(name, desk.rule_title(name), silent, silent=True)]
    ]


def told_lines(explanations: Iterable[Explanation]) -> list[str]:
    """Explanations as a text: each with its lines set in below its title, the silent rules in one line."""
    lines: list[str] = []
    silent: list[str] = []
    for each in explanations:
        if each.silent:
            silent.append(each.title)
            continue
        first, *rest = each.lines
        lines += [first, *(f"  {line}" for line in rest)]
    if silent:
        rules = listed(dict.fromkeys(silent))
        lines.append(t("Nothing that is known of the customer calls for: {rules}", rules=rules))
    return lines


def _that_count(
    dossier: Dossier, planner: str, answers: Sequence[Planned | NotPlanned]
) -> Iterator[Planned | NotPlanned]:
    """`answers` without refusals that do not count: a later one of the same rule and subject does, or what
    they refuse is an earlier occurrence and another is open."""
    last = {(each.rule, each.subject): each for each in answers if isinstance(each, NotPlanned)}
    held = {(task.rule, task.subject) for task in dossier.tasks if task.open}
    for each in answers:
        if isinstance(each, NotPlanned) and (
            last[each.rule, each.subject] is not each
            or (f"{planner}.{each.rule}", each.subject) in held
        ):
            continue
        yield each


def _explain(
    desk: Desk, planning: Planning, dossier: Dossier, rule: str, outcome: Planned | NotPlanned
) -> Explanation:
    used = tuple(_used(desk, key, planning.policy_value(key)) for key in outcome.policy)
    title, facts = desk.rule_title(rule), _facts(desk, outcome.facts)
    if isinstance(outcome, NotPlanned):
        again = [outcome.until.isoformat()] if outcome.until else []
        dates = tuple(t("looked at again on {date}", date=day) for day in again)
        said = t("not planned: {why}", why=t(outcome.why, **outcome.params))
        return Explanation(rule, title, said, facts, used, dates)
    task = dossier.task(rule, outcome.subject, outcome.occurrence)
    if task is not None and not may_return(task, planning.day.today):
        dates = tuple(_dates(desk, task))
        said = _outcome_of(desk, task)
        return Explanation(rule, title, said, facts, used, dates, task, task_remarks(desk, task))
    why = _why_not_made(planning, outcome, dossier.tasks_of(rule, outcome.subject))
    dates = tuple(_planned_dates(outcome))
    remarks = tuple(t(each.text, **each.params) for each in outcome.remarks)
    return Explanation(rule, title, why, facts, used, dates, remarks=remarks)


def _why_not_made(planning: Planning, planned: Planned, others: Sequence[Task]) -> str:
    today = planning.day.today
    if planned.expires is not None and planned.expires < today:
        return t("not planned: it expired on {date}", date=planned.expires.isoformat())
    if any(task.open for task in others):
        return t("not planned: another task of the rule is open")
    if any(task.opens >= planned.opens for task in others if not may_return(task, today)):
        return t("not planned: a later one was closed already")
    if planned.opens > planning.until:
        on = planned.opens - timedelta(days=planning.horizon)
        return t("not planned yet: it comes on the calendar on {date}", date=on.isoformat())
    return t("not on the calendar yet: plan to put it there")


def _outcome_of(desk: Desk, task: Task) -> str:
    if task.open:
        said = t("open, of {owner}", owner=task.owner or role_title(desk, task.role))
        why = (
            blocked(find_customer(desk, task.customer)) if task.channel in CONTACT_CHANNELS else ""
        )
        return t("{said}; blocked: {why}", said=said, why=t(why)) if why else said
    closed = task.closed_on.isoformat() if task.closed_on else "-"
    said = t("{state} on {date}", state=state_title(task.state), date=closed)
    if task.closed_by:
        said += t(" by {operator}", operator=task.closed_by)
    if task.reason:
        said += t(": {why}", why=t(task.reason, **task.reason_params))
    return said


def _facts(desk: Desk, facts: Iterable[Fact]) -> tuple[str, ...]:
    titles: Mapping[str, Any] = event_kinds(desk)
    return tuple(
        t(
            "{what} on {date} ({ref})",
            what=str(titles[fact.kind].title) if fact.kind in titles else t(fact.kind),
            date=fact.on.isoformat() if fact.on else "-",
            ref=fact.ref[-6:],
        )
        for fact in facts
    )


def _used(desk: Desk, key: str, value: Any) -> PolicyUsed:
    words = _in_words(desk, value)
    try:
        now = desk.policies.value(key)
    except PolicyError:
        return PolicyUsed(key, value, t("no layer any more"), None, words, "–")
    unit = desk.policies.row(key).unit
    words_now = _in_words(desk, now, unit)
    plain = now is None or isinstance(now, (bool, int, float, str))
    held = now if plain else str(now)  # as documents hold it
    words = words_now if held == value else _in_words(desk, value, unit)
    return PolicyUsed(key, value, str(desk.policies.origin(key)), held, words, words_now)


def _in_words(desk: Desk, value: Any, unit: str = "") -> str:
    """A policy value as people read it; of roles and forms their titles."""
    if isinstance(value, str) and value in desk.policies.section("roles").roles:
        return role_title(desk, value)
    if isinstance(value, str) and value in desk.forms.ids():
        return str(desk.forms.get(value).title)
    return value_words(value, unit)


def _planned_dates(planned: Planned) -> Iterator[str]:
    yield t("in time from {first} to {last}", first=planned.opens, last=planned.due)
    if planned.expires is not None:
        yield t("expires after {date}", date=planned.expires)


def _dates(desk: Desk, task: Task) -> Iterator[str]:
    yield t("in time from {first} to {last}", first=task.opens, last=task.due)
    if task.expires is not None:
        yield t("expires after {date}", date=task.expires)
    if task.open and task.next_at is not None:
        local = task.next_at.astimezone(desk.zone)
        yield t("not before {time}", time=f"{local:%Y-%m-%d %H:%M}")
    if task.tries:
        yield t("tried {count} times", count=task.tries)
    if "due" in task.by_hand:
        yield t("the date was set by hand")
    if "owner" in task.by_hand:
        yield t("the owner was set by hand")
