"""What is wrong in a TOML file, in the words of whoever wrote it instead of the parser's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dcrc.wording import Wording

if TYPE_CHECKING:
    import tomllib

_REASONS: Final = (
    (
        "Expected '=' after a key",
        Wording("名称后面缺少“=”", "a name must be followed by ="),
    ),
    (
        "Expected ']",
        Wording("方括号没有写完整", "a closing bracket ] is missing"),
    ),
    (
        "Expected newline",
        Wording(
            "值后面还有多余的内容，每行只写一项", "something follows the value; one setting a line"
        ),
    ),
    (
        "Invalid statement",
        Wording(
            "这一行既不是 [段名] 也不是 名称 = 值", "this is neither [section] nor name = value"
        ),
    ),
    (
        "Invalid initial character for a key",
        Wording(
            "名称只能用字母、数字、- 和 _，其他名称要加引号",
            "names are letters, digits, - and _; others need quotes",
        ),
    ),
    (
        "Invalid value",
        Wording(
            "值写法不对：文字要加引号，是/否写 true/false",
            "no such value: texts need quotes, yes and no are true and false",
        ),
    ),
    (
        "Invalid date",
        Wording("没有这一天或这个时间", "there is no such day or time"),
    ),
    (
        "Unterminated string",
        Wording("文字后面缺少引号", "a closing quote is missing"),
    ),
    (
        "Unclosed array",
        Wording("列表后面缺少“]”", "a closing ] is missing"),
    ),
    (
        "Unclosed inline table",
        Wording("花括号没有写完整", "a closing } is missing"),
    ),
    (
        "Unescaped '\\'",
        Wording(
            "引号内的 \\ 要写成 \\\\，或者改用单引号",
            "write \\\\ for \\ within quotes, or use single quotes",
        ),
    ),
    (
        "Escaped character",
        Wording("引号内有无法识别的 \\ 写法", "an unknown \\ sequence stands within the quotes"),
    ),
    (
        "Invalid hex",
        Wording("引号内有无法识别的 \\ 写法", "an unknown \\ sequence stands within the quotes"),
    ),
    (
        "Illegal character",
        Wording("这里有不允许的控制字符", "a control character stands here"),
    ),
    (
        "Found invalid character",
        Wording("这里有不允许的字符", "a character stands here that may not"),
    ),
    (
        ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate"),
        Wording("同一个名称或段写了两次", "the same name or section is written twice"),
    ),
)


def toml_fault(text: str, error: tomllib.TOMLDecodeError) -> tuple[int, str]:
    """The line of `text` that the parser stumbled over, and the reason in the reader's language.

    A reason that is not known here is given as the parser says it.
    """
    said = str(error)
    found = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    if found is None:
        return max(len(text.splitlines()), 1), _reason(said.removesuffix(" (at end of document)"))
    number, column = int(found[1]), int(found[2])
    line = text.split("\n")[number - 1]
    before, after = line[: column - 1], line[column - 1 :]
    if re.search(r"\b\d{4}$", before) and re.match(r"-\d", after):
        return number, _reason("Invalid date")  # the parser took the year for a number
    return number, _reason(said[: found.start()])


def _reason(said: str) -> str:
    return next((str(reason) for begins, reason in _REASONS if said.startswith(begins)), said)
