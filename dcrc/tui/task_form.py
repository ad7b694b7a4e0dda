"""Adding a task by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dcrc.i18n import t
from dcrc.kernel.calendar import add_task
from dcrc.kernel.customers import find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.forms import Field, FieldKind, Form, Option
from dcrc.kernel.operators import list_operators
from dcrc.tui.record_form import RecordForm
from dcrc.tui.when import read_day
from dcrc.wording import Wording


class TaskForm(RecordForm):
    """What is to be done with a customer, until when, and by whom."""

    def __init__(self, customer_id: str) -> None:
        super().__init__(t("Add a task"), "task", customer_id)
        self._customer_id = customer_id

    def start(self, desk: Desk) -> tuple[Form, dict[str, Any]]:
        people = list_operators(desk, active=True)
        customer = find_customer(desk, self._customer_id)
        form = Form(
            "task",
            1,
            Wording("任务", "Task"),
            (
                Field(
                    "title",
                    Wording(f"{customer.name}：要做什么", f"{customer.name}: what is to be done"),
                    FieldKind.TEXT,
                    required=True,
                ),
                Field(
                    "due",
                    Wording("最迟哪天", "until which day"),
                    FieldKind.TEXT,
                    required=True,
                    hint=Wording("今天、明天、+3、周五、11-25", "today, tomorrow, +3, fri, 11-25"),
                ),
                Field(
                    "owner",
                    Wording("由谁", "by whom"),
                    FieldKind.CHOICE,
                    options=tuple(
                        Option(person.name, Wording(person.name, person.name)) for person in people
                    ),
                ),
                Field("note", Wording("备注", "Note"), FieldKind.TEXT),
            ),
        )
        return form, {"owner": desk.operator.name}

    def store(self, desk: Desk, values: Mapping[str, Any]) -> str:
        due = read_day(str(values["due"]), desk.today())
        task = add_task(
            desk,
            self._customer_id,
            str(values["title"]),
            due,
            owner=str(values.get("owner", "")),
            note=str(values.get("note", "")),
        )
        return t("Added: {title}, due {day}.", title=task.title, day=due.isoformat())
