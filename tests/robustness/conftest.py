"""A shop with customers, cars and a planned calendar, and the real commands to break it with."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from dcrc.cli import Settings, program
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.planning import plan
from dcrc.testing import (
    TestClock,
    a_customer,
    a_vehicle,
    delivered,
    isolated_desk,
    steady_entropy,
)
from plugins import new_car_followup, reminders, service_followup

TODAY = date(2026, 11, 21)
SUPERVISOR = "王敏"
PEOPLE = 40
PLUGINS = (new_car_followup, service_followup, reminders)


@attrs.define
class Shop:
    """One database file and what is done with it by commands."""

    folder: Path
    clock: TestClock = attrs.field(factory=lambda: TestClock(TODAY))
    plugins: Sequence[Any] | None = PLUGINS
    entropy: Callable[[int], bytes] = attrs.field(factory=lambda: steady_entropy("shop"))

    @property
    def path(self) -> Path:
        return self.folder / "dealer.dcrc"

    def run(self, *words: object, language: str = "en") -> Result:
        """One command as a person types it, however it ends."""
        seat = Settings(clock=self.clock, entropy=self.entropy, plugins=self.plugins)
        return CliRunner().invoke(
            program,
            [str(word) for word in words],
            obj=seat,
            env={"DCRC_DB": str(self.path), "DCRC_LANG": language, "DCRC_TRACEBACK": ""},
        )

    def ok(self, *words: object) -> str:
        """What a command that succeeds prints."""
        result = self.run(*words)
        assert result.exit_code == 0, (words, result.exit_code, result.stderr)
        return result.stdout

    def json(self, *words: object) -> Any:
        """The JSON of a command that succeeds."""
        return json.loads(self.ok(*words, "--json"))

    def refused(self, code: int, *words: object) -> str:
        """A command that must end with `code`: one clear line on stderr in each language; the English."""
        said = {}
        for language in ("en", "zh"):
            result = self.run(*words, language=language)
            assert result.exit_code == code, (words, result.exit_code, result.output)
            assert "Traceback" not in result.output, result.output
            (line,) = result.stderr.splitlines()
            assert line.startswith("dcrc: "), line
            assert result.stdout.count("\n") <= 1, result.stdout
            said[language] = line
        assert said["en"] != said["zh"], f"not translated: {said['en']}"
        problem = self.run(*words, "--json")
        assert json.loads(problem.stderr)["error"]["code"] == code
        return said["en"]

    def desk(self) -> Desk:
        return open_desk(
            self.path,
            operator=SUPERVISOR,
            clock=self.clock,
            entropy=self.entropy,
            plugins=self.plugins,
        )

    def digest(self) -> str:
        """A hash of the file's bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def sound(self) -> None:
        """Documents and journal agree."""
        self.ok("verify")

    def sql(self, statement: str) -> None:
        """Meddle with the file behind the program's back."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute(statement)
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    desk = isolated_desk(folder, plugins=PLUGINS, today=TODAY, operator=SUPERVISOR)
    for number in range(PEOPLE):
        owner = a_customer(desk, f"客户{number}")
        delivered(desk, a_vehicle(desk, owner), on=TODAY - timedelta(days=number % 12))
    plan(desk)
    desk.close()
    return folder / "dealer.dcrc"


@pytest.fixture
def shop(tmp_path: Path, _template: Path) -> Shop:
    """Forty owners of new cars, planned; the supervisor 王敏."""
    folder = tmp_path / "shop"
    folder.mkdir()
    shutil.copy(_template, folder / "dealer.dcrc")
    return Shop(folder)


def sales_ledger(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A sales ledger: name, phone, VIN, delivery, address."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("销售")
        for line, cells in enumerate([("车主姓名", "手机", "车架号", "交车日期", "地址"), *rows]):
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, str(cell))
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Callable[..., Path]:
    """`ledger(count)` writes a sales ledger of that many cars that nobody knows yet."""
    from dcrc.testing import a_vin

    def write(count: int, first: int = 5000, name: str = "sales.xlsx") -> Path:
        rows = [
            (
                f"车主{n}",
                f"1390000{n:04d}",
                a_vin(n),
                TODAY - timedelta(days=n % 20),
                f"某某路{n}号",
            )
            for n in range(first, first + count)
        ]
        return sales_ledger(tmp_path / name, rows)

    return write
