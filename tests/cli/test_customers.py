"""Customers and vehicles on the command line, and the JSON that is promised of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dcrc.i18n import speaking
from dcrc.kernel.vehicles import change_owner, vehicles_of
from dcrc.testing import a_customer, a_vin, serviced
from dcrc.tui.customer_facts import facts_text, load_facts

VIN = a_vin(1)


@pytest.fixture
def owner(dcrc: Any) -> str:
    """王小明 with a phone and a car; his id."""
    added = dcrc.json(
        "customer",
        "add",
        "王小明",
        "--phone",
        "138-0000-1234",
        "--set",
        "birthday=1980-02-03",
        "--set",
        "lunar_birthday=闰6-1",
        "--set",
        "hobbies=钓鱼、登山",
        page="dcrc customer add",
    )["customer"]
    assert added["phones"][0]["number"] == "+8613800001234"
    assert added["lunar_birthday"] == {"month": 6, "day": 1, "leap": True}
    assert added["hobbies"] == ["钓鱼", "登山"]
    dcrc.json(
        "vehicle", "add", VIN.lower(), "--owner", added["id"], "--set", "plate=粤A·12345",
        page="dcrc vehicle add",
    )  # fmt: skip
    return str(added["id"])


@pytest.mark.parametrize("text", ["王小明", "wxm", "wangxiaoming", "1234", "12345", VIN[-6:]])
def test_found_by_name_initials_phone_plate_vin(dcrc: Any, owner: str, text: str) -> None:
    found = dcrc.json("customer", "find", text, page="dcrc customer find")
    assert [hit["customer"]["id"] for hit in found["found"]] == [owner]
    assert "王小明" in dcrc.ok("customer", "find", text)


def test_the_page_has_everything(dcrc: Any, owner: str) -> None:
    shown = dcrc.json("customer", "show", "13800001234", page="dcrc customer show")
    assert shown["customer"]["id"] == owner
    assert shown["vehicles"][0]["plate"] == "粤A12345"
    text = dcrc.ok("customer", "show", "王小明")
    assert VIN in text
    assert "1980-02-03" in text


def test_the_second_owner_s_page_has_the_car_s_services_and_not_who_had_it(
    dcrc: Any, owner: str
) -> None:
    desk = dcrc.desk()
    buyer = a_customer(desk, "李静", "+8613900002345")
    (car,) = vehicles_of(desk, owner)
    told = {"work": "保养", "km": 9800, "amount": 58_000, "sent_by": "王大力"}
    serviced(desk, car, date(2026, 5, 25), "RO77", **told)
    change_owner(desk, car.id, buyer.id)
    shown = dcrc.json("customer", "show", buyer.id, page="dcrc customer show")
    (visit,) = shown["before"]
    assert (visit["at"][:10], visit["title"]) == ("2026-05-25", "Serviced")
    assert "9800" in visit["detail"]
    with speaking("en"):
        page = facts_text(desk, load_facts(desk, buyer.id)).plain
    page += dcrc.ok("customer", "show", buyer.id)
    assert page.count("2026-05-25") == 2
    assert "under another name" in page
    assert not [
        private
        for private in ("王小明", "王大力", "580", "0000123")
        if private in page + str(shown)
    ]
    assert dcrc.json("customer", "show", owner)["before"] == []
    desk.close()


def test_an_edit_changes_only_what_it_says(dcrc: Any, owner: str) -> None:
    edited = dcrc.json(
        "customer", "edit", owner, "--set", "address=人民路1号", "--phone", "13900002345",
        "--phone-state", "13800001234=empty", page="dcrc customer edit",
    )  # fmt: skip
    assert edited["customer"]["name"] == "王小明"
    assert [phone["state"] for phone in edited["customer"]["phones"]] == ["empty", "unknown"]
    gone = dcrc.json("customer", "edit", owner, "--drop-phone", "13800001234")
    assert [phone["number"] for phone in gone["customer"]["phones"]] == ["+8613900002345"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "addres=x"], "address"),
        (["--set", "birthday=31.12."], "birthday"),
        (["--set", "do_not_contact=perhaps"], "neither yes nor no"),
        (["--set", "address"], "FIELD=VALUE"),
        (["--phone", "12345678901"], "12345678901"),
        (["--drop-phone", "13900009999"], "no number"),
        (["--phone-state", "13800001234=odd"], "unknown, valid"),
    ],
)
def test_what_cannot_be_set_is_said(dcrc: Any, owner: str, words: list[str], said: str) -> None:
    assert said in dcrc.refused(3, "customer", "edit", owner, *words)


def test_key_fields_wait_for_the_supervisor(dcrc: Any, owner: str) -> None:
    policy = dcrc.path.with_suffix(".toml")
    policy.write_text('[customers]\nconfirm_fields = ["name", "phones", "vin"]\n', "utf-8")
    dcrc.ok("operators", "add", "周岚", "caller")
    edited = dcrc.json("customer", "edit", owner, "--name", "王大明", "--operator", "周岚")
    assert edited["customer"]["name"] == "王小明"
    assert len(edited["proposals"]) == 1
    waiting = dcrc.json("proposals", "list", "--operator", "王敏", page="dcrc proposals list")
    assert (waiting["total"], waiting["proposals"][0]["after"]) == (1, "王大明")
    assert "王大明" in dcrc.ok("proposals", "list", "--operator", "王敏")
    dcrc.refused(7, "proposals", "accept", waiting["proposals"][0]["id"], "--operator", "周岚")
    decided = dcrc.json(
        "proposals", "accept", waiting["proposals"][0]["id"], "--operator", "王敏",
        page="dcrc proposals accept",
    )  # fmt: skip
    assert decided["proposal"]["state"] == "accepted"
    shown = dcrc.json("customer", "show", owner, "--operator", "王敏")
    assert shown["customer"]["name"] == "王大明"
    dcrc.refused(3, "proposals", "refuse", "nothing", "--operator", "王敏")


def test_merged_and_parted_again(dcrc: Any, owner: str) -> None:
    other = dcrc.json("customer", "add", "王小名", "--phone", "13800001234")["customer"]["id"]
    groups = dcrc.json("duplicates", page="dcrc duplicates")
    assert groups["total"] == 1
    assert "王小名" in dcrc.ok("duplicates")
    merged = dcrc.json("customer", "merge", owner, other, page="dcrc customer merge")
    assert merged["merge"]["gone"] == other
    assert dcrc.json("customer", "show", other)["customer"]["id"] == owner
    back = dcrc.json("customer", "unmerge", other[-6:].lower(), page="dcrc customer unmerge")
    assert back["customer"]["name"] == "王小名"
    assert "no merged" in dcrc.refused(3, "customer", "unmerge", owner).lower()


def test_archived_ones_leave_the_search(dcrc: Any, owner: str) -> None:
    done = dcrc.json("customer", "archive", owner, page="dcrc customer archive")
    assert done["customer"]["archived"]
    assert "Nobody" in dcrc.ok("customer", "find", "王小明")
    dcrc.ok("customer", "archive", owner, "--back")
    assert "王小明" in dcrc.ok("customer", "find", "王小明")


def test_a_new_owner_confirms_his_data(dcrc: Any, owner: str) -> None:
    done = dcrc.json(
        "customer", "confirm", owner, "--name", "right", "--address", "corrected=学院街2号",
        page="dcrc customer confirm",
    )  # fmt: skip
    assert done["verdicts"] == {"name": "right", "address": "corrected"}
    assert dcrc.json("customer", "show", owner)["customer"]["address"] == "学院街2号"
    dcrc.refused(3, "customer", "confirm", owner, "--name", "perhaps")
    dcrc.refused(3, "customer", "confirm", owner)


def test_a_vehicle_s_mileage_codes_and_owner(dcrc: Any, owner: str) -> None:
    done = dcrc.json(
        "vehicle", "reading", "粤A12345", 15200, "--on", "昨天", page="dcrc vehicle reading"
    )
    assert done["vehicle"]["readings"] == [{"on": "2026-11-20", "km": 15200, "source": "call"}]
    assert done["remarks"] == []
    told = dcrc.ok("vehicle", "reading", "粤A12345", 1530)
    assert "1530" in told
    assert "15200" in told
    (remark,) = dcrc.json("vehicle", "reading", "粤A12345", 153)["remarks"]
    assert "1530" in remark
    assert "2062-01-05" in dcrc.refused(3, "vehicle", "reading", VIN, 16000, "--on", "2062-01-05")
    dcrc.json("vehicle", "edit", VIN, "--set", "key_code=K77", page="dcrc vehicle edit")
    shown = dcrc.json("vehicle", "show", VIN[-6:], page="dcrc vehicle show")
    assert shown["owner"]["id"] == owner
    assert "K77" not in str(shown)
    assert "K77" not in dcrc.ok("vehicle", "show", VIN)
    codes = dcrc.json("vehicle", "codes", VIN, page="dcrc vehicle codes")
    assert codes["key_code"] == "K77"
    assert "reveal codes" in [line["name"] for line in dcrc.json("log")["operations"]]
    other = dcrc.json("customer", "add", "李娜")["customer"]["id"]
    dcrc.ok("vehicle", "edit", VIN, "--owner", "李娜")
    assert dcrc.json("vehicle", "show", VIN)["owner"]["id"] == other


def test_a_wrong_check_digit_is_refused(dcrc: Any) -> None:
    wrong = VIN[:8] + ("1" if VIN[8] != "1" else "2") + VIN[9:]
    assert wrong in dcrc.refused(3, "vehicle", "add", wrong)


def test_numbers_are_hidden_where_the_role_does_not_show_them(dcrc: Any, owner: str) -> None:
    dcrc.ok("operators", "add", "吧台", "lounge")
    for words in (["customer", "show", owner], ["customer", "find", "王小明"]):
        assert "13800001234" not in dcrc.ok(*words, "--operator", "吧台")
        assert "13800001234" not in dcrc.ok(*words, "--operator", "吧台", "--json")


def test_hostile_text_is_shown_as_text(dcrc: Any) -> None:
    name = "\x1b[31m[red]王五[/red]\u202e'; DROP TABLE customers;--"
    printed = dcrc.ok("customer", "add", name, "--phone", "13800007777")
    printed += dcrc.ok("customer", "edit", "13800007777", "--set", "note=\x1b[2J")
    printed += dcrc.ok("customer", "find", "7777") + dcrc.ok("customer", "show", "13800007777")
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "[red]王五[/red]" in printed
    assert dcrc.json("customer", "show", "13800007777")["customer"]["name"] == name


def test_the_list_says_how_many_more_there_are(dcrc: Any) -> None:
    for number in range(4):
        dcrc.ok("customer", "add", f"陈晨{number}")
    assert "There are more" in dcrc.ok("customer", "find", "陈晨", "--limit", 2)
    cut = dcrc.json("customer", "find", "陈晨", "--limit", 2)
    assert (len(cut["found"]), cut["more"]) == (2, True)
    assert len(dcrc.json("customer", "find", "陈晨", "--limit", 0)["found"]) == 4


def test_an_edit_of_nothing_says_so(dcrc: Any, owner: str) -> None:
    assert "Nothing of 王小明 changed" in dcrc.ok("customer", "edit", owner)
    assert "dcrc customer find" in dcrc.refused(3, "customer", "show", "9880")


def test_the_page_has_the_dealer_s_time(dcrc: Any, owner: str) -> None:
    from dcrc.testing import serviced

    desk = dcrc.desk()
    (car,) = desk.vehicles.all()
    from dcrc.kernel.vehicles import find_vehicle

    serviced(
        desk,
        find_vehicle(desk, car.doc_id),
        on=desk.today(),
        came_in="2026-11-03T01:08:00+00:00",
    )
    desk.close()
    printed = dcrc.ok("customer", "show", owner)
    assert "2026-11-03 09:08" in printed
    assert "01:08" not in printed
