"""Records to documents and back, strictly."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcrc.errors import DamagedData, InputError
from dcrc.kernel.customers import Contact, Customer, CustomerKind, LunarDay, Phone, PhoneState
from dcrc.kernel.documents import from_document, to_document
from dcrc.kernel.tasks import Task

TEXT = st.text(max_size=20)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
PHONES = st.builds(
    Phone, TEXT, st.sampled_from(["mobile", "landline"]), st.sampled_from(PhoneState)
)
CUSTOMERS = st.builds(
    Customer,
    id=TEXT,
    name=TEXT,
    kind=st.sampled_from(CustomerKind),
    phones=st.lists(PHONES, max_size=3).map(tuple),
    birthday=st.none() | DAYS,
    lunar_birthday=st.none()
    | st.builds(LunarDay, st.integers(1, 12), st.integers(1, 30), st.booleans()),
    contacts=st.lists(st.builds(Contact, TEXT, TEXT), max_size=2).map(tuple),
    hobbies=st.lists(TEXT, max_size=3).map(tuple),
    do_not_contact=st.booleans(),
    marketing_consent=st.booleans(),
    extra=st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=3),
)


@given(CUSTOMERS)
def test_a_record_comes_back_from_json_as_it_was(customer: Customer) -> None:
    document = to_document(customer)
    assert "id" not in document
    again = json.loads(json.dumps(document))
    assert again == document  # plain JSON types only
    assert from_document(Customer, customer.id, again) == customer


def test_empty_fields_are_left_out_and_telling_defaults_kept() -> None:
    task = Task("a", "r", "c", "s", "o", date(2026, 11, 21), date(2026, 11, 24))
    document = to_document(task)
    assert (document["state"], document["role"], document["due"]) == (
        "open",
        "caller",
        "2026-11-24",
    )
    assert "owner" not in document
    assert "expires" not in document


def test_instants_are_kept_in_utc() -> None:
    at = datetime.fromisoformat("2026-11-21T18:30:00+08:00")
    task = Task("a", "r", "c", "s", "o", at.date(), at.date(), next_at=at)
    assert to_document(task)["next_at"] == "2026-11-21T10:30:00+00:00"
    assert from_document(Task, "a", to_document(task)).next_at == at.astimezone(UTC)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"name": 3}, "name"),
        ({"name": None}, "name"),
        ({}, "name"),
        ({"name": "x", "colour": "red"}, "colour"),
        ({"name": "x", "archived": "false"}, "archived"),
        ({"name": "x", "birthday": "1980"}, "birthday"),
        ({"name": "x", "kind": "dog"}, "CustomerKind @ .*kind"),
        ({"name": "x", "hobbies": "ab"}, "hobbies"),
        ({"name": "x", "phones": [{"number": 1}]}, "number"),
    ],
)
def test_a_wrong_document_is_refused_by_the_name_of_its_field(
    document: dict[str, Any], named: str
) -> None:
    with pytest.raises(DamagedData, match=named):
        from_document(Customer, "01", document)
    with pytest.raises(InputError, match=named):
        from_document(Customer, "01", document, InputError)


@pytest.mark.parametrize(
    "document",
    [
        {"name": "王小明", "birthday": "13800001111"},
        {"name": "王小明", "kind": "13800001111"},
        {"name": 13800001111},
        {"name": "王小明", "phones": [{"number": "1", "state": "13800001111"}]},
        {"name": "王小明", "lunar_birthday": {"month": "13800001111"}},
        {"name": "王小明", "13800001111": 1},
        {"name": "王小明", "王小明": 1},
    ],
)
def test_an_error_tells_nothing_of_the_customer(document: dict[str, Any]) -> None:
    with pytest.raises(DamagedData) as caught:
        from_document(Customer, "01", document)
    assert "13800001111" not in str(caught.value)
    assert "王小明" not in str(caught.value)
    assert caught.value.__suppress_context__
