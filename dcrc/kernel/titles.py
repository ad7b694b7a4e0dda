"""What states, results and other codes are called, in the current language; said in this place only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dcrc.i18n import t
from dcrc.kernel.phones import PhoneState
from dcrc.kernel.tasks import Result, TaskState
from dcrc.record_words import FIELDS, TABLES
from dcrc.wording import Coded, Wording


def state_title(state: TaskState) -> str:
    """The state of a task."""
    return {
        TaskState.OPEN: t("open"),
        TaskState.DONE: t("done"),
        TaskState.FAILED: t("failed"),
        TaskState.WITHDRAWN: t("withdrawn"),
        TaskState.EXPIRED: t("expired"),
    }[state]


def result_title(result: Result) -> str:
    """What came of a try."""
    return {
        Result.REACHED: t("Reached"),
        Result.NO_ANSWER: t("No answer"),
        Result.BUSY: t("Busy"),
        Result.SWITCHED_OFF: t("Switched off"),
        Result.NOT_IN_SERVICE: t("Not in service"),
        Result.EMPTY_NUMBER: t("Empty number"),
        Result.WRONG_NUMBER: t("Wrong number"),
        Result.REFUSED: t("Refused"),
        Result.CALL_BACK: t("Call back"),
        Result.NOT_THE_OWNER: t("Not the owner"),
    }[result]


def phone_state_title(state: PhoneState) -> str:
    """What is known of a number; empty where nothing is."""
    return {
        PhoneState.UNKNOWN: "",
        PhoneState.VALID: t("valid"),
        PhoneState.EMPTY: t("empty number"),
        PhoneState.WRONG: t("wrong number"),
        PhoneState.SWITCHED_OFF: t("switched off"),
    }[state]


_CHANNELS: Final = {
    "call": Wording("电话", "call"),
    "message": Wording("短信", "text message"),
    "wechat": Wording("微信", "WeChat"),
    "letter": Wording("信函", "letter"),
    "incoming": Wording("来电", "incoming call"),
    "visit": Wording("来店", "visit"),
    "desk": Wording("内部工作", "desk work"),
    "check": Wording("核查", "check"),
}

_VERDICTS: Final = {
    "right": Wording("正确", "right"),
    "corrected": Wording("已更正", "corrected"),
    "unusable": Wording("无效", "unusable"),
}
_SOURCES: Final = {
    "serviced": Wording("维修", "workshop"),
    "delivered": Wording("交车", "delivery"),
    "insured": Wording("投保", "insurance"),
    "call": Wording("通话", "call"),
    "answers": Wording("通话", "call"),
    "import": Wording("导入", "import"),
    "sales": Wording("销售台账", "sales ledger"),
    "service": Wording("维修工单", "repair orders"),
    "insurance": Wording("保单", "insurance policies"),
    "customers": Wording("客户档案", "customer list"),
    "desk": Wording("手工录入", "entered by hand"),
}
_CODES: Final[Mapping[str, Mapping[str, Wording]]] = {
    "channel": _CHANNELS,
    "preferred_channel": _CHANNELS,
    "state": {
        "waiting": Wording("等待确认", "waiting"),
        "accepted": Wording("已同意", "accepted"),
        "refused": Wording("已拒绝", "refused"),
        "queued": Wording("待发", "queued"),
        "sent": Wording("已发", "sent"),
    },
    "kind": {
        "person": Wording("个人", "person"),
        "organisation": Wording("单位", "organisation"),
        "mobile": Wording("手机", "mobile"),
        "landline": Wording("固定电话", "landline"),
        "service": Wording("服务号码", "service number"),
        "foreign": Wording("境外号码", "foreign number"),
        "codes": Wording("查看密码", "codes"),
        "export": Wording("导出", "export"),
        "phones": Wording("查看电话", "phones"),
    },
    "sex": {"male": Wording("男", "male"), "female": Wording("女", "female")},
    "usage": {
        "private": Wording("非营运", "private"),
        "business": Wording("单位用车", "business"),
        "commercial": Wording("营运", "commercial"),
        "taxi": Wording("出租", "taxi"),
        "rental": Wording("租赁", "rental"),
    },
    "sheet": {
        "mechanical": Wording("机修", "mechanics"),
        "body_and_paint": Wording("钣喷", "body and paint"),
    },
    "verdict": _VERDICTS,
    "verdicts": _VERDICTS,
    "source": _SOURCES,
    "sources": _SOURCES,
    "field": FIELDS,
    "by_hand": FIELDS,
    "table": TABLES,
}


def code_word(field: str, value: Any) -> Any:
    """A stored code as people read it and JSON keeps it; what is no code of the field stays as it is.

    >>> word = code_word("sex", "female")
    >>> f"{word}", word == "female"
    ('女', True)
    """
    if not isinstance(value, str):
        return value
    known = _CODES.get(field, {}).get(value)
    said = str(known) if known is not None else _word(field, value)
    return Coded(value, said) if said else value


def _word(field: str, value: str) -> str:
    """The words of states and results."""
    if field == "result" and value in list(Result):
        return result_title(Result(value))
    if field == "state" and value in list(TaskState):
        return state_title(TaskState(value))
    if field == "state" and value in list(PhoneState):
        return phone_state_title(PhoneState(value)) or t("not checked")
    return ""
