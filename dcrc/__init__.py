"""dcrc: customers and a task calendar for a car dealer's customer relations centre.

What a plugin needs comes from here: `from dcrc import hookimpl, Planner, Planned, Wording, t`. Names are
loaded when they are used, so that a command which prints a list starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dcrc.cli.seat import pass_desk as pass_desk
    from dcrc.cli.showing import Column as Column
    from dcrc.cli.showing import Table as Table
    from dcrc.cli.showing import show as show
    from dcrc.errors import DcrcError as DcrcError
    from dcrc.errors import InputError as InputError
    from dcrc.errors import NotAllowed as NotAllowed
    from dcrc.errors import NotFound as NotFound
    from dcrc.i18n import language as language
    from dcrc.i18n import t as t
    from dcrc.kernel.agenda import tasks as tasks
    from dcrc.kernel.cases import Case as Case
    from dcrc.kernel.cases import answers_between as answers_between
    from dcrc.kernel.cases import answers_to as answers_to
    from dcrc.kernel.cases import attempts_of as attempts_of
    from dcrc.kernel.cases import events_between as events_between
    from dcrc.kernel.cases import events_by_id as events_by_id
    from dcrc.kernel.cases import in_time as in_time
    from dcrc.kernel.cases import judged as judged
    from dcrc.kernel.cases import month_of as month_of
    from dcrc.kernel.cases import share_rows as share_rows
    from dcrc.kernel.cases import tasks_closed as tasks_closed
    from dcrc.kernel.cases import tasks_due as tasks_due
    from dcrc.kernel.cases import tasks_owed as tasks_owed
    from dcrc.kernel.cases import vehicles_by_id as vehicles_by_id
    from dcrc.kernel.customers import Customer as Customer
    from dcrc.kernel.customers import CustomerKind as CustomerKind
    from dcrc.kernel.customers import LunarDay as LunarDay
    from dcrc.kernel.desk import Desk as Desk
    from dcrc.kernel.dossiers import read_dossier as read_dossier
    from dcrc.kernel.doubts import Doubt as Doubt
    from dcrc.kernel.events import Event as Event
    from dcrc.kernel.events import EventKind as EventKind
    from dcrc.kernel.events import record_event as record_event
    from dcrc.kernel.faces import CustomerBlock as CustomerBlock
    from dcrc.kernel.faces import ScreenEntry as ScreenEntry
    from dcrc.kernel.facts import FactsPolicy as FactsPolicy
    from dcrc.kernel.figures import Figure as Figure
    from dcrc.kernel.figures import FigureRow as FigureRow
    from dcrc.kernel.figures import compute_figure as compute_figure
    from dcrc.kernel.forms import Answers as Answers
    from dcrc.kernel.forms import Form as Form
    from dcrc.kernel.happened import read_happened as read_happened
    from dcrc.kernel.hooks import hookimpl as hookimpl
    from dcrc.kernel.looks import record_look as record_look
    from dcrc.kernel.lunar import lunar_date as lunar_date
    from dcrc.kernel.lunar import solar_birthday as solar_birthday
    from dcrc.kernel.lunar import solar_terms as solar_terms
    from dcrc.kernel.mileage import mileage_doubt as mileage_doubt
    from dcrc.kernel.mileage import new_car_delivery as new_car_delivery
    from dcrc.kernel.operators import Permission as Permission
    from dcrc.kernel.operators import masked_phone as masked_phone
    from dcrc.kernel.outbox import queue_message as queue_message
    from dcrc.kernel.planner import Dossier as Dossier
    from dcrc.kernel.planner import Fact as Fact
    from dcrc.kernel.planner import NotPlanned as NotPlanned
    from dcrc.kernel.planner import Outcome as Outcome
    from dcrc.kernel.planner import Planned as Planned
    from dcrc.kernel.planner import Planner as Planner
    from dcrc.kernel.planner import PlanningDay as PlanningDay
    from dcrc.kernel.planner import Remark as Remark
    from dcrc.kernel.planner import Rule as Rule
    from dcrc.kernel.plugins import BatchStep as BatchStep
    from dcrc.kernel.plugins import RecordKind as RecordKind
    from dcrc.kernel.scripts import Situation as Situation
    from dcrc.kernel.scripts import fill_blanks as fill_blanks
    from dcrc.kernel.sold_on import SOLD_ON as SOLD_ON
    from dcrc.kernel.tasks import Attempt as Attempt
    from dcrc.kernel.tasks import Task as Task
    from dcrc.kernel.tasks import TaskState as TaskState
    from dcrc.kernel.told_together import told_together as told_together
    from dcrc.kernel.vehicles import Reading as Reading
    from dcrc.kernel.vehicles import Vehicle as Vehicle
    from dcrc.kernel.vehicles import get_vehicle as get_vehicle
    from dcrc.kernel.vehicles import record_reading as record_reading
    from dcrc.kernel.workdays import Workdays as Workdays
    from dcrc.store import GlobalId as GlobalId
    from dcrc.wording import Wording as Wording

_HOME = {
    "dcrc.cli.seat": ("pass_desk",),
    "dcrc.cli.showing": (
        "Column",
        "Table",
        "show",
    ),
    "dcrc.errors": (
        "DcrcError",
        "InputError",
        "NotAllowed",
        "NotFound",
    ),
    "dcrc.i18n": (
        "language",
        "t",
    ),
    "dcrc.kernel.agenda": ("tasks",),
    "dcrc.kernel.cases": (
        "Case",
        "answers_between",
        "answers_to",
        "attempts_of",
        "events_between",
        "events_by_id",
        "in_time",
        "judged",
        "month_of",
        "share_rows",
        "tasks_closed",
        "tasks_due",
        "tasks_owed",
        "vehicles_by_id",
    ),
    "dcrc.kernel.customers": (
        "Customer",
        "CustomerKind",
        "LunarDay",
    ),
    "dcrc.kernel.desk": ("Desk",),
    "dcrc.kernel.dossiers": ("read_dossier",),
    "dcrc.kernel.doubts": ("Doubt",),
    "dcrc.kernel.events": (
        "Event",
        "EventKind",
        "record_event",
    ),
    "dcrc.kernel.faces": (
        "CustomerBlock",
        "ScreenEntry",
    ),
    "dcrc.kernel.facts": ("FactsPolicy",),
    "dcrc.kernel.figures": (
        "Figure",
        "FigureRow",
        "compute_figure",
    ),
    "dcrc.kernel.forms": (
        "Answers",
        "Form",
    ),
    "dcrc.kernel.happened": ("read_happened",),
    "dcrc.kernel.hooks": ("hookimpl",),
    "dcrc.kernel.looks": ("record_look",),
    "dcrc.kernel.lunar": (
        "lunar_date",
        "solar_birthday",
        "solar_terms",
    ),
    "dcrc.kernel.mileage": (
        "mileage_doubt",
        "new_car_delivery",
    ),
    "dcrc.kernel.operators": (
        "Permission",
        "masked_phone",
    ),
    "dcrc.kernel.outbox": ("queue_message",),
    "dcrc.kernel.planner": (
        "Dossier",
        "Fact",
        "NotPlanned",
        "Outcome",
        "Planned",
        "Planner",
        "PlanningDay",
        "Remark",
        "Rule",
    ),
    "dcrc.kernel.plugins": (
        "BatchStep",
        "RecordKind",
    ),
    "dcrc.kernel.scripts": (
        "Situation",
        "fill_blanks",
    ),
    "dcrc.kernel.sold_on": ("SOLD_ON",),
    "dcrc.kernel.tasks": (
        "Attempt",
        "Task",
        "TaskState",
    ),
    "dcrc.kernel.told_together": ("told_together",),
    "dcrc.kernel.vehicles": (
        "Reading",
        "Vehicle",
        "get_vehicle",
        "record_reading",
    ),
    "dcrc.kernel.workdays": ("Workdays",),
    "dcrc.store": ("GlobalId",),
    "dcrc.wording": ("Wording",),
}
_WHERE = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'dcrc' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
