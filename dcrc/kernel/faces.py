"""What a plugin hands to the faces: values, so that no plugin reaches into an interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@attrs.frozen
class CustomerBlock:
    """A block on the customer page: `lines(desk, customer_id)` gives its plain text, none hides it."""

    name: str
    title: Wording
    lines: Callable[[Desk, str], list[str]]


@attrs.frozen
class ScreenEntry:
    """A screen in the menu: `load()` imports and returns its Textual `Screen` class when it is opened.

    The interface calls the class with the desk: `load()(desk)`.
    """

    name: str
    title: Wording
    load: Callable[[], type[Any]]
