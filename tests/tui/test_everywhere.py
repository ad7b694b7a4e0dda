"""What holds on every screen: language, hostile text, errors, others' changes, keys, the real cursor."""

from __future__ import annotations

import ast
import gettext
from pathlib import Path
from typing import Any

import pytest

import dcrc
from dcrc import hookimpl
from dcrc.i18n import speaking
from dcrc.kernel.customers import Customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.faces import ScreenEntry
from dcrc.kernel.operators import add_operator, find_operator
from dcrc.kernel.plugins import PluginHost
from dcrc.kernel.vehicles import change_owner
from dcrc.testing import a_customer, a_vehicle, isolated_desk
from dcrc.tui.actions import ActionList
from dcrc.tui.app import DcrcApp
from dcrc.tui.calendar_screen import CalendarScreen
from dcrc.tui.call_sheet import CallSheet
from dcrc.tui.customer_facts import facts_text, load_facts
from dcrc.tui.customer_form import CustomerForm
from dcrc.tui.customer_page import CustomerPage
from dcrc.tui.fields import OptionQuestion
from dcrc.tui.key_faults import key_faults, plugin_keys
from dcrc.tui.keys import PLACES, TABLE
from dcrc.tui.record_list import RecordList
from dcrc.tui.search import SearchDialog
from dcrc.tui.settings import Settings
from dcrc.tui.supervision import Supervision, calls_made
from dcrc.tui.today import Today
from dcrc.wording import Wording
from plugins import reminders

HOSTILE = "[b]李[/b]\x1b[31m雷\u202e=1+1'; DROP TABLE [@click=app.quit]x[/]"


async def test_an_empty_day_says_what_to_do_next(opened: Any) -> None:
    async with opened() as seat:
        assert "今天没有到期任务" in seat.text
        assert "dcrc import" in seat.text


async def test_hostile_names_are_text_on_every_screen(
    opened: Any, desk: Desk, new_owner: Any
) -> None:
    from dcrc.kernel.planning import plan

    customer = new_owner(HOSTILE, 5, note=HOSTILE, address=HOSTILE)
    plan(desk)
    async with opened(size=(160, 40)) as seat:
        for keys in ((), ("enter",), ("ctrl+o",), ("e",)):
            await seat.press(*keys)
            assert "\x1b" not in seat.text
            assert "\u202e" not in seat.text
            assert "[b]李[/b]␛[31m雷" in seat.text
        await seat.press("escape", "escape", "escape", "slash")
        await seat.type("13800001000")
        assert "[b]李[/b]␛[31m雷" in seat.text
    assert find_customer(desk, customer.id).name == HOSTILE.strip()


async def test_english_from_end_to_end(opened: Any, owners: list[Customer]) -> None:
    with speaking("en"):
        async with opened(size=(120, 40)) as seat:
            assert "Today" in seat.text.splitlines()[0]
            await seat.press("enter")
            assert "F3 No answer" in seat.text
            assert "Very satisfied" in seat.text or "very satisfied" in seat.text
            await seat.press("f1")
            assert "Keys that work here" in seat.text


