"""The invented dealer's last working days: plans made, customers called, questions answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.cli.progress import progress
from dcrc.clock import Clock
from dcrc.i18n import t
from dcrc.kernel.tasks import Result

if TYPE_CHECKING:
    from dcrc.kernel.agenda import Sheet
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.forms import Field, Form
    from dcrc.kernel.tasks import Task

DAYS = 5
CALLS_A_DAY = {"caller": 25, "sales_consultant": 5, "sales_supervisor": 3, "clerk": 4}
_RESULTS = (
    (Result.REACHED, 66),
    (Result.NO_ANSWER, 18),
    (Result.BUSY, 5),
    (Result.SWITCHED_OFF, 4),
    (Result.CALL_BACK, 3),
    (Result.EMPTY_NUMBER, 2),
    (Result.REFUSED, 2),
)
_REMARKS = (
    "车况良好",
    "询问首保时间",
    "对销售服务表示感谢",
    "提到胎压提示偶尔亮起",
    "希望下午联系",
)


class HistoryClock:
    """A clock that can stand in the past while the history is made, and then runs on in the present."""

    def __init__(self, present: Clock) -> None:
        self.present = present
        self.instant: datetime | None = None

    def __call__(self) -> datetime:
        return self.instant or self.present()


def live_through(desk: Desk, clock: HistoryClock, seed: int) -> None:
    """Plan and call on each of the last working days, then plan today."""
    from dcrc.kernel.planning import plan

    dice = Random(f"history {seed}")
    mornings = _mornings(desk)
    with progress(t("Living through the last days")) as advance:
        for number, morning in enumerate(mornings):
            if advance:
                advance(number, len(mornings) + 1)
            clock.instant = morning
            plan(desk)
            _call_through(desk, clock, dice)
        clock.instant = None
        plan(desk)


def _mornings(desk: Desk) -> list[datetime]:
    """Half past nine on the last working days before today."""
    from dcrc.kernel.workdays import workdays_of

    workdays = workdays_of(desk)
    now = desk.now().astimezone(desk.zone)
    days = [now.date() - timedelta(days=back) for back in range(14, 0, -1)]
    return [
        now.replace(year=day.year, month=day.month, day=day.day, hour=9, minute=30)
        for day in days
        if workdays.is_open(day)
    ][-DAYS:]


def _call_through(desk: Desk, clock: HistoryClock, dice: Random) -> None:
    """One day's calls of everybody, some minutes apart, before the quiet hours."""
    from dcrc.kernel.agenda import agenda
    from dcrc.kernel.operators import list_operators

    morning, supervisor = clock.instant, desk.operator
    for person in list_operators(desk, active=True):
        desk.operator, clock.instant = person, morning
        calls = CALLS_A_DAY.get(person.role, 0)
        for sheet in agenda(desk, limit=calls).sheets if calls else ():
            assert clock.instant is not None
            clock.instant += timedelta(minutes=dice.randrange(2, 5))
            _converse(desk, clock.instant, sheet, dice)
    desk.operator = supervisor


def _correct_number(desk: Desk, customer: Customer) -> None:
    """The clerk has found the right number, an invented one of the same block."""
    from dcrc.kernel.customers import Phone, edit_customer

    block, tail = customer.phones[0].number[:-4], int(customer.phones[0].number[-4:])
    right = Phone(f"{block}{(tail + 5000) % 10000:04d}")
    edit_customer(desk, customer, attrs.evolve(customer, phones=(right,)))


def _converse(desk: Desk, now: datetime, sheet: Sheet, dice: Random) -> None:
    from dcrc.kernel.calendar import record_conversation
    from dcrc.kernel.contact import CONTACT_CHANNELS

    if not sheet.customer.usable_phones:
        _correct_number(desk, sheet.customer)
        return
    results, weights = zip(*_RESULTS, strict=True)
    (result,) = dice.choices(results, weights)
    reached = result is Result.REACHED
    about = [task for task in sheet.tasks if reached or task.channel in CONTACT_CHANNELS]
    if not about:  # work at the desk alone: done, and nobody is called
        result, reached, about = Result.REACHED, True, list(sheet.tasks)
    record_conversation(
        desk,
        sheet.customer.id,
        result,
        {task.id: _answers(desk, task, dice) if reached else None for task in about},
        note=dice.choice(_REMARKS) if reached and dice.random() < 0.4 else "",
        call_back=now + timedelta(days=1, hours=1) if result is Result.CALL_BACK else None,
    )


def _answers(desk: Desk, task: Task, dice: Random) -> dict[str, Any] | None:
    return answer_form(desk.forms.get(task.form), desk, dice) if task.form else None


def answer_form(form: Form, desk: Desk, dice: Random) -> dict[str, Any]:
    """Answers of a mostly content customer to the questions that are asked of him."""
    values: dict[str, Any] = {}
    for field in form.fields:
        told = field.required or (field.kind not in ("number", "date") and dice.random() < 0.5)
        if told and field.asked(values):
            values[field.name] = _answer(field, desk, dice)
    return values


def _answer(field: Field, desk: Desk, dice: Random) -> Any:
    if field.options:
        best_first = sorted(field.options, key=lambda option: -(option.score or 0))
        chosen = best_first[min(int(dice.expovariate(1.6)), len(best_first) - 1)]
        return [chosen.key] if field.kind == "checklist" else chosen.key
    return {
        "bool": dice.random() < 0.9,
        "number": int(field.least or 0) + dice.randrange(1, 5),
        "date": (desk.today() + timedelta(days=dice.randrange(7, 60))).isoformat(),
    }.get(str(field.kind), dice.choice(_REMARKS))
