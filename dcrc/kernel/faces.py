"""What a plugin hands to the faces: values, so that no plugin reaches into an interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

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


@attrs.frozen
class InterfacePolicy:
    """The section `interface`: how screens look."""

    theme: Literal["dark", "light"] = attrs.field(
        default="dark",
        metadata={"doc": Wording("界面配色：dark 深色，light 浅色", "colours: dark or light")},
    )


@attrs.frozen
class KeysPolicy:
    """The section `keys`: keys of the interface that the dealer wants elsewhere, by their ids.

    `"result.reached" = "f9"`; the ids stand in the interface's own table and in the operator's guide.
    """

    keys: dict[str, str] = attrs.field(
        factory=dict,
        metadata={"rest": True, "doc": Wording("改键：键的编号 = 新键", "key id = another key")},
    )


FACE_SECTIONS: dict[str, type] = {"interface": InterfacePolicy, "keys": KeysPolicy}
