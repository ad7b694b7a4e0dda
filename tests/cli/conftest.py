"""One fixture gives the command line on an isolated database, with a clock that stands still."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from dcrc.cli import Settings, program
from dcrc.kernel.desk import Desk, init_database, open_desk
from dcrc.testing import TestClock, steady_entropy

sys.path.insert(0, str(Path(__file__).parent))  # json_page, beside the tests that use it

from json_page import mismatches

TODAY = date(2026, 11, 21)
SUPERVISOR = "王敏"


@attrs.define
class CommandLine:
    """Runs `dcrc …` in this process."""

    folder: Path
    clock: TestClock
    entropy: Callable[[int], bytes]
    plugins: Sequence[Any]
    language: str = "en"

    @property
    def path(self) -> Path:
        return self.folder / "dealer.dcrc"

    def run(self, *words: object, input: str | None = None) -> Result:
        """One command, however it ends; a defect is raised, not hidden behind its exit code."""
        seat = Settings(clock=self.clock, entropy=self.entropy, plugins=self.plugins)
        result = CliRunner().invoke(
            program,
            [str(word) for word in words],
            obj=seat,
            input=input,
            env={"DCRC_DB": str(self.path), "DCRC_LANG": self.language, "DCRC_TRACEBACK": "1"},
        )
        assert result.exit_code != 1, result.stderr
        return result

    def ok(self, *words: object) -> str:
        """What a command that succeeds prints."""
        result = self.run(*words)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def json(self, *words: object, page: str = "", code: int = 0) -> Any:
        """A command's JSON, checked against its section of docs/json.md."""
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.stderr
        document = json.loads(result.stdout)
        if page:
            assert not list(mismatches(document, page))
        return document

    def refused(self, code: int, *words: object) -> str:
        """What a command that must fail with that exit code says; nothing of it on stdout."""
        result = self.run(*words)
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
        return result.stderr

    def desk(self, operator: str = SUPERVISOR) -> Desk:
        return open_desk(
            self.path,
            operator=operator,
            clock=self.clock,
            entropy=self.entropy,
            plugins=self.plugins,
        )


@pytest.fixture
def empty(tmp_path: Path) -> CommandLine:
    """No database yet."""
    import plugins.new_car_followup as new_car_followup

    return CommandLine(tmp_path, TestClock(TODAY), steady_entropy(), [new_car_followup])


@pytest.fixture
def dcrc(empty: CommandLine) -> CommandLine:
    """A database with one operator, the supervisor 王敏, and the new-car follow-up."""
    init_database(
        empty.path,
        operator=SUPERVISOR,
        clock=empty.clock,
        entropy=empty.entropy,
        plugins=empty.plugins,
    ).close()
    return empty
