"""The standard of the reminders: what is reminded, how long before, by which cycle, schedule and law."""

from __future__ import annotations

import attrs

from dcrc import Wording

from .statute import InspectionRow, inspection_rows


def _meta(zh: str, en: str, unit: str = "") -> dict[str, object]:
    return {"unit": unit, "doc": Wording(zh, en)}


def _days(default: int, zh: str, en: str) -> int:
    value: int = attrs.field(default=default, metadata=_meta(zh, en, "days"))
    return value


@attrs.frozen
class Timing:
    """When and how one kind of reminder is made; the day it speaks of is its target day."""

    title: Wording
    lead_months: int = attrs.field(
        default=0, metadata=_meta("提前几个月", "months before the target day", "months")
    )
    lead_days: int = _days(0, "提前几天", "days before the target day")
    window_days: int = _days(3, "几天内完成", "days within which the call is in time")
    expires_after: int = _days(
        14, "目标日后几天作废", "days after the target day until it is no use"
    )
    early_days: int = _days(
        7, "可提前几天与其他联系合并", "days it may come early to share a conversation"
    )
    role: str = "caller"
    form: str = attrs.field(default="", metadata={"refers": "form"})
    script: str = attrs.field(default="", metadata={"refers": "script"})
    priority: int = 0
    enabled: bool = True


@attrs.frozen
class Schedule:
    """A model's own service plan and warranty. `names` are models, or words that stand in their names.

    `km_per_day` is what such a car usually runs; 0 if nobody knows.
    """

    names: tuple[str, ...] = ()
    first_months: int = attrs.field(
        default=3, metadata=_meta("首保月数", "first service", "months")
    )
    first_km: int = attrs.field(default=5000, metadata=_meta("首保里程", "first service", "km"))
    months: int = attrs.field(default=6, metadata=_meta("保养间隔月数", "interval", "months"))
    km: int = attrs.field(default=7500, metadata=_meta("保养间隔里程", "interval", "km"))
    km_per_day: float = attrs.field(default=0.0, metadata=_meta("常见日均里程", "usual", "km/day"))
    warranty_months: int = attrs.field(default=36, metadata=_meta("质保月数", "warranty", "months"))
    warranty_km: int = attrs.field(default=60_000, metadata=_meta("质保里程", "warranty", "km"))


@attrs.frozen
class Mileage:
    """How a customer's own kilometres per day are read from his readings, and when they are believed."""

    most_per_day: int = attrs.field(
        default=1000,
        metadata=_meta("日均里程上限，超过视为错误", "more is a wrong reading", "km/day"),
    )
    least_per_day: int = attrs.field(
        default=2, metadata=_meta("日均里程下限，低于视为无效", "less says nothing", "km/day")
    )
    least_readings: int = attrs.field(
        default=2, metadata=_meta("至少几次读数", "readings that are needed", "readings")
    )
    least_days: int = _days(21, "读数至少跨几天", "days that the readings must span")
    widest: int = attrs.field(
        default=60, metadata=_meta("误差超过此比例不采用", "widest uncertainty believed", "%")
    )
    two_readings: int = attrs.field(
        default=30,
        metadata=_meta("只有一段时的误差", "uncertainty of a single stretch", "%"),
    )


@attrs.frozen
class Care:
    """Greetings to many: the occasions stand in `care_occasions.toml`, texts may be changed at review."""

    least_a_month: int = attrs.field(
        default=3, metadata=_meta("每月至少几条", "messages a month at least", "messages")
    )
    most_a_month: int = attrs.field(
        default=4, metadata=_meta("每月最多几条", "messages a month at most", "messages")
    )
    drafted_days: int = _days(10, "提前几天拟稿待审", "days ahead in which drafts wait for review")
    late_days: int = _days(
        2, "过了日子几天内仍可发", "days after its day on which a message still goes out"
    )
    off: tuple[str, ...] = attrs.field(
        default=(), metadata=_meta("不用的问候", "occasions that are left out")
    )


def _schedules() -> dict[str, Schedule]:
    return {
        "electric": Schedule(
            ("EV", "纯电", "电动"),
            first_months=6,
            first_km=5000,
            months=12,
            km=10_000,
            warranty_months=36,
            warranty_km=120_000,
        )
    }


