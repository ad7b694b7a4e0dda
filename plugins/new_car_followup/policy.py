"""The standard of the new-car follow-up: which contact, by whom, in which days after delivery."""

from __future__ import annotations

import attrs

from dcrc import Wording


def _days(doc_zh: str, doc_en: str) -> dict[str, object]:
    return {"unit": "days", "doc": Wording(doc_zh, doc_en)}


@attrs.frozen
class Step:
    """One contact after a delivery; day 0 is the day of delivery.

    A step with `checked` belongs to another department: when its last day has passed and it is not done,
    the centre's supervisor gets a task to see to it.
    """

    title: Wording
    due_day: int = attrs.field(metadata=_days("最迟第几天完成", "last day in time"))
    opens_day: int = attrs.field(default=0, metadata=_days("从第几天起可联系", "first day"))
    expires_after: int = attrs.field(
        default=30, metadata=_days("逾期多少天后作废", "days after the due day until it expires")
    )
    role: str = "caller"
    form: str = ""
    script: str = ""
    checked: bool = False
    asked_in: str = attrs.field(
        default="",
        metadata={
            "doc": Wording(
                "客户在哪个问题里证实（问卷.问题，答案 yes/no）",
                "the question in which the customer tells whether it happened: form.field, yes or no",
            )
        },
    )
    enabled: bool = True
    priority: int = 0


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
    """Steps by name, and what follows a dissatisfied answer or a consultant's missing call."""

    steps: dict[str, Step] = attrs.field(factory=default_steps)
    dissatisfied_role: str = "sales_supervisor"
    dissatisfied_due_days: int = attrs.field(
        default=2, metadata=_days("不满意须在几天内跟进", "days to follow up a dissatisfied answer")
    )
    check_role: str = "supervisor"
    check_due_days: int = attrs.field(
        default=2,
        metadata=_days("核查顾问漏打的期限", "days to see to a consultant's missing call"),
    )
    target_very_satisfied: int = attrs.field(
        default=80,
        metadata={"unit": "%", "doc": Wording("非常满意率目标", "target, very satisfied")},
    )
    target_in_time: int = attrs.field(
        default=100,
        metadata={"unit": "%", "doc": Wording("按时完成率目标", "target, done in time")},
    )
    on_open_days: bool = attrs.field(
        default=True,
        metadata={"doc": Wording("遇休息日顺延到下一营业日", "due days move to the next open day")},
    )
