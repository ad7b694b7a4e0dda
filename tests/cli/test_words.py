"""People read words of their language everywhere; JSON and the codes in it stay."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from dcrc.i18n import speaking, t
from dcrc.imports.report import Counts, Import
from dcrc.kernel.calendar import add_task, withdraw_task
from dcrc.kernel.confirmation import confirm_owner
from dcrc.kernel.customers import Contact, Customer, edit_customer, find_customer
from dcrc.kernel.events import Event
from dcrc.kernel.forms import Answers
from dcrc.kernel.looks import Look
from dcrc.kernel.merges import Merge
from dcrc.kernel.operators import Operator, Permission
from dcrc.kernel.planning import plan
from dcrc.kernel.proposals import Proposal
from dcrc.kernel.scripts import Situation, fill_blanks
from dcrc.kernel.tasks import Attempt, Task
from dcrc.kernel.vehicles import Reading, Vehicle, record_reading
from dcrc.record_words import FIELDS, PERMISSIONS, TABLES
from dcrc.store import Conflict
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk, open_tasks, reached
from dcrc.tui.cards import card
from dcrc.tui.customer_facts import facts_text, load_facts
from dcrc.tui.when import read_day, read_moment
from plugins import new_car_followup, reminders, service_followup

ME = ("--operator", "王敏")
ZH = (*ME, "--lang", "zh")
CODE = re.compile(r"[a-z]+[_.][a-z_.]+")
RECORDS = (
    *(Customer, Vehicle, Event, Task, Attempt, Answers, Proposal, Merge, Operator, Look),
    *(Import, Counts),
)
LEDGER = "客户名称,手机,车架号(VIN),车型,交车日期\n"


def test_every_field_table_and_permission_has_its_words() -> None:
    fields = {each.name for record in RECORDS for each in attrs.fields(record)} - {"terms"}
    assert fields <= FIELDS.keys()
    assert set(PERMISSIONS) == {each.value for each in Permission}
    for words in (*FIELDS.values(), *TABLES.values(), *PERMISSIONS.values()):
        assert words.zh
        assert words.en


def test_every_unit_of_the_policies_is_translated(tmp_path: Any) -> None:
    desk = isolated_desk(tmp_path, plugins=(new_car_followup, reminders, service_followup))
    units = {row.unit for row in desk.policies.rows()} - {"", "%"}
    desk.close()
    with speaking("zh"):
        assert {unit for unit in units if t(unit) == unit} == set()
        assert t("months") == "个月"


def test_the_customer_s_and_the_vehicle_s_page(dcrc: Any) -> None:
    desk = dcrc.desk()
    customer = a_customer(desk, "王小明", phone="13800001234")
    car = a_vehicle(desk, customer)
    for source in ("serviced", "call", "delivered", "import"):
        day = date(2026, 1, len(source))
        record_reading(desk, car.id, Reading(day, 1000 * len(source), source))
    confirm_owner(desk, customer.id, car.id, {"name": "right"})
    with speaking("zh"):
        page = facts_text(desk, load_facts(desk, customer.id)).plain
    desk.close()
    assert "新车主确认" in page
    assert not CODE.search(page)
    for told in (
        dcrc.ok("vehicle", "show", car.vin, *ZH),
        dcrc.ok("customer", "show", "王小明", *ZH),
    ):
        assert not re.search(r"serviced|call\b|delivered|import|owner_confirmed| km\b", told)
    assert "公里" in dcrc.ok("vehicle", "show", car.vin, *ZH)
    shown = dcrc.json("vehicle", "show", car.vin, *ME)["vehicle"]["readings"]
    assert {each["source"] for each in shown} == {"serviced", "call", "delivered", "import"}


def test_a_time_of_day_is_called_by_its_title_on_every_page(dcrc: Any) -> None:
    desk = dcrc.desk()
    customer = a_customer(desk, "王小明", preferred_channel="call")
    edit_customer(desk, customer, attrs.evolve(customer, preferred_time="morning"))
    with speaking("zh"):
        assert "电话 上午" in facts_text(desk, load_facts(desk, customer.id)).plain
        assert "希望上午联系" in card(desk, customer.id).plain
    desk.close()
    assert "上午" in dcrc.ok("customer", "show", "王小明", *ZH)
    number = dcrc.json("log", *ME)["operations"][0]["number"]
    assert "上午" in dcrc.ok("log", "--changes", number, *ZH)
    for ending in ("csv", "json"):
        dcrc.ok("export", "customers", dcrc.folder / f"customers.{ending}", *ZH)
    assert "上午" in (dcrc.folder / "customers.csv").read_text("utf-8-sig")
    (kept,) = json.loads((dcrc.folder / "customers.json").read_text("utf-8"))["customers"]
    assert kept["preferred_time"] == "morning"


@pytest.mark.parametrize(
    ("language", "hobbies", "people"),
    [
        ("zh", "钓鱼、下棋", "姓名 李强、角色 车队长；姓名 王敏"),
        ("en", "钓鱼, 下棋", "name 李强, role 车队长; name 王敏"),
    ],
)
def test_things_in_a_row_have_the_commas_of_the_language(
    dcrc: Any, language: str, hobbies: str, people: str
) -> None:
    desk = dcrc.desk()
    customer = a_customer(desk, "南昌车队")
    contacts = (Contact("李强", "车队长"), Contact("王敏"))
    wanted = attrs.evolve(customer, hobbies=("钓鱼", "下棋"), contacts=contacts)
    edit_customer(desk, customer, wanted)
    with speaking(language):
        page = facts_text(desk, load_facts(desk, customer.id)).plain
        assert hobbies in page
        assert hobbies.replace("钓鱼", "李强 车队长").replace("下棋", "王敏") in page
    desk.close()
    number = dcrc.json("log", *ME)["operations"][0]["number"]
    told = dcrc.ok("log", "--changes", number, *ME, "--lang", language)
    assert hobbies in told
    assert people in told


def test_the_import_report_names_the_kind_of_list(dcrc: Any) -> None:
    (dcrc.folder / "a.csv").write_text(
        LEDGER + "王小明,13800001234,LDCB13F48TA363075,远航,2026-11-01\n"
    )
    told = dcrc.ok("import", dcrc.folder / "a.csv", "--dry-run", *ZH)
    assert "销售台账" in told
    assert "sales" not in told
    report = dcrc.json("import", dcrc.folder / "a.csv", "--dry-run", *ME)
    assert report["files"][0]["sheets"][0]["profile"] == "sales"


def test_who_may_not_is_told_role_and_permission_by_their_titles(dcrc: Any) -> None:
    dcrc.ok("operators", "add", "陈晨", "caller", *ME)
    him = ("undo", "--operation", 2, "--operator", "陈晨")
    assert "陈晨（客服专员）" in dcrc.refused(7, *him, "--lang", "zh")
    assert "撤回他人的操作" in dcrc.refused(7, *him, "--lang", "zh")
    assert "undo others' steps" in dcrc.refused(7, *him)
    params = json.loads(dcrc.refused(7, *him, "--json"))["error"]["params"]
    assert (params["role"], params["permission"]) == ("caller", "undo.any")
    assert "undo.any" not in dcrc.ok("operators", "list", *ZH)


def test_the_help_lists_the_roles_that_the_dealer_has(dcrc: Any) -> None:
    told = dcrc.ok("operators", "add", "--help")
    assert re.search(r"caller +Caller", told)
    dcrc.path.with_suffix(".toml").write_text('[roles.valet]\ntitle = "Valet"\n')
    assert re.search(r"valet +Valet", dcrc.ok("operators", "role", "--help"))


def test_the_log_of_an_import_names_people_cars_and_facts(dcrc: Any, tmp_path: Any) -> None:
    ledger = tmp_path / "销售.csv"
    ledger.write_text(
        "客户名称,手机,车架号(VIN),车牌号,交车日期,成交价(元)\n"
        "王小明,13800001234,LS4AAB3D7HA000001,赣A12345,2026-11-01,92900\n",
        "utf-8",
    )
    dcrc.ok("import", ledger, *ME)
    number = dcrc.json("log", *ME)["operations"][0]["number"]
    told = dcrc.ok("log", "--changes", number, *ZH)
    for words in (
        "客户 王小明 (",
        "车辆 赣A12345 (",
        "事件 王小明 (",
        "成交价 92,900.00",
        "新增 1",
        "交车",
    ):
        assert words in told
    assert re.search(r"车主 +王小明", told)
    assert not CODE.search(told)
    assert not re.search(r"\b(batch|files|rows|sources|delivered|price)\b", told)
    changes = dcrc.json("log", "--changes", number, *ME)["changes"]
    assert next(each["became"] for each in changes if each["field"] == "data") == {
        "price": 9_290_000
    }


def test_the_log_and_a_conflict_name_fields_in_words(dcrc: Any) -> None:
    desk = dcrc.desk()
    task = add_task(desk, a_customer(desk, "王小明"), "回访", desk.today())
    desk.close()
    dcrc.ok("assign", task.id, "王敏", *ME)
    number = dcrc.json("log", *ME)["operations"][0]["number"]
    told = dcrc.ok("log", "--changes", number, *ZH)
    assert "负责人" in told
    assert "手工设定的项目" in told
    assert "任务 王小明 (" in told
    assert not CODE.search(told)
    changes = dcrc.json("log", "--changes", number, *ME)["changes"]
    assert {each["field"] for each in changes} == {"owner", "by_hand"}
    dcrc.ok("assign", task.id, "--nobody", *ME)
    told = dcrc.refused(4, "undo", "--operation", number, *ZH)
    assert "负责人" in told
    assert "owner" not in told
    told = dcrc.refused(4, "undo", "--operation", number, *ME, "--json")
    assert json.loads(told)["error"]["params"]["fields"] == "owner, by_hand"


def test_a_conflict_reads_as_codes_where_developers_read_it() -> None:
    with speaking("zh"):
        assert "tasks x: somebody else has changed owner, due" in str(
            Conflict(("owner", "due"), "tasks", "x")
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_spreadsheets_hold_words_and_come_back_as_they_were(dcrc: Any, language: str) -> None:
    desk = dcrc.desk()
    her = a_customer(desk, "李娜", phone="13800005678", sex="female")
    a_vehicle(desk, her)
    add_task(desk, her, "回访", desk.today())
    desk.close()
    for what in ("customers", "tasks", "vehicles"):
        dcrc.ok("export", what, dcrc.folder / f"{what}.csv", *ME, "--lang", language)
        dcrc.ok("export", what, dcrc.folder / f"{what}.json", *ME, "--lang", language)
    cells = {
        cell
        for what in ("customers", "tasks", "vehicles")
        for row in csv.reader((dcrc.folder / f"{what}.csv").read_text("utf-8-sig").splitlines())
        for cell in row
    }
    words = {
        "zh": {"女", "个人", "未核实", "待办", "客服专员", "非营运"},
        "en": {"female", "person", "not checked", "open", "Caller", "private"},
    }[language]
    assert words <= cells
    (kept,) = json.loads((dcrc.folder / "customers.json").read_text("utf-8"))["customers"]
    assert (kept["sex"], kept["kind"], kept["phone_states"]) == ("female", "person", "unknown")
    (task,) = json.loads((dcrc.folder / "tasks.json").read_text("utf-8"))["tasks"]
    assert (task["state"], task["role"]) == ("open", "caller")
    again = dcrc.json(
        "import", dcrc.folder / "customers.csv", "--profile", "customers", "--dry-run", *ME
    )
    assert (again["rejected"], again["warnings"]) == ([], [])


def test_a_change_that_waits_is_named_in_words(dcrc: Any) -> None:
    dcrc.path.with_suffix(".toml").write_text('[customers]\nconfirm_fields = ["name", "phones"]\n')
    dcrc.ok("operators", "add", "陈晨", "caller", *ME)
    desk = dcrc.desk()
    customer = a_customer(desk, "王小明")
    desk.close()
    caller = dcrc.desk("陈晨")
    found = find_customer(caller, customer.id)
    edit_customer(caller, found, attrs.evolve(found, name="王晓明"))
    with speaking("zh"):
        page = facts_text(caller, load_facts(caller, customer.id)).plain
    caller.close()
    assert "姓名 → 王晓明" in page


def test_an_explanation_says_values_in_words_and_groups_what_has_nothing_to_say(dcrc: Any) -> None:
    dcrc.plugins = [new_car_followup, reminders, service_followup]
    desk = dcrc.desk()
    customer = a_customer(desk, "王小明")
    car = a_vehicle(desk, customer)
    delivered(desk, car, date(2026, 11, 20))
    desk.close()
    told = dcrc.ok("explain", customer.id, *ZH)
    assert "车龄满 10 年之前每 24 个月、之后每 12 个月" in told
    assert "new_car_followup.steps.day3.due_day = 3 天，来自 默认值" in told
    assert "contact_data.confirm_owners = 是" in told
    assert "until_years" not in told
    assert "true" not in told
    silent = [line for line in told.splitlines() if line.startswith("按已知情况，无需")]
    assert len(silent) == 1
    assert "新车不满意跟进、转介绍与置换意向" in silent[0]
    assert "every 24 months until 10 years old" in dcrc.ok("explain", customer.id, *ME)
    rules = [each["rule"] for each in dcrc.json("explain", customer.id, *ME)["explanations"]]
    assert "new_car_followup.dissatisfied" in rules  # JSON has each by itself
    shown = dcrc.ok("policy", "show", "reminders.inspection_rows.private", *ZH)
    assert "车龄满 10 年之前每 24 个月" in shown


def test_an_english_script_has_no_chinese_where_no_dealer_is_named(dcrc: Any) -> None:
    desk = dcrc.desk()
    customer = a_customer(desk, "Wang")
    said = Situation(desk, customer)
    for language, name in (("en", "our shop"), ("zh", "本店")):
        with speaking(language):
            assert fill_blanks("{dealer}", said) == name
    desk.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_examples_beside_a_prompt_are_understood(language: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 23, 9, 30, tzinfo=zone)
    with speaking(language):
        moments = t("for example 15:30, tomorrow 10:00, Fri 9:30, +2h")
        days = t("for example +2, Fri, 11-25")
    read = [
        read_moment(each, now, zone).astimezone(zone).strftime("%m-%d %H:%M")
        for each in re.split("[,、]", re.sub("^(for example|例如)", "", moments))
    ]
    assert read == ["11-23 15:30", "11-24 10:00", "11-27 09:30", "11-23 11:30"]
    read = [
        read_day(each, now.date()).isoformat()
        for each in re.split("[,、]", re.sub("^(for example|例如)", "", days))
    ]
    assert read == ["2026-11-25", "2026-11-27", "2026-11-25"]
    assert (language == "en") == moments.isascii()


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Friday at 3:30 pm", "11-27 15:30"),
        ("tomorrow at 10:00", "11-24 10:00"),
        ("next Tue 9:00", "12-01 09:00"),
        ("12am", "11-24 00:00"),
        ("in 2 hours", "11-23 11:30"),
        ("30 minutes", "11-23 10:00"),
    ],
)
def test_times_are_read_as_english_says_them(text: str, means: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 23, 9, 30, tzinfo=zone)
    assert read_moment(text, now, zone).astimezone(zone).strftime("%m-%d %H:%M") == means


def test_where_no_database_is_found_the_way_to_it_is_told(empty: Any) -> None:
    told = empty.refused(3, "today")
    assert "Go to the folder where the file lies or name it with --db" in told


def test_calls_that_come_later_are_told_apart_when_a_list_is_shared_out(dcrc: Any) -> None:
    dcrc.ok("operators", "add", "周岚", "caller", *ME)
    desk = dcrc.desk()
    customer = a_customer(desk, "王小明")
    add_task(desk, customer, "回访", desk.today())
    add_task(desk, customer, "以后", date(2026, 12, 20), opens=date(2026, 12, 15))
    desk.close()
    share = ("assign", "--due", "today", "--share", "周岚", "--dry-run")
    assert "1 of the 2 calls come later" in dcrc.ok(*share, *ME)
    assert dcrc.json(*share, *ME, page="dcrc assign")["later"] == 1


def test_the_log_tells_answers_and_reasons_as_they_were_asked_and_given(dcrc: Any) -> None:
    desk = dcrc.desk()
    customer = a_customer(desk, "王小明", phone="13800001234")
    delivered(desk, a_vehicle(desk, customer), date(2026, 11, 19))
    plan(desk)
    task = next(each for each in open_tasks(desk, customer) if each.rule.endswith("day3"))
    reached(desk, task)
    other = add_task(desk, customer, "回访", desk.today())
    withdraw_task(desk, other.id, "车已退")
    desk.close()
    withdrawn, _, answered = (each["number"] for each in dcrc.json("log", *ME)["operations"][:3])
    told = dcrc.ok("log", "--changes", withdrawn, *ZH)
    assert "车已退" in told
    assert "{text}" not in told
    told = dcrc.ok("log", "--changes", answered, *ZH)
    assert "非常满意" in told
    assert "交车3日关怀" in told
    assert "very_satisfied" not in told
    changes = dcrc.json("log", "--changes", answered, *ME)["changes"]
    values = next(each["became"] for each in changes if each["field"] == "values")
    assert "very_satisfied" in values.values()


def test_a_conflict_of_a_command_names_whose_record_it_is(dcrc: Any) -> None:
    desk = dcrc.desk()
    customer = a_customer(desk, "王小明")
    edit_customer(desk, customer, attrs.evolve(customer, note="一"))
    first = next(iter(desk.db.journal.operations(limit=1))).number
    now = find_customer(desk, customer.id)
    edit_customer(desk, now, attrs.evolve(now, note="二"))
    desk.close()
    told = dcrc.refused(4, "undo", "--operation", first, *ZH)
    assert "王小明：其他人刚刚修改了：备注。" in told
    assert customer.id not in told
