"""What tables, their fields and permissions are called by people; files and JSON keep the codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dcrc.i18n import listed
from dcrc.wording import Coded, Wording

TABLES: Final[Mapping[str, Wording]] = {
    "customers": Wording("客户", "customer"),
    "vehicles": Wording("车辆", "vehicle"),
    "events": Wording("事件", "event"),
    "tasks": Wording("任务", "task"),
    "attempts": Wording("联系记录", "attempt"),
    "answers": Wording("问卷", "answers"),
    "proposals": Wording("待确认的更改", "proposal"),
    "merges": Wording("客户合并", "merge"),
    "operators": Wording("人员", "operator"),
    "outbox": Wording("待发短信", "message"),
    "imports": Wording("导入", "import"),
    "looks": Wording("查看记录", "look"),
    "planning": Wording("计划", "planning"),
    "drafts": Wording("草稿", "draft"),
}

FIELDS: Final[Mapping[str, Wording]] = {
    "accessories": Wording("精品", "accessories"),
    "active": Wording("在岗", "active"),
    "address": Wording("地址", "address"),
    "after": Wording("新值", "new value"),
    "archived": Wording("已归档", "archived"),
    "at": Wording("时间", "time"),
    "audio_code": Wording("音响密码", "audio code"),
    "batch": Wording("批次", "batch"),
    "became": Wording("改为", "became"),
    "before": Wording("原值", "old value"),
    "birthday": Wording("生日", "birthday"),
    "business": Wording("主营业务", "main business"),
    "by": Wording("提出人", "proposed by"),
    "by_hand": Wording("手工设定的项目", "set by hand"),
    "call_back": Wording("约定回电", "call back at"),
    "changed": Wording("更改", "changed"),
    "channel": Wording("联系方式", "channel"),
    "closed_at": Wording("关闭时间", "closed at"),
    "closed_by": Wording("关闭人", "closed by"),
    "closed_on": Wording("关闭日期", "closed on"),
    "colour": Wording("颜色", "colour"),
    "contacts": Wording("联系人", "contact persons"),
    "contested": Wording("各来源说法", "what each source said"),
    "count": Wording("数量", "count"),
    "created": Wording("建立时间", "created"),
    "credit_grade": Wording("信用等级", "credit grade"),
    "customer": Wording("客户", "customer"),
    "data": Wording("内容", "content"),
    "decided_at": Wording("审批时间", "decided at"),
    "decided_by": Wording("审批人", "decided by"),
    "detail": Wording("说明", "detail"),
    "do_not_contact": Wording("请勿联系", "do not contact"),
    "due": Wording("到期日", "due"),
    "duplicate": Wording("重复", "duplicate"),
    "email": Wording("电子邮箱", "e-mail"),
    "employer": Wording("工作单位", "employer"),
    "engine_number": Wording("发动机号", "engine number"),
    "entered_by": Wording("录入部门", "entered by"),
    "event": Wording("事件", "event"),
    "expires": Wording("作废日", "expires"),
    "extra": Wording("其他列", "other columns"),
    "field": Wording("字段", "field"),
    "files": Wording("文件", "files"),
    "first_registered": Wording("初次登记", "first registered"),
    "form": Wording("问卷", "form"),
    "founded": Wording("成立日期", "founded"),
    "gone": Wording("被并入的客户", "merged customer"),
    "hobbies": Wording("爱好", "hobbies"),
    "id": Wording("编号", "id"),
    "id_number": Wording("证件号码", "ID number"),
    "industry": Wording("行业", "industry"),
    "job": Wording("职业", "job"),
    "keep": Wording("保留的客户", "kept customer"),
    "key": Wording("单号", "number"),
    "key_code": Wording("钥匙密码", "key code"),
    "kind": Wording("类别", "kind"),
    "km": Wording("里程", "mileage"),
    "lunar_birthday": Wording("农历生日", "lunar birthday"),
    "marital_status": Wording("婚姻状况", "marital status"),
    "marketing_consent": Wording("同意营销", "consent to marketing"),
    "merged_into": Wording("并入", "merged into"),
    "message": Wording("短信", "message"),
    "model": Wording("车型", "model"),
    "most_tries": Wording("最多试几次", "most tries"),
    "moved": Wording("移动的记录", "moved records"),
    "name": Wording("姓名", "name"),
    "new": Wording("新增", "new"),
    "next_at": Wording("最早联系时间", "not before"),
    "note": Wording("备注", "note"),
    "number": Wording("号码", "number"),
    "occurrence": Wording("次序", "occurrence"),
    "on": Wording("日期", "day"),
    "opens": Wording("可联系日", "opens"),
    "operator": Wording("人员", "operator"),
    "owner": Wording("负责人", "owner"),
    "person_in_charge": Wording("负责人", "person in charge"),
    "phone": Wording("电话", "phone"),
    "phones": Wording("电话", "phones"),
    "plate": Wording("车牌", "plate"),
    "points": Wording("得分", "points"),
    "postcode": Wording("邮编", "postcode"),
    "preferred_channel": Wording("希望的联系方式", "preferred channel"),
    "preferred_time": Wording("希望的联系时间", "preferred time"),
    "priority": Wording("优先级", "priority"),
    "readings": Wording("里程读数", "mileages"),
    "reason": Wording("原因", "reason"),
    "reason_params": Wording("原因的内容", "reason's content"),
    "reasons": Wording("依据", "reasons"),
    "record": Wording("记录", "record"),
    "ref": Wording("对象", "about"),
    "rejected": Wording("拒收", "rejected"),
    "result": Wording("结果", "result"),
    "role": Wording("角色", "role"),
    "rows": Wording("行数", "rows"),
    "rule": Wording("规则", "rule"),
    "satisfied": Wording("满意", "satisfied"),
    "script": Wording("话术", "script"),
    "sent_at": Wording("发送时间", "sent at"),
    "sex": Wording("性别", "sex"),
    "size": Wording("规模", "size"),
    "slot": Wording("时段", "time of day"),
    "source": Wording("来源", "source"),
    "sources": Wording("来源", "sources"),
    "state": Wording("状态", "state"),
    "subject": Wording("对象", "subject"),
    "table": Wording("数据表", "table"),
    "task": Wording("任务", "task"),
    "text": Wording("内容", "text"),
    "title": Wording("事项", "title"),
    "tries": Wording("已试次数", "tries"),
    "trim": Wording("配置", "trim"),
    "unchanged": Wording("未变", "unchanged"),
    "unmerged_at": Wording("分开时间", "parted at"),
    "unmerged_by": Wording("分开人", "parted by"),
    "until": Wording("最早发送时间", "not before"),
    "usage": Wording("用途", "usage"),
    "value_grade": Wording("价值等级", "value grade"),
    "values": Wording("回答", "answers"),
    "vehicle": Wording("车辆", "vehicle"),
    "version": Wording("版本", "version"),
    "vin": Wording("车架号", "VIN"),
    "was": Wording("原为", "was"),
    "weak": Wording("薄弱项", "weak items"),
    "website": Wording("网站", "website"),
    "wechat": Wording("微信", "WeChat"),
}

PERMISSIONS: Final[Mapping[str, Wording]] = {
    "customers.view": Wording("查看客户", "see customers"),
    "customers.edit": Wording("修改客户", "edit customers"),
    "calls": Wording("打电话", "make calls"),
    "tasks.assign": Wording("分派任务", "assign tasks"),
    "tasks.withdraw": Wording("撤销任务", "withdraw tasks"),
    "plan": Wording("生成计划", "plan"),
    "import": Wording("导入", "import"),
    "export": Wording("导出", "export"),
    "undo.own": Wording("撤回自己的操作", "undo one's own steps"),
    "undo.any": Wording("撤回他人的操作", "undo others' steps"),
    "approve": Wording("审批更改", "approve changes"),
    "secrets.view": Wording("查看密码", "see secret codes"),
    "phones.view": Wording("查看完整号码", "see whole numbers"),
    "operators.edit": Wording("管理人员", "manage operators"),
    "policy.view": Wording("查看标准", "see policies"),
    "log.view": Wording("查看全部日志", "see everybody's log"),
    "backup": Wording("备份", "back up"),
}


def table_title(table: str) -> str:
    """What a record of that table is called; the table's name where nobody has said."""
    return str(TABLES.get(table, table))


def field_title(field: str, table: str = "") -> str:
    """What a field is called; its name where nobody has said. A vehicle's customer is its owner."""
    if field == "customer" and table == "vehicles":
        return str(Wording("车主", "owner"))
    return str(FIELDS.get(field, field))


def permission_title(permission: str) -> str:
    """What a permission is called; its name if it is a plugin's own."""
    return str(PERMISSIONS.get(permission, permission))


def fields_word(fields: Iterable[str], table: str = "") -> Coded:
    """Several fields in a row, for a message."""
    names = tuple(fields)
    return Coded(", ".join(names), listed(field_title(each, table) for each in names))
