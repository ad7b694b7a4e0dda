"""Sitting down at a database, and what a role may do there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dcrc.errors import InputError, NotAllowed, NotFound, PolicyError, UsageError
from dcrc.kernel.customers import Customer, add_customer
from dcrc.kernel.desk import Desk, init_database, open_desk
from dcrc.kernel.operators import (
    add_operator,
    change_role,
    deactivate_operator,
    list_operators,
    masked_phone,
)
from dcrc.testing import TestClock, a_customer, isolated_desk

Seat = Callable[..., Desk]


def test_the_first_operator_is_a_supervisor_and_found_without_a_name(desk: Desk) -> None:
    again = open_desk(desk.db.path, clock=desk.clock, plugins=[])
    assert (again.operator.name, again.operator.role) == ("王敏", "supervisor")
    again.close()


def test_with_several_operators_one_must_say_who_one_is(desk: Desk) -> None:
    add_operator(desk, "周岚", "caller")
    with pytest.raises(UsageError, match="--operator"):
        open_desk(desk.db.path, clock=desk.clock, plugins=[])
    with pytest.raises(NotAllowed, match="周岚"):
        open_desk(desk.db.path, operator="某人", clock=desk.clock, plugins=[])


def test_a_missing_database_is_not_made_by_accident(tmp_path: Path, desk: Desk) -> None:
    with pytest.raises(NotFound, match="dcrc init"):
        open_desk(tmp_path / "none.dcrc", clock=desk.clock, plugins=[])
    assert not (tmp_path / "none.dcrc").exists()


def test_an_existing_database_is_not_made_again(desk: Desk) -> None:
    with pytest.raises(UsageError, match="exists"):
        init_database(desk.db.path, operator="别人", clock=desk.clock, plugins=[])


def test_a_caller_may_not_change_operators(desk: Desk, seat: Seat) -> None:
    caller = seat("周岚", "caller")
    with pytest.raises(NotAllowed, match=r"operators\.edit"):
        add_operator(caller, "唐欣", "supervisor")
    assert [person.name for person in list_operators(desk)] == ["周岚", "王敏"]


def test_an_auditor_looks_but_does_not_touch(desk: Desk, seat: Seat) -> None:
    with pytest.raises(NotAllowed):
        add_customer(seat("审计员", "auditor"), Customer("", "王小明"))
    assert desk.customers.count() == 0


def test_the_last_supervisor_stays(desk: Desk) -> None:
    for leave in (
        lambda: change_role(desk, "王敏", "caller"),
        lambda: deactivate_operator(desk, "王敏"),
    ):
        with pytest.raises(InputError, match="last"):
            leave()
    assert list_operators(desk)[0].role == "supervisor"


def test_a_deactivated_operator_cannot_sit_down(desk: Desk, seat: Seat) -> None:
    seat("周岚", "caller")
    deactivate_operator(desk, "周岚")
    with pytest.raises(NotAllowed):
        open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])


def test_unknown_roles_and_taken_names_are_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match="caller"):
        add_operator(desk, "周岚", "boss")
    with pytest.raises(InputError, match="already"):
        add_operator(desk, " 王敏 ", "caller")


def test_the_dealer_gives_a_role_of_his_own(tmp_path: Path) -> None:
    policy = '[roles.intern]\npermissions = ["customers.view"]\nworks = ["caller"]\n'
    desk = isolated_desk(tmp_path, policy=policy)
    add_operator(desk, "实习生", "intern")
    intern = open_desk(desk.db.path, operator="实习生", clock=desk.clock, plugins=[])
    assert intern.may("customers.view")
    assert not intern.may("calls")
    assert desk.may("approve")


def test_a_wrong_policy_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="confirm_fields"):
        isolated_desk(tmp_path, policy='[customers]\nconfirm_feilds = ["name"]\n')
    with pytest.raises(PolicyError, match="colour"):
        isolated_desk(tmp_path, policy='[customers]\nconfirm_fields = ["colour"]\n')


def test_numbers_are_masked_for_roles_that_do_not_need_them(desk: Desk, seat: Seat) -> None:
    number = a_customer(desk, phone="+8613800001234").phones[0].number
    assert masked_phone(desk, number) == "13800001234"
    assert masked_phone(seat("吧台", "lounge"), number) == "138****1234"


def test_the_day_is_the_dealer_s(desk: Desk) -> None:
    assert isinstance(desk.clock, TestClock)
    desk.clock.advance(hours=14.6)  # 00:06 in Shanghai, still the day before in UTC
    assert desk.today().isoformat() == "2026-11-22"
    assert desk.now().date().isoformat() == "2026-11-21"
