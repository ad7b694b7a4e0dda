"""What the dealer's file says of imports; the import itself stands above the kernel."""

from __future__ import annotations

import attrs

from dcrc.wording import Wording


@attrs.frozen
class ImportsPolicy:
    """The section `imports` of the dealer's file."""

    folder: str = attrs.field(
        default="profiles",
        metadata={
            "doc": Wording(
                "放映射文件（*.toml）的文件夹，相对于数据库所在文件夹",
                "folder with mapping files (*.toml), relative to the database's folder",
            )
        },
    )
    headers: dict[str, dict[str, tuple[str, ...]]] = attrs.field(
        factory=dict,
        metadata={
            "doc": Wording(
                "本店表头的其他叫法：方案名.字段名 = [表头, …]",
                "other headers used here: profile.field = [header, …]",
            )
        },
    )
    keep_unmapped: bool = attrs.field(
        default=True,
        metadata={
            "doc": Wording(
                "未识别的列保存在记录的附加信息里",
                "columns without a meaning are kept in the record",
            )
        },
    )
    area_code: str = attrs.field(
        default="",
        metadata={
            "doc": Wording(
                "固定电话默认区号，如 0796", "area code of landlines written without one"
            )
        },
    )
