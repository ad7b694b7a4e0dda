"""TOML files that know on which line each key stands, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs

from dcrc.errors import PolicyError
from dcrc.system_faults import why as why_refused

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_PATH = rf"({_PART}(?:\s*\.\s*{_PART})*)"
_HEADER = re.compile(rf"\s*\[\[?\s*{_PATH}\s*\]")
_ASSIGNMENT = re.compile(rf"\s*{_PATH}\s*=")
_QUIET = re.compile(
    r'"""(?:\\.|[^\\])*?"""' r"|'''.*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*",
    re.DOTALL,
)


def key_lines(text: str) -> dict[str, int]:
    """The line of each dotted key of a TOML text; a key inside an inline table is its table's.

    The tables of a list are numbered from 1.

    >>> key_lines('[contact]\\ntries = 3\\n[contact.slots]\\nmorning = {start = "09:00"}')
    {'contact': 1, 'contact.tries': 2, 'contact.slots': 3, 'contact.slots.morning': 4}
    >>> key_lines('[[fields]]\\nname = "a"\\n[[fields]]\\nname = "b"')["fields[2].name"]
    4
    """
    lines = text.split("\n")
    shape = _QUIET.sub(lambda found: re.sub(r"[^\n]", "_", found[0]), text).split("\n")
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix, depth = "", 0
    for number, (line, bare) in enumerate(zip(lines, shape, strict=True), start=1):
        if depth == 0 and (header := _HEADER.match(line)) and bare.lstrip().startswith("["):
            prefix = _prefix(_dotted(header[1]), counts, bare.lstrip().startswith("[["))
            _remember(found, prefix, number)
            continue
        if depth == 0 and "=" in bare and (assignment := _ASSIGNMENT.match(line)):
            key = _dotted(assignment[1])
            _remember(found, f"{prefix}.{key}" if prefix else key, number)
        depth += sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")
    return found


def _prefix(path: str, counts: dict[str, int], is_list: bool) -> str:
    """The key of a header's table: the tables of a list bear their number, those in them too."""
    prefix = ""
    *above, last = path.split(".")
    for part in above:
        prefix = f"{prefix}.{part}" if prefix else part
        if prefix in counts:
            prefix = f"{prefix}[{counts[prefix]}]"
    prefix = f"{prefix}.{last}" if prefix else last
    if is_list:
        counts[prefix] = counts.get(prefix, 0) + 1
        return f"{prefix}[{counts[prefix]}]"
    return prefix


def _remember(found: dict[str, int], key: str, number: int) -> None:
    while key and key not in found:
        found[key] = number
        key = key.rpartition(".")[0]


def _dotted(path: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in re.findall(_PART, path))


@attrs.frozen(eq=False)
class PolicyFile:
    """A parsed TOML file: its tables, and the line of each key; the same object while the text stays."""

    path: Path
    tables: Mapping[str, Any]
    lines: Mapping[str, int]

    @classmethod
    def read(cls, path: Path) -> PolicyFile:
        """Parse `path`; raises PolicyError with line and column where it is no TOML in UTF-8."""
        try:
            text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            return _parsed(path, text)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise PolicyError(
                "{file}, line {line}: the text is not UTF-8; save the file as UTF-8.",
                file=str(path),
                line=line,
            ) from None
        except tomllib.TOMLDecodeError as error:
            from dcrc.kernel.toml_faults import toml_fault

            line, why = toml_fault(text, error)
            raise PolicyError(
                "{file}, line {line}: not valid TOML ({why}).", file=str(path), line=line, why=why
            ) from None
        except OSError as error:
            raise PolicyError(
                "{file} cannot be read: {why}.", file=str(path), why=why_refused(error)
            ) from None

    def line(self, key: str) -> int | None:
        """The line of a dotted key, or of the nearest thing it stands in."""
        while key:
            if key in self.lines:
                return self.lines[key]
            key = key.rpartition("[" if key.endswith("]") else ".")[0]
        return None


@lru_cache(maxsize=256)
def _parsed(path: Path, text: str) -> PolicyFile:
    """Read anew for every desk, parsed once in a process: parsing takes far longer than reading."""
    return PolicyFile(path, tomllib.loads(text), key_lines(text))
