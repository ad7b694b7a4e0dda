"""Customer text is data: stored as given, found again, and shown so that no terminal obeys it."""

from __future__ import annotations

import re
from contextlib import suppress

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcrc.errors import InputError
from dcrc.kernel.customers import (
    BLANKS,
    Customer,
    add_customer,
    edit_customer,
    find_customer,
    get_customer,
)
from dcrc.kernel.desk import Desk
from dcrc.kernel.history import timeline
from dcrc.kernel.search import search_customers
from dcrc.kernel.undoing import undo
from dcrc.wording import plain

PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # two halves in a row are one sign in JSON
HOSTILE = [
    "[bold red]王[/bold red]",
    "\x1b[31m王\x1b]0;title\x07",
    "'; DROP TABLE documents_1; --",
    '=HYPERLINK("http://example.invalid")',
    "王\u202e明小\u202c",
    "👨‍👩‍👧‍👦🚗",
    "{name} {0} %s %(x)s",
    "null\x00byte",
    "אבג مرحبا",
    "𠮷野家" * 5000,
    "line\nbreak\ttab",
    "\ud800 half",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_it_is_stored_as_given_in_every_field(desk: Desk, text: str) -> None:
    customer = add_customer(
        desk, Customer("", text, address=text, note=text, hobbies=(text,), extra={text: text})
    )
    assert (customer.name, customer.note, customer.extra) == (text, text, {text: text})
    assert find_customer(desk, customer.id) == customer
    if text.isascii() and text.isprintable():
        assert search_customers(desk, text)[0].customer.id == customer.id
    edited = edit_customer(desk, customer, attrs.evolve(customer, name="王小明")).customer
    assert edited.address == text
    assert "\x1b" not in plain(str([entry.detail for entry in timeline(desk, customer.id)]))
    undo(desk)
    assert find_customer(desk, customer.id) == customer
    assert desk.db.verify().problems == ()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_it_is_shown_without_anything_a_terminal_obeys(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text.replace("\u200d", "").replace("\r", ""))
    assert not any(sign < " " or sign in "\x7f\u202e\u202c\ud800" for sign in shown)
    assert plain("王小明 [x] 🚗") == "王小明 [x] 🚗"


@pytest.mark.repeats
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(), min_size=1, max_size=60).filter(lambda text: not PAIR.search(text)))
def test_any_text_survives_a_save_and_only_blanks_around_it_go(desk: Desk, text: str) -> None:
    stored = add_customer(desk, Customer("", "王" + text, address=text))
    assert stored.name == ("王" + text).rstrip(BLANKS)
    assert stored.address == text.strip(BLANKS)
    assert find_customer(desk, stored.id) == stored
    search_customers(desk, text)
    with suppress(InputError):
        get_customer(desk, text)
