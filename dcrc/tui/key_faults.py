"""What is wrong with keys as a dealer's file maps them: no such action, no such key, a key that is taken."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import product

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS

from dcrc.i18n import t
from dcrc.kernel.plugins import PluginHost
from dcrc.tui.keys import BY_ID, PLACES

_MOVES = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete")
_FUNCTIONS = tuple(f"f{number}" for number in range(1, 25))
_NAMED = ("enter", "escape", "tab", "space", "backspace", *_MOVES, *_FUNCTIONS)
_LETTERS = frozenset(string.ascii_lowercase) - {
    "h",
    "i",
    "j",
    "m",
}  # with Ctrl these are other keys


def sign_name(sign: str) -> str:
    """What a sign is called as a key.

    >>> sign_name("/"), sign_name("?"), sign_name("g")
    ('slash', 'question_mark', 'g')
    """
    if sign.isalnum():
        return sign
    name = unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


_SIGNS = frozenset(map(sign_name, string.ascii_letters + string.digits + string.punctuation))
SENT = frozenset(
    {
        *_NAMED,
        *_SIGNS,
        *(f"ctrl+{letter}" for letter in _LETTERS),
        *(f"{with_}+{key}" for with_, key in product(("ctrl", "shift"), (*_MOVES, *_FUNCTIONS))),
        "shift+tab",
    }
)
"""Every key that terminals send."""


def plugin_keys(host: PluginHost) -> set[str]:
    """The ids of the keys on the screens that plugins add; a screen that cannot be loaded has none."""
    found: set[str] = set()
    for _, entry in host.ask_each("dcrc_screens"):
        try:
            screen = entry.load()
        except Exception:  # noqa: BLE001 - a plugin's fault is told where its screen is opened
            continue
        declared = [each for cls in screen.__mro__ for each in vars(cls).get("BINDINGS", ())]
        found |= {each.id for each in declared if isinstance(each, Binding) and each.id}
    return found


def key_faults(
    wished: Mapping[str, str], others: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """(action, what is wrong) for each faulty line of `wished`, action → key or keys with commas between.

    `others` are actions of plugins' screens.
    """
    known = sorted({*BY_ID, *others})
    for name, keys in wished.items():
        if name not in known:
            near = get_close_matches(name, known, 3) or known
            yield (
                name,
                t(
                    "there is no action {name}; possible are: {names}",
                    name=name,
                    names=", ".join(near),
                ),
            )
            continue
        for key in _parts(keys):
            fault = "" if key in SENT else _no_key(key)
            fault = fault or (_taken(name, key, wished) if name in BY_ID else "")
            if fault:
                yield name, fault


def _no_key(key: str) -> str:
    if len(key) == 1 and key.isascii() and key.isprintable() and sign_name(key) in SENT:
        return t("write {name} instead of {key}", name=sign_name(key), key=key)
    if near := get_close_matches(key.lower(), SENT, 3, 0.75):
        return t(
            "no keyboard sends {key}; similar: {names}", key=key, names=", ".join(sorted(near))
        )
    return t(
        "no keyboard sends {key}; possible are f1 to f24, letters, digits and signs (slash), enter, space,"
        " tab, delete, arrows (up), and ctrl+ before a letter",
        key=key,
    )


def _parts(keys: str) -> list[str]:
    return [part.strip() for part in keys.split(",")]


def _keys_of(name: str, wished: Mapping[str, str]) -> set[str]:
    return set(_parts(wished.get(name, BY_ID[name].keys)))


def _taken(name: str, key: str, wished: Mapping[str, str]) -> str:
    """What else `key` does where the action `name` works; actions that share a key anyhow may."""
    for place, ids in PLACES.items():
        for other in ids if name in ids else ():
            shared = _keys_of(other, {}) & _keys_of(name, {})
            same = BY_ID[other].action == BY_ID[name].action
            if other != name and not shared and not same and key in _keys_of(other, wished):
                return t(
                    "in “{place}” {key} does “{what}” ({other}) already; give that another key, too, or take"
                    " a free one: {free}",
                    place=t(place),
                    key=key,
                    what=t(BY_ID[other].says),
                    other=other,
                    free=", ".join(_free(place, wished)),
                )
    return ""


def _free(place: str, wished: Mapping[str, str]) -> list[str]:
    used = {key for name in PLACES[place] for key in _keys_of(name, wished)}
    offered = [
        *_FUNCTIONS[:12],
        "ctrl+b",
        "ctrl+r",
        "shift+f2",
        "shift+f3",
    ]  # none that text fields take
    return [key for key in offered if key not in used][:5]
