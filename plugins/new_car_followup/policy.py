"""The standard of the new-car follow-up: which contact, by whom, in which days after delivery."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
from attrs.validators import ge, le

from dcrc import Wording, t

if TYPE_CHECKING:
    from dcrc import Event, PlanningDay

NAME = "new_car_followup"


def _number(
    default: Any, unit: str, doc_zh: str, doc_en: str, *, least: int = 0, most: int = 10_000
) -> Any:
    metadata = {"unit": unit, "doc": Wording(doc_zh, doc_en)}
    return attrs.field(default=default, validator=[ge(least), le(most)], metadata=metadata)


def _days(default: Any, doc_zh: str, doc_en: str) -> Any:
    return _number(default, "days", doc_zh, doc_en)


@attrs.frozen
class Step:
    """One contact after a delivery; day 0 is the day of delivery.

    A step with `checked` belongs to another department: when its last day has passed and it is not done,
    the centre's supervisor gets a task to see to it.
    """

    title: Wording
    due_day: int = _days(attrs.NOTHING, "最迟第几天完成", "last day in time")
    opens_day: int = _days(0, "从第几天起可联系", "first day")
    expires_after: int = _days(30, "逾期多少天后作废", "days after the due day until it expires")
    role: str = "caller"
    form: str = attrs.field(default="", metadata={"refers": "form"})
    script: str = attrs.field(default="", metadata={"refers": "script"})
    checked: bool = False
    asked_in: str = attrs.field(
        default="",
        metadata={
            "refers": "question",
            "doc": Wording(
                "客户在哪个问题里证实（问卷.问题，答案 yes/no）",
                "the question in which the customer tells whether it happened: form.field, yes or no",
            ),
        },
    )
    enabled: bool = True
    priority: int = 0


@attrs.frozen
class Touch:
    """A recurring contact of the care calendar, counted in months from the day of delivery.

    Where two touches fall on the same month, the rarer one takes the other's place: a year after delivery
    the owner gets the yearly call, not four.
    """

    title: Wording
    every_months: int = _number(
        attrs.NOTHING, "months", "每隔几个月", "months between two", least=1
    )
    opens_before: int = _days(7, "提前几天可联系", "days before the due day that it opens")
    expires_after: int = _days(7, "逾期多少天后作废", "days after the due day until it expires")
    role: str = "caller"
    channel: str = "call"
    form: str = attrs.field(default="new_car_touch", metadata={"refers": "form"})
    script: str = attrs.field(default="", metadata={"refers": "script"})
    enabled: bool = True
    priority: int = -10


def default_touches() -> dict[str, Touch]:
    """The later touches of `domain.md` §4.1."""
    return {
        "quarter": Touch(
            Wording("季度关怀", "3-month care call"), 3, script="new_car_touch_quarter"
        ),
        "half_year": Touch(
            Wording("半年关怀", "6-month care call"), 6, script="new_car_touch_half_year"
        ),
        "year": Touch(Wording("年度关怀", "Yearly care call"), 12, script="new_car_touch_year"),
        "two_years": Touch(
            Wording("两年关怀", "2-yearly care call"), 24, script="new_car_touch_two_years"
        ),
    }


def default_steps() -> dict[str, Step]:
    """The steps of `domain.md` §4.1."""
    return {
        "consultant_24h": Step(
            Wording("销售顾问24小时致电", "Consultant's call within 24 hours"),
            opens_day=0,
            due_day=1,
            expires_after=7,
            role="sales_consultant",
            form="new_car_consultant",
            script="new_car_arrived",
            checked=True,
            asked_in="new_car_care.consultant_called",
        ),
        "consultant_72h": Step(
            Wording("销售顾问72小时致电", "Consultant's call within 72 hours"),
            opens_day=2,
            due_day=3,
            expires_after=7,
            role="sales_consultant",
            form="new_car_consultant",
            script="new_car_settled",
            checked=True,
            asked_in="new_car_usage.consultant_again",
        ),
        "day3": Step(
            Wording("交车3日关怀", "3-day care call"),
            opens_day=1,
            due_day=3,
            form="new_car_care",
            script="new_car_day3",
            priority=20,
        ),
        "day7": Step(
            Wording("交车7日满意度回访", "7-day satisfaction call"),
            opens_day=5,
            due_day=7,
            form="new_car_satisfaction",
            script="new_car_day7",
            priority=10,
        ),
        "week3": Step(
            Wording("交车3周回访", "3-week call"),
            opens_day=18,
            due_day=21,
            form="new_car_usage",
            script="new_car_week3",
        ),
    }


@attrs.frozen
class NewCarFollowupPolicy:
    """Steps and touches by name, and what follows an answer or a consultant's missing call."""

    steps: dict[str, Step] = attrs.field(factory=default_steps)
    touches: dict[str, Touch] = attrs.field(factory=default_touches)
    touches_end: int = _number(
        60, "months", "关怀日历到交车后几个月为止", "months after delivery that the touches end"
    )
    touches_ahead: int = _days(
        14, "关怀开始前几天列入日历", "days before it opens that a touch stands on the calendar"
    )
    contact_spares: int = _days(
        30,
        "此前几天内已有联系或回厂则免去关怀",
        "days before a touch in which another contact or workshop visit spares it",
    )
    dissatisfied_role: str = "sales_supervisor"
    dissatisfied_due_days: int = _days(
        2, "不满意须在几天内跟进", "days to follow up a dissatisfied answer"
    )
    check_role: str = "supervisor"
    check_due_days: int = _days(
        2, "核查顾问漏打的期限", "days to see to a consultant's missing call"
    )
    opportunity_role: str = "sales_consultant"
    opportunity_due_days: int = _days(
        3, "转介绍、置换等意向几天内跟进", "days to follow up a referral, trade-in or replacement"
    )
    opportunity_expires: int = _days(
        60, "意向逾期多少天后作废", "days after the due day until an opportunity expires"
    )
    judged_by: str = attrs.field(
        default="new_car_satisfaction.overall",
        metadata={
            "doc": Wording(
                "非常满意率看哪个问题（问卷.问题，满分为非常满意）",
                "the question that very satisfied is read from: form.field, full score",
            )
        },
    )
    target_very_satisfied: int = _number(
        80, "%", "非常满意率目标", "target, very satisfied", most=100
    )
    target_in_time: int = _number(100, "%", "按时完成率目标", "target, done in time", most=100)
    on_open_days: bool = attrs.field(
        default=True,
        metadata={"doc": Wording("遇休息日顺延到下一营业日", "due days move to the next open day")},
    )

    def __attrs_post_init__(self) -> None:
        checks = [f"check_{name}" for name, step in self.steps.items() if step.checked]
        names = [*self.steps, *checks, *self.touches, "dissatisfied", "opportunity"]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(t("two contacts are called “{name}”", name=twice))

    def open_day(self, due: date, day: PlanningDay) -> date:
        """`due` as it stands on the calendar: an open day, if the policy says so."""
        return day.workdays.next_open(due) if self.on_open_days else due

    def owner_of(self, role: str, delivery: Event) -> str:
        """Who answers for a contact of `role`: the delivery's own consultant, else nobody in person."""
        return str(delivery.data.get("consultant", "")) if role == "sales_consultant" else ""