@attrs.frozen
class RemindersPolicy:
    """The section `reminders`."""

    first_service: Timing = Timing(
        Wording("首保提醒", "First service reminder"),
        lead_days=7,
        expires_after=60,
        form="reminder_mileage",
        script="reminder_first_service",
        priority=10,
    )
    first_from_months: int = attrs.field(
        default=2,
        metadata=_meta("交车满几个月起提醒首保", "first service is reminded from", "months"),
    )
    regular_service: Timing = Timing(
        Wording("定期保养提醒", "Regular service reminder"),
        lead_days=7,
        expires_after=30,
        form="reminder_mileage",
        script="reminder_regular_service",
        priority=5,
    )
    missed_service: Timing = Timing(
        Wording("应保未到店跟进", "Service due, did not come"),
        window_days=5,
        expires_after=30,
        early_days=0,
        form="reminder_mileage",
        script="reminder_missed_service",
    )
    missed_after_days: int = _days(
        21, "到期几天未到店再联系", "days after the service was due until it counts as missed"
    )
    booking: Timing = Timing(
        Wording("预约意向", "Wish for an appointment"),
        window_days=1,
        expires_after=14,
        early_days=0,
        role="service_advisor",
        form="reminder_booking",
        script="reminder_booking",
        priority=30,
    )
    warranty: Timing = Timing(
        Wording("质保到期提醒", "Warranty ends"),
        lead_months=1,
        window_days=7,
        expires_after=0,
        form="reminder_notice",
        script="reminder_warranty",
    )
    inspection: Timing = Timing(
        Wording("车辆年检提醒", "Statutory inspection"),
        lead_months=1,
        window_days=7,
        expires_after=30,
        form="reminder_inspection",
        script="reminder_inspection",
    )
    licence: Timing = Timing(
        Wording("驾驶证换证提醒", "Driving licence ends"),
        lead_months=1,
        window_days=7,
        expires_after=30,
        form="reminder_notice",
        script="reminder_licence",
    )
    deadline_spare: int = _days(
        7,
        "年检、驾驶证、质保的提醒推后时，到期前至少留几天",
        "days that are left before an inspection, a licence or a warranty ends if its reminder is put off",
    )
    birthday: Timing = Timing(
        Wording("生日问候", "Birthday greeting"),
        window_days=0,
        expires_after=1,
        early_days=0,
        script="reminder_birthday",
        form="reminder_greeting",
        priority=90,
    )
    birthday_tries: int = attrs.field(
        default=1,
        metadata=_meta("生日电话打几次未通改发短信", "tries until the greeting is sent", "tries"),
    )
    birthday_hours: int = attrs.field(
        default=2, metadata=_meta("开门后几小时内问候", "greeted within, from opening", "hours")
    )
    cycle_months: int = attrs.field(
        default=6, metadata=_meta("固定保养周期", "fixed cycle", "months")
    )
    cycle_km: int = attrs.field(default=5000, metadata=_meta("固定保养里程", "fixed cycle", "km"))
    first_months: int = attrs.field(
        default=3, metadata=_meta("首保最迟月数", "first service at the latest", "months")
    )
    first_km: int = attrs.field(default=5000, metadata=_meta("首保里程", "first service", "km"))
    cycles_without_visit: int = attrs.field(
        default=3,
        metadata=_meta("未到店最多提醒几轮", "cycles reminded without a visit", "cycles"),
    )
    returned_within_days: int = _days(
        30, "到期后几天内到店算按期返厂", "days after the due day in which a visit counts as return"
    )
    warranty_months: int = attrs.field(default=36, metadata=_meta("质保月数", "warranty", "months"))
    warranty_km: int = attrs.field(default=60_000, metadata=_meta("质保里程", "warranty", "km"))
    schedules: dict[str, Schedule] = attrs.field(
        factory=_schedules, metadata=_meta("各车型保养计划", "service plans of models")
    )
    mileage: Mileage = Mileage()
    service_work: tuple[str, ...] = attrs.field(
        default=("首保", "保养", "定保", "例保", "service", "maintenance"),
        metadata=_meta("算作保养的维修类型", "kinds of work that are a service"),
    )
    workshop_dates: bool = attrs.field(
        default=True,
        metadata=_meta("采用工单上的下次保养", "the next service on the repair order counts"),
    )
    inspection_rows: dict[str, InspectionRow] = attrs.field(
        factory=inspection_rows,
        metadata=_meta("法定检验周期（按使用性质）", "statutory schedule by use of the car"),
    )
    inspected_early_months: int = attrs.field(
        default=3,
        metadata=_meta("到期前几个月内检验算本次", "inspected this long before counts", "months"),
    )
    registered_by_delivery: bool = attrs.field(
        default=True,
        metadata=_meta("无上牌日期时按交车日期推算", "without a registration the delivery counts"),
    )
    licence_fields: tuple[str, ...] = attrs.field(
        default=("驾驶证有效期", "驾驶证到期", "驾照到期", "licence_until"),
        metadata=_meta("客户附加信息里的驾驶证到期列", "columns that tell when the licence ends"),
    )
    target_first_return: int = attrs.field(
        default=90, metadata=_meta("首保返厂率目标", "target, first service return", "%")
    )
    target_regular_return: int = attrs.field(
        default=60, metadata=_meta("定保返厂率目标", "target, regular service return", "%")
    )
    care: Care = Care()
