"""Everything that must hold before a change lands: `python tools/check.py [pytest arguments]`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(sys.executable).parent
TESTS = ["-q", "-n", "auto", "--dist", "worksteal", "--cov", "--cov-report=term"]


def steps(pytest_arguments: list[str]) -> list[tuple[str, list[str]]]:
    """What is checked, in the order of what fails fastest: (name, command)."""
    python = sys.executable
    return [
        ("catalogues", [python, "hatch_build.py"]),
        ("dependencies", [python, "-m", "pip", "check"]),
        ("lint", [python, "-m", "ruff", "check", "."]),
        ("format", [python, "-m", "ruff", "format", "--check", "."]),
        ("contracts", [str(HERE / "lint-imports")]),
        ("types", [python, "-m", "mypy"]),
        (
            "tests",
            [python, "-m", "pytest", *TESTS]
            if not pytest_arguments
            else [python, "-m", "pytest", *pytest_arguments],
        ),
    ]


def main() -> int:
    """Run every step, also after one failed; the exit code tells whether all passed."""
    environ = {**os.environ, "COVERAGE_CORE": "sysmon" if sys.version_info >= (3, 14) else "ctrace"}
    failed = []
    for name, command in steps(sys.argv[1:]):
        print(f"== {name}", flush=True)
        if name == "dependencies" and not _has_pip():
            command = ["pip", "--python", sys.executable, "check"]
        if subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _has_pip() -> bool:
    asked = [sys.executable, "-m", "pip", "--version"]
    return not subprocess.run(asked, check=False, capture_output=True).returncode


if __name__ == "__main__":
    sys.exit(main())
