"""Rules and owners as people name them on the command line; what nobody knows is refused."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tinydb import where

from dcrc.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcrc.kernel.desk import Desk

MOST_NAMES = 8


def rule_named(desk: Desk, text: str) -> str:
    """The full name of the rule that `text` means: itself, its last part, or its title.

    Raises InputError naming the nearest ones, or all that fit when several do.
    """
    from dcrc.kernel.planning import rule_titles_of

    said = text.strip()
    titles = rule_titles_of(desk)
    if said in titles or desk.tasks.count(where("rule") == said):
        return said
    fitting = [
        name
        for name, title in titles.items()
        if said.lower() == name.rpartition(".")[2] or said in (title.zh, title.en)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise InputError(
            "{rule} may be several rules: {names}.",
            field="rule",
            rule=said,
            names=", ".join(fitting),
        )
    short = {name.rpartition(".")[2]: name for name in titles}
    near = [short.get(name, name) for name in get_close_matches(said, [*titles, *short], 3, 0.5)]
    raise InputError(
        "There is no rule {rule}; known are: {names}.",
        field="rule",
        rule=said,
        names=_listed(dict.fromkeys(near) or titles),
    )


def owner_named(desk: Desk, text: str) -> str:
    """The owner that `text` means, "" for nobody; InputError for who neither works here nor has a task."""
    from dcrc.kernel.operators import list_operators

    said = text.strip()
    people = [person.name for person in list_operators(desk)]
    if not said or said in people or desk.tasks.count(where("owner") == said):
        return said
    near = get_close_matches(said, people, 3, 0.5)
    raise InputError(
        "Nobody here is called {name}; known are: {names}.",
        field="owner",
        name=said,
        names=_listed(near or people),
    )


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = ["…"] if len(listed) > MOST_NAMES else []
    return ", ".join([*listed[:MOST_NAMES], *more])
