"""The dealer himself: what scripts and letters call him, and where he is."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from dcrc.i18n import t
from dcrc.wording import Wording


def _known_zone(_: object, __: object, value: str) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(t("no time zone is called “{name}”", name=value)) from error


@attrs.frozen
class DealerPolicy:
    """The section `dealer` of the dealer's file."""

    name: Wording = attrs.field(
        default=Wording("本店", "our shop"),
        metadata={"doc": Wording("经销商名称，话术中使用", "name, as scripts say it")},
    )
    phone: str = attrs.field(default="", metadata={"doc": Wording("服务电话", "service line")})
    address: str = attrs.field(default="", metadata={"doc": Wording("地址", "address")})
    province: str = attrs.field(
        default="",
        metadata={"doc": Wording("车牌所在省简称", "province character of local plates")},
    )
    timezone: str = attrs.field(
        default="Asia/Shanghai",
        validator=_known_zone,
        metadata={"doc": Wording("时区", "time zone")},
    )
