"""A batch goes on after a failing step, never runs twice at once, and writes no customer into its log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from xlsxwriter import Workbook

from dcrc.cli.batch_file import read_steps
from dcrc.errors import InputError
from dcrc.kernel.hooks import hookimpl
from dcrc.kernel.plugins import BatchStep
from dcrc.testing import a_vin
from dcrc.wording import Wording

LEDGER = (
    "客户名称,手机,车架号(VIN),车牌号,车型,交车日期,销售顾问\n"
    f"王小明,13800001234,{a_vin(1)},粤A12345,远航,2026-11-15,陈浩\n"
)
WRONG = "李娜,13800005678,LXXXXXXXXXXXXXXX1,粤A54321,远航,2026-11-15,陈浩\n"


def write(dcrc: Any, steps: str, name: str = "night.toml") -> Path:
    file: Path = dcrc.folder / name
    file.write_text(steps, "utf-8")
    return file


def test_steps_one_after_the_other_and_again(dcrc: Any) -> None:
    (dcrc.folder / "sales.csv").write_text(LEDGER, "utf-8")
    steps = write(
        dcrc,
        '[[step]]\ndo = "import"\nfiles = ["sal*.csv"]\n'
        '[[step]]\ndo = "plan"\n'
        '[[step]]\ndo = "backup"\ntarget = "copies/dealer-{date}.dcrc"\nkeep = 2\n'
        '[[step]]\ndo = "verify"\n',
    )
    first = dcrc.json("batch", steps, page="dcrc batch")
    assert [step["step"] for step in first["steps"]] == ["import", "plan", "backup", "verify"]
    assert "1 new" in first["steps"][0]["said"]
    head = dcrc.json("log")["operations"][0]["number"]
    again = dcrc.json("batch", steps)
    assert "0 new, 0 changed, 1 unchanged" in again["steps"][0]["said"]
    assert dcrc.json("log")["operations"][0]["number"] == head
    for day in ("2026-11-22", "2026-11-23"):
        dcrc.ok("batch", steps, "--today", day)
    copies = sorted(file.name for file in (dcrc.folder / "copies").iterdir())
    assert copies == ["dealer-20261122.dcrc", "dealer-20261123.dcrc"]


def test_a_failing_step_does_not_keep_the_rest_from_running(dcrc: Any) -> None:
    steps = write(dcrc, "import nothing*.xlsx\nplan\n# done\n", "night.txt")
    result = dcrc.run("batch", steps)
    assert result.exit_code == 5
    assert "1 of 2 steps failed: import" in result.stderr
    assert "nothing*.xlsx" in result.stdout
    report = dcrc.json("batch", steps, code=5, page="dcrc batch")
    assert [step["ok"] for step in report["steps"]] == [False, True]


def test_a_file_that_is_no_list_does_not_keep_the_others_out(dcrc: Any) -> None:
    (dcrc.folder / "a.csv").write_text("nothing\nknown\n", "utf-8")
    (dcrc.folder / "b.csv").write_text(LEDGER, "utf-8")
    (dcrc.folder / "c.csv").write_bytes(b"SQLite format 3\x00" + bytes(100))
    steps = write(dcrc, "import *.csv nothing*.xlsx\nplan\n", "night.txt")
    report = dcrc.json("batch", steps, code=5, page="dcrc batch")
    assert [step["ended"] for step in report["steps"]] == ["partial", "done"]
    said = report["steps"][0]["said"]
    assert "1 files: 1 new" in said
    assert "left out: No file fits nothing*.xlsx" in said
    assert "left out: c.csv is a SQLite file" in said
    assert "left out: a.csv is no list known here (" in said
    assert "…" not in said
    (dcrc.folder / "b.csv").unlink()
    (dcrc.folder / "d.csv").mkdir()
    report = dcrc.json("batch", steps, code=5)
    assert [step["ended"] for step in report["steps"]] == ["failed", "done"]
    said = report["steps"][0]["said"]
    assert said.count("left out: ") == 4
    assert "d.csv cannot be read: it is a folder." in said
    assert said in (dcrc.folder / "dealer.batch.log").read_text("utf-8")


def test_what_is_said_of_sheets_names_none_in_the_log(dcrc: Any) -> None:
    with Workbook(dcrc.folder / "a.xlsx") as book:
        book.add_worksheet("本月").write_column(0, 0, LEDGER.splitlines())
        for row, line in enumerate(LEDGER.splitlines()):
            book.get_worksheet_by_name("本月").write_row(row, 0, line.split(","))
        book.add_worksheet("李娜13800005678").hide()
        book.add_worksheet("空")
    steps = write(dcrc, "import a.xlsx\n", "night.txt")
    said = dcrc.json("batch", steps)["steps"][0]["said"]
    assert "a.xlsx: the hidden sheet … was passed over." in said
    assert "李娜" not in (dcrc.folder / "dealer.batch.log").read_text("utf-8")
    assert "李娜13800005678" in dcrc.ok("import", dcrc.folder / "a.xlsx")


def test_the_log_has_no_customer(dcrc: Any) -> None:
    (dcrc.folder / "sales.csv").write_text(LEDGER + WRONG, "utf-8")
    steps = write(dcrc, 'import sales.csv rejects="rejected-{date}.xlsx"\nplan\n', "night.txt")
    assert dcrc.run("batch", steps).exit_code == 5
    log = (dcrc.folder / "dealer.batch.log").read_text("utf-8")
    assert "+08:00 import PARTIAL" in log
    assert "plan ok" in log
    for secret in ("王小明", "李娜", "1380000", "粤A", a_vin(1), "LXXX"):
        assert secret not in log
    assert (dcrc.folder / "rejected-20261121.xlsx").exists()


def test_it_never_runs_twice_at_once(dcrc: Any) -> None:
    steps = write(dcrc, "plan\n", "night.txt")
    with FileLock(dcrc.folder / "dealer.dcrc.batch.lock"):
        assert "running" in dcrc.refused(4, "batch", steps)
    dcrc.ok("batch", steps)


def test_a_plugin_s_step_runs_and_its_defect_is_contained(dcrc: Any) -> None:
    def broken(desk: Any) -> str:
        raise RuntimeError("王小明 13800001234")

    class Nightly:
        @hookimpl
        def dcrc_batch_steps(self) -> list[BatchStep]:
            return [
                BatchStep("greet", Wording("问候", "Greetings"), lambda desk: "3 greetings"),
                BatchStep("break", Wording("出错", "Breaks"), broken),
            ]

    dcrc.plugins = [*dcrc.plugins, Nightly()]
    steps = write(dcrc, "break\ngreet\n", "night.txt")
    report = dcrc.json("batch", steps, code=5)
    assert [step["said"] for step in report["steps"]] == ["RuntimeError", "3 greetings"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "improt x.csv\n", "improt"),
        ("a.txt", "plan until=+3d quickly\n", "quickly"),
        ("a.txt", "import 'open\n", "a.txt:1"),
        ("a.toml", '[[step]]\nfiles = ["x"]\n', "step 1"),
        ("a.toml", '[[steps]]\ndo = "plan"\n', "steps"),
        ("a.toml", '[[step]]\ndo = "plan"\nfast = true\n', "fast"),
        ("a.toml", "[[step\n", "a.toml"),
    ],
)
def test_a_wrong_file_is_refused_before_anything_runs(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    with pytest.raises(InputError) as problem:
        read_steps(file, frozenset())
    assert said in str(problem.value)


def test_a_missing_list_of_steps(dcrc: Any) -> None:
    assert "none.txt" in dcrc.refused(8, "batch", dcrc.folder / "none.txt")


def test_sentences_lose_what_may_name_a_customer() -> None:
    from dcrc.cli.batch_log import without_customers
    from dcrc.errors import NotFound

    said = without_customers(
        NotFound("There is no customer {ref} in {path}.", ref="王小明", path="x")
    )
    assert "王小明" not in said
    assert "x" in said
