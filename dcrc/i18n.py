"""The message catalogue: English sentences are the ids, Chinese comes from `locale/` folders.

Each part of dcrc and each plugin keeps its own `locale/zh_CN/LC_MESSAGES/<domain>.mo`; `add_catalogue`
puts them behind one look-up. The language is one per process: faces set it once at start.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dcrc.errors import DcrcError

LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh_CN", "en": "en"}
_language = "zh"
_folders: list[Path] = [Path(__file__).parent / "locale"]


def language() -> str:
    """The language texts are shown in: `zh` or `en`."""
    return _language


def set_language(name: str) -> None:
    """Show texts in `name` (`zh`, `en`, or a locale such as `en_GB.UTF-8`); anything else is Chinese."""
    global _language
    _language = "en" if name.lower().startswith(("en", "c.", "posix")) or name == "C" else "zh"


def language_of_environment(environ: Mapping[str, str] = os.environ) -> str:
    """`DCRC_LANG`, else the locale's language, else Chinese."""
    for variable in ("DCRC_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(variable, "")
        if value.lower().startswith("zh"):
            return "zh"
        if value.lower().startswith("en"):
            return "en"
    return "zh"


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Show texts in `name` inside the block."""
    before = _language
    set_language(name)
    try:
        yield
    finally:
        set_language(before)


def add_catalogue(folder: Path) -> None:
    """Look for translations in `folder` too (`folder/zh_CN/LC_MESSAGES/*.mo`)."""
    if folder not in _folders:
        _folders.append(folder)
        _translations.cache_clear()


@cache
def _translations(name: str) -> gettext.NullTranslations:
    chain = gettext.NullTranslations()
    for folder in _folders:
        for file in sorted((folder / _LOCALES[name] / "LC_MESSAGES").glob("*.mo")):
            with file.open("rb") as stream:
                chain.add_fallback(gettext.GNUTranslations(stream))
    return chain


def t(msgid: str, /, **params: Any) -> str:
    """`msgid` in the current language with its `{name}` blanks filled."""
    text = _translations(_language).gettext(msgid) if _language != "en" else msgid
    return text.format(**params) if params else text


def listed(texts: Iterable[str]) -> str:
    """Several things in a row, with the language's own comma; codes that have words are said in words."""
    return ("、" if language() == "zh" else ", ").join(str(text) for text in texts)


def listed_apart(texts: Iterable[str]) -> str:
    """Several things in a row that have commas of their own: with the language's semicolon."""
    return ("；" if language() == "zh" else "; ").join(str(text) for text in texts)


def translate_error(error: DcrcError) -> str:
    """What the operator reads of `error`, in the current language."""
    return t(error.msgid, **error.params)
