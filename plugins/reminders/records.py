"""Records of the reminders: a care message from its draft to the outbox."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from dcrc import EventKind, RecordKind, Wording

from .conversation import ELSEWHERE, MILEAGE_FORM, SOLD

DRAFTED, APPROVED, REFUSED, SENT, LAPSED = "drafted", "approved", "refused", "sent", "lapsed"


@attrs.frozen
class CareMessage:
    """A greeting to many: nobody gets it before somebody who may has approved its text."""

    id: str
    key: str
    on: date
    title_zh: str
    title_en: str
    zh: str
    en: str
    state: str = DRAFTED
    decided_by: str = ""
    decided_at: datetime | None = None
    sent_at: datetime | None = None
    count: int = 0
    note: str = ""

    @property
    def title(self) -> Wording:
        return Wording(self.title_zh, self.title_en)

    @property
    def text(self) -> Wording:
        return Wording(self.zh, self.en)


CARE_MESSAGES = RecordKind(
    "care_messages", CareMessage, Wording("关怀短信", "Care messages"), ("key", "state")
)
INSPECTED = EventKind(
    "inspected",
    Wording("车辆年检", "Inspected"),
    {"until": Wording("有效期至", "Valid until")},
    of_car=("until",),
)
MARKED_LOST = EventKind(
    "marked_lost",
    Wording("流失标记", "Marked for win-back"),
    {
        "because": Wording("原因类别", "Because"),
        "why": Wording("原因", "Reason"),
        "shop": Wording("别家店名", "Other shop"),
        "place": Wording("地点", "Place"),
        "price": Wording("价格", "Price"),
    },
    codes={
        "because": {
            SOLD: Wording("车已卖出", "sold the car"),
            ELSEWHERE: Wording("去了别家", "goes elsewhere"),
        }
    },
    asked_in={"why": f"{MILEAGE_FORM}.why"},
)
EVENT_KINDS = (INSPECTED, MARKED_LOST)