def messages_of_the_interface() -> set[str]:
    """Every message id that the interface's own code shows."""
    found = {text for key in TABLE for text in (key.says, key.short) if text}
    for file in (Path(dcrc.__file__).parent / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name == "t" or name.endswith("Error"):
                    found.add(str(node.args[0].value))
    return found


def test_every_message_is_translated() -> None:
    folder = Path(dcrc.__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES"
    known: set[str] = set()
    for file in folder.glob("*.mo"):
        with file.open("rb") as stream:
            known |= set(gettext.GNUTranslations(stream)._catalog)  # type: ignore[attr-defined]
    assert not messages_of_the_interface() - known


async def test_search_opens_from_a_text_field_and_shows_results_while_typing(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter")
        seat.screen.query_one("#note").focus()
        await seat.press("ctrl+f")
        assert isinstance(seat.screen, SearchDialog)
        await seat.type("chenj")
        assert "陈静" in seat.text
        assert "王小明" not in seat.text.split("查找客户")[1].split("Esc")[0]
        await seat.press("enter")
        assert isinstance(seat.screen, CustomerPage)
        assert seat.screen.customer_id == owners[2].id


async def test_nobody_found_is_said(opened: Any, owners: list[Customer]) -> None:
    async with opened() as seat:
        await seat.press("slash")
        await seat.type("qqq")
        assert "没有找到“qqq”" in seat.text


async def test_help_lists_the_keys_that_work_here_and_finds_them(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("enter", "f1")
        assert isinstance(seat.screen, ActionList)
        await seat.type("空号")
        assert "F7" in seat.text
        assert "无人接听" not in seat.text.split("这里可用的键")[1].split("回车执行")[0]


@pytest.mark.parametrize(
    ("typed", "screen"), [("主管", Supervision), ("设置", Settings), ("日历 ctrl", CalendarScreen)]
)
async def test_the_palette_opens_every_screen(
    opened: Any, owners: list[Customer], typed: str, screen: type
) -> None:
    async with opened() as seat:
        await seat.press("ctrl+p")
        await seat.type(typed)
        await seat.press("enter")
        assert isinstance(seat.screen, screen)


async def test_another_desks_changes_appear_by_themselves(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened() as seat:
        await seat.press("down")
        here = seat.screen.query_one("#sheets").current.key
        assert here == owners[1].id
        from dcrc.kernel.calendar import add_task

        add_task(desk, owners[2], "马上回电", desk.today(), priority=99)
        before = seat.text.splitlines()[0]
        await seat.app._look()
        await seat.rest()
        assert seat.text.splitlines()[0] != before
        assert "手工任务" in seat.text
        assert seat.screen.query_one("#sheets").current.key == here


async def test_an_error_is_a_message_that_says_how_to_go_on(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    async with opened(size=(120, 30)) as seat:
        await seat.press("n")
        assert isinstance(seat.screen, CustomerForm)
        await seat.type("新来的")
        await seat.press("enter", "enter", "enter")
        await seat.type("12345678")
        await seat.press("ctrl+s")
        assert isinstance(seat.screen, CustomerForm)
        assert "✗" in seat.text
        assert "12345678" in seat.text
        await seat.press(*["backspace"] * 8)
        await seat.type("138 0000 4321")
        await seat.press("ctrl+s")
        assert "已添加客户 新来的" in seat.text
    assert desk.customers.count() == 4


async def test_the_programs_own_fault_is_one_line_and_the_interface_lives(
    opened: Any, owners: list[Customer]
) -> None:
    async with opened() as seat:

        def broken(_: Desk) -> None:
            raise ZeroDivisionError("with a customer's name in it")

        seat.app.perform(broken, lambda _: None)
        await seat.rest()
        assert "ZeroDivisionError" in seat.text
        assert "customer's name" not in seat.text
        await seat.press("down")
        assert isinstance(seat.screen, Today)
        seat.app.faults.clear()


def test_a_fault_is_placed_in_our_own_files_and_its_traceback_can_be_had(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from textual.css.query import NoMatches

    from dcrc.errors import DcrcError
    from dcrc.tui.app import DcrcApp, place_of

    with pytest.raises(NoMatches) as caught:  # raised in Textual's files, from a line of ours
        ActionList("", [])._narrow("")
    fault = caught.value
    assert place_of(fault).startswith("actions.py:")
    app = DcrcApp(desk)
    app.faults.append(fault)
    app._return_code = 1
    monkeypatch.setenv("DCRC_TRACEBACK", "1")
    with pytest.raises(DcrcError, match=r"actions\.py"):
        app.raise_fault()
    assert "Traceback" in capsys.readouterr().err
    app.lane.close()


async def test_a_long_message_says_that_it_goes_on(opened: Any) -> None:
    async with opened() as seat:
        for tone in ("information", "warning", "error"):
            seat.app.say("很长的一句话" * 60, tone)
            await seat.rest()
            assert "…" in next(
                line for line in reversed(seat.text.splitlines()) if "很长" in line
            ), tone


def test_counts_that_find_no_room_are_counted() -> None:
    from textual.content import Content

    from dcrc.tui.counts import laid_out

    parts = [Content(f"功能{number:02d} 12 项到期") for number in range(20)]
    shown = laid_out(parts, 40).plain.splitlines()
    assert len(shown) == 4
    listed = sum(line.count("功能") for line in shown)
    assert shown[-1].endswith(f"… +{20 - listed}")
    assert "…" not in laid_out(parts[:4], 40).plain


async def test_a_plugins_screen_that_fails_is_named_and_the_rest_works(
    opened: Any, tmp_path: Path
) -> None:
    class Broken:
        @hookimpl
        def dcrc_screens(self) -> list[ScreenEntry]:
            def load() -> type[Any]:
                raise RuntimeError("boom")

            return [ScreenEntry("broken", Wording("坏界面", "Broken"), load)]

    (tmp_path / "other").mkdir()
    desk = isolated_desk(tmp_path / "other", plugins=[Broken()])
    async with opened(at=desk) as seat:
        await seat.press("ctrl+p")
        await seat.type("坏界面")
        await seat.press("enter")
        assert "broken" in seat.text
        assert isinstance(seat.screen, Today)
    desk.close()


async def test_the_dealers_file_remaps_keys_and_colours(opened: Any, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    policy = '[interface]\ntheme = "light"\n[keys]\n"search" = "g"\n"no.such" = "f9"\n'
    desk = isolated_desk(tmp_path / "other", policy=policy)
    async with opened(at=desk) as seat:
        assert seat.app.theme == "dcrc-light"
        assert "no.such" in seat.text
        assert "G 查找" in seat.text
        await seat.press("g")
        assert isinstance(seat.screen, SearchDialog)
    desk.close()


def test_keys_of_plugins_screens_can_be_mapped_and_misspelt() -> None:
    known = plugin_keys(PluginHost.load([reminders]))
    assert not list(key_faults({"reminders.week": "w"}, known))
    ((name, why),) = key_faults({"reminders.weak": "w"}, known)
    assert name == "reminders.weak"
    assert "reminders.week" in why


def test_every_key_of_a_screen_is_known_to_work_there() -> None:
    screens = {
        "Today's calls": (Today, RecordList),
        "Customer page": (CustomerPage, RecordList),
        "Call sheet": (CallSheet, RecordList, OptionQuestion),
        "Edit": (CustomerForm, OptionQuestion),
        "Calendar": (CalendarScreen, RecordList),
        "Supervision: the team's day and proposals": (Supervision, RecordList),
    }
    assert set(screens) == set(PLACES)
    for place, classes in screens.items():
        mine = {
            binding.id
            for cls in (*classes, DcrcApp)
            for base in cls.__mro__
            for binding in vars(base).get("BINDINGS", ())
            if getattr(binding, "id", None)
        }
        assert mine <= set(PLACES[place]), (place, mine - set(PLACES[place]))


def test_keys_as_they_are_collide_nowhere() -> None:
    assert not list(key_faults({key.id: key.keys for key in TABLE}))


async def test_the_terminals_cursor_stands_at_the_caret(
    opened: Any, owners: list[Customer]
) -> None:
    """An input method opens its window where the terminal's cursor is; Chinese takes two cells."""
    async with opened() as seat:
        await seat.press("slash")
        field = seat.app.focused
        start = seat.app.cursor_position
        assert start == field.content_region.offset
        await seat.type("王小")
        assert seat.app.cursor_position.x == start.x + 4
        await seat.press("escape", "down")
        lines = seat.screen.query_one("#sheets")
        assert seat.app.cursor_position.y == lines.region.y + 2


async def test_a_caller_without_the_right_is_told_so_and_phones_are_masked(
    opened: Any, desk: Desk, owners: list[Customer]
) -> None:
    add_operator(desk, "吧台小李", "lounge")
    desk.operator = find_operator(desk, "吧台小李")
    async with opened(size=(120, 40), plan_first=True) as seat:
        await seat.press("slash")
        await seat.type("王小明")
        assert "13800001000" not in seat.text
        await seat.press("enter", "e")
        assert isinstance(seat.screen, CustomerForm)
        assert "13800001000" not in seat.text


async def test_a_proposal_is_decided_in_supervision(opened: Any, tmp_path: Path) -> None:
    import attrs

    from dcrc.kernel.customers import edit_customer

    (tmp_path / "other").mkdir()
    policy = '[customers]\nconfirm_fields = ["name"]\n'
    desk = isolated_desk(tmp_path / "other", policy=policy)
    customer = a_customer(desk, "王小名")
    add_operator(desk, "小赵", "caller")
    supervisor = desk.operator
    desk.operator = find_operator(desk, "小赵")
    edit_customer(desk, customer, attrs.evolve(customer, name="王小明"))
    desk.operator = supervisor
    async with opened(at=desk, size=(120, 30)) as seat:
        await seat.press("ctrl+p")
        await seat.type("主管")
        await seat.press("enter")
        assert "王小名" in seat.text
        assert "姓名" in seat.text
        await seat.press("y")
        assert "已同意" in seat.text
    assert find_customer(desk, customer.id).name == "王小明"
    desk.close()


async def test_a_car_s_owner_who_waits_for_the_supervisor_is_a_name_to_him_alone(
    opened: Any, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    desk = isolated_desk(tmp_path / "other", policy='[customers]\nconfirm_fields = ["owner"]\n')
    seller, buyer = (a_customer(desk, name) for name in ("王小明", "李强"))
    car = a_vehicle(desk, seller, plate="赣D12345", model="陆风X7")
    add_operator(desk, "小赵", "caller")
    supervisor = desk.operator
    desk.operator = find_operator(desk, "小赵")
    change_owner(desk, car.id, buyer.id)
    page = facts_text(desk, load_facts(desk, seller.id)).plain
    assert "! 待主管确认：赣D12345 陆风X7 已转给他人" in page
    desk.operator = supervisor
    async with opened(at=desk, size=(120, 30)) as seat:
        await seat.press("ctrl+p")
        await seat.type("主管")
        await seat.press("enter")
        (line,) = (line for line in seat.text.splitlines() if "小赵" in line)
        assert line.split() == ["王小明", "车主", "王小明", "李强", "小赵"]
    desk.close()


async def test_what_comes_in_while_the_interface_closes_is_shown_nowhere(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[bool] = []
    async with opened() as seat:
        screen, close_all = seat.screen, seat.app._close_all
        assert seat.app._shows(screen)

        async def closing() -> None:  # its lists go first, the screen still stands in its stack
            shown.append(seat.app._shows(screen))
            await close_all()

        monkeypatch.setattr(seat.app, "_close_all", closing)
    assert shown == [False]


def test_a_call_about_several_tasks_counts_once() -> None:
    tries, reached = calls_made(
        {"operator": "王敏", "customer": customer, "result": result, "at": f"2026-11-21T{at}+08:00"}
        for customer, result, at in (
            ("C1", "no_answer", "09:30:00.998"),
            ("C1", "no_answer", "09:30:01.003"),
            ("C1", "no_answer", "14:10:00.000"),
            ("C2", "reached", "09:31:00.000"),
            ("C2", "reached", "09:31:00.001"),
            ("C2", "reached", "09:31:00.002"),
        )
    )
    assert (tries["王敏"], reached["王敏"]) == (3, 1)


async def test_letters_do_the_same_with_caps_lock(opened: Any, owners: list[Customer]) -> None:
    async with opened() as seat:
        await seat.press("M")
        assert "全部人员" in seat.text
        await seat.press("C")
        assert isinstance(seat.screen, CustomerPage)


async def test_the_page_says_why_nothing_is_planned(opened: Any, desk: Desk) -> None:
    customer = a_customer(desk, "无车客户")
    async with opened() as seat:
        seat.app.open_customer(customer.id)
        await seat.rest()
        await seat.press("w")
        assert "交车3日关怀" in seat.text
        assert "按已知情况，无需：" in seat.text


async def test_settings_speak_the_operators_language_and_open_what_is_cut_off(opened: Any) -> None:
    async with opened() as seat:
        await seat.press("ctrl+p")
        await seat.type("设置")
        await seat.press("enter")
        assert "新车回访" in seat.text
        assert "默认值" in seat.text
        await seat.press("enter")
        assert "新车回访：交车后三周内应做的各次联系。" in seat.text


async def test_a_new_customer_is_on_his_page(opened: Any) -> None:
    async with opened() as seat:
        await seat.press("n")
        await seat.type("新来客")
        await seat.press("ctrl+s")
        assert isinstance(seat.screen, CustomerPage)
        assert "客户 · 新来客" in seat.text
        await seat.press("escape")
        assert isinstance(seat.screen, Today)
