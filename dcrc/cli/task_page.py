"""One task on one page: who, what, the script as it is read out, the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcrc.cli.documents import (
    customer_brief,
    shown_phone,
    task_document,
    task_title,
    vehicle_document,
)
from dcrc.cli.harmless import one_line
from dcrc.cli.showing import Column, Table, show
from dcrc.i18n import t
from dcrc.kernel.titles import state_title

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.forms import Field
    from dcrc.kernel.tasks import Task


def print_task(desk: Desk, task: Task) -> None:
    """Print the page of `task` with its planner's remarks; the script's blanks are filled."""
    from dcrc.kernel.customers import find_customer
    from dcrc.kernel.explain import task_remarks
    from dcrc.kernel.vehicles import find_vehicle

    customer = find_customer(desk, task.customer)
    remarks = task_remarks(desk, task)
    car = find_vehicle(desk, task.vehicle) if task.vehicle else None
    script = desk.scripts.fill(task.script, customer, car, task, desk) if task.script else ""
    fields = desk.forms.get(task.form).fields if task.form else ()
    show(
        {
            "task": task_document(desk, task),
            "customer": customer_brief(desk, customer),
            "vehicle": vehicle_document(desk, car) if car else None,
            "remarks": list(remarks),
            "script": script or None,
            "questions": [_question(field) for field in fields],
        },
        f"{task.id[:6]}  {one_line(task_title(desk, task))}  {state_title(task.state)}, {task.due}",
        f"{one_line(customer.name)}  {shown_phone(desk, customer)}",
        *([f"{one_line(car.plate)} {one_line(car.model)} {car.vin}"] if car else []),
        *(f"· {one_line(each)}" for each in remarks),
        *(["", *map(one_line, script.splitlines())] if script else []),
        *_questions_table(fields),
    )


def _question(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "title": str(field.title),
        "kind": str(field.kind),
        "required": field.required,
        "options": [{"key": option.key, "title": str(option.title)} for option in field.options],
    }


def _kind(field: Field) -> str:
    """What can be said where there are no options to choose from."""
    return {
        "number": t("a number"),
        "date": t("a day"),
        "text": t("text"),
        "bool": f"1 {t('yes')} 2 {t('no')}",
    }.get(field.kind.value, field.kind.value)


def _questions_table(fields: tuple[Field, ...]) -> list[str | Table]:
    if not fields:
        return []
    columns = [
        Column(t("Answer")),
        Column(t("Question"), flexible=True),
        Column(t("Possible"), flexible=True),
    ]
    rows = [
        (
            f"{field.name}{'*' if field.required else ''}",
            str(field.title),
            " ".join(f"{i} {option.title}" for i, option in enumerate(field.options, start=1))
            or _kind(field),
        )
        for field in fields
    ]
    return ["", Table(columns, rows)]
