"""The standard of the service follow-up: which visits are asked about, when, with which questionnaire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs.validators import ge, le

from dcrc import Wording

if TYPE_CHECKING:
    from datetime import date

    from dcrc import PlanningDay

NAME = "service_followup"
MECHANICAL, BODY_AND_PAINT, BOTH = "mechanical", "body_and_paint", "both"


def _number(default: Any, unit: str, doc_zh: str, doc_en: str, *, most: int = 10_000) -> Any:
    metadata = {"unit": unit, "doc": Wording(doc_zh, doc_en)}
    return attrs.field(default=default, validator=[ge(0), le(most)], metadata=metadata)


def _days(default: Any, doc_zh: str, doc_en: str) -> Any:
    return _number(default, "days", doc_zh, doc_en)


def _kinds(default: tuple[str, ...], doc_zh: str, doc_en: str) -> Any:
    return attrs.field(default=default, metadata={"doc": Wording(doc_zh, doc_en)})


@attrs.frozen
class Questionnaire:
    """What is asked after a visit of one kind, and what the caller says."""

    form: str = attrs.field(metadata={"refers": "form"})
    script: str = attrs.field(metadata={"refers": "script"})


def default_questionnaires() -> dict[str, Questionnaire]:
    return {
        MECHANICAL: Questionnaire("service_mechanical", "service_mechanical"),
        BODY_AND_PAINT: Questionnaire("service_body_and_paint", "service_body_and_paint"),
        BOTH: Questionnaire("service_both", "service_both"),
    }


@attrs.frozen
class ServiceFollowupPolicy:
    """The section `service_followup`; its numbers are those of `domain.md` §4.2."""

    opens_day: int = _days(1, "出厂后第几天起可回访", "first day after the car has left")
    due_day: int = _days(3, "出厂后最迟第几天回访", "last day in time")
    expires_after: int = _days(
        14, "逾期多少天后作废", "days after the due day until the call expires"
    )
    role: str = "caller"
    priority: int = 10
    questionnaires: dict[str, Questionnaire] = attrs.field(
        factory=default_questionnaires,
        metadata={
            "doc": Wording(
                "机修、钣喷、两者兼有各用哪份问卷",
                "questionnaire of mechanical, body-and-paint and mixed visits",
            )
        },
    )
    internal: tuple[str, ...] = _kinds(
        (
            "PDI*",
            "*售前*",
            "*新车检*",
            "*交车前*",
            "内部*",
            "*内修*",
            "*内结*",
            "*保修件*",
            "*索赔件*",
        ),
        "不回访的维修类型（* 代表任意文字）",
        "kinds of work that are nobody's visit; * stands for any text",
    )
    body_and_paint: tuple[str, ...] = _kinds(
        ("*钣*", "*喷漆*", "*油漆*", "*事故*"),
        "未注明工种时算作钣喷的维修类型",
        "kinds of work that are body and paint where the order does not say so",
    )
    before_delivery: bool = attrs.field(
        default=False,
        metadata={
            "doc": Wording("交车当天及以前的工单也回访", "orders up to the delivery day count too")
        },
    )
    longest_stay: int = _days(
        90, "进厂到出厂超过几天视为登记错误", "a longer stay is taken for a wrong date"
    )
    dissatisfied_role: str = "service_manager"
    dissatisfied_due_days: int = _days(
        2, "不满意须在几天内处理", "days for the service manager to settle it"
    )
    dissatisfied_priority: int = 50
    dissatisfied_again_priority: int = 60
    recontact_role: str = "caller"
    recontact_priority: int = 40
    recontact_due_days: int = _days(3, "处理后几天内再回访", "days after that for another contact")
    recontact_expires: int = _days(
        30, "再回访逾期多少天后作废", "days after the due day until the other contact expires"
    )
    target_in_time: int = _number(100, "%", "按时完成率目标", "target, done in time", most=100)
    target_satisfied: int = _number(95, "%", "满意率目标", "target, satisfied", most=100)
    target_fixed: int = _number(
        95, "%", "一次修复率目标", "target, fixed at the first time", most=100
    )
    target_explained: int = _number(100, "%", "解释到位率目标", "target, explained", most=100)
    target_covers: int = _number(
        100, "%", "防护用品使用率目标", "target, protective covers used", most=100
    )
    on_open_days: bool = attrs.field(
        default=True,
        metadata={"doc": Wording("遇休息日顺延到下一营业日", "due days move to the next open day")},
    )

    def open_day(self, due: date, day: PlanningDay) -> date:
        """`due` as it stands on the calendar: an open day, if the policy says so."""
        return day.workdays.next_open(due) if self.on_open_days else due
