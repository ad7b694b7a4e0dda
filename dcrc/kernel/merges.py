"""Merges: one customer takes another's history over, and can give it back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

from dcrc.errors import InputError, NotFound
from dcrc.kernel.corrections import note_given_back
from dcrc.kernel.customers import Customer, find_customer, store_customer
from dcrc.kernel.documents import to_document
from dcrc.kernel.operators import Permission
from dcrc.kernel.phones import Phone, PhoneState
from dcrc.kernel.planning import note_contact
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

BELONGING = ("vehicles", "events", "tasks", "attempts", "answers", "proposals", "outbox")
_OWN = frozenset({"id", "name", "kind", "terms", "archived", "merged_into", "phones", "entered_by"})
_LISTS = ("hobbies", "contacts")


@attrs.frozen
class Merge:
    """`keep` took over `gone`: `moved` names the documents by table, `was` and `became` the fields of
    `keep` that were filled from `gone`, `archived` whether `gone` was archived before."""

    id: str
    keep: str
    gone: str
    at: datetime
    operator: str
    moved: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    was: dict[str, Any] = attrs.field(factory=dict)
    became: dict[str, Any] = attrs.field(factory=dict)
    archived: bool = False
    unmerged_at: datetime | None = None
    unmerged_by: str = ""


def merge_customers(desk: Desk, keep_id: str, gone_id: str) -> Merge:
    """Give `keep` everything that belongs to `gone`, and what `gone` knew and `keep` did not.

    Raises InputError when they are one, or one of them is merged already.
    """
    with desk.operation("merge customers", Permission.CUSTOMERS_EDIT):
        keep, gone = find_customer(desk, keep_id), find_customer(desk, gone_id)
        if keep.id == gone.id:
            raise InputError("A customer cannot be merged with himself.")
        for one in (keep, gone):
            if one.merged_into:
                raise InputError("{name} is merged already; look him up again.", name=one.name)
        united = _united(keep, gone)
        before, after = to_document(keep), to_document(united)
        changed = [
            field
            for field in dict.fromkeys((*before, *after))
            if before.get(field) != after.get(field)
        ]
        merge = desk.insert(
            desk.merges,
            Merge(
                "",
                keep.id,
                gone.id,
                desk.now(),
                desk.operator.name,
                moved=_move(desk, gone.id, keep.id),
                was={field: before[field] for field in changed if field in before},
                became={field: after[field] for field in changed if field in after},
                archived=gone.archived,
            ),
        )
        store_customer(desk, keep, united)
        store_customer(desk, gone, attrs.evolve(gone, merged_into=keep.id, archived=True))
    note_contact(desk, [keep.id, gone.id])
    desk.replan(keep.id)
    return merge


def _united(keep: Customer, gone: Customer) -> Customer:
    """`keep` with what `gone` adds; where both know something, `keep` counts, where wishes differ, care."""
    changes: dict[str, Any] = {
        field.name: getattr(gone, field.name)
        for field in attrs.fields(Customer)
        if field.name not in _OWN and not getattr(keep, field.name) and getattr(gone, field.name)
    }
    for name in _LISTS:
        more = tuple(each for each in getattr(gone, name) if each not in getattr(keep, name))
        if more:
            changes[name] = (*getattr(keep, name), *more)
    if keep.note and gone.note and gone.note != keep.note:
        changes["note"] = f"{keep.note}\n{gone.note}"
    changes["extra"] = {**gone.extra, **keep.extra}
    changes["do_not_contact"] = keep.do_not_contact or gone.do_not_contact
    changes["marketing_consent"] = keep.marketing_consent and gone.marketing_consent
    changes["phones"] = _united_phones(keep.phones, gone.phones)
    return attrs.evolve(keep, **changes)


def _united_phones(kept: tuple[Phone, ...], more: tuple[Phone, ...]) -> tuple[Phone, ...]:
    known = {phone.number: phone for phone in more}
    united = [
        attrs.evolve(phone, state=known[phone.number].state)
        if phone.state is PhoneState.UNKNOWN and phone.number in known
        else phone
        for phone in kept
    ]
    numbers = {phone.number for phone in kept}
    return (*united, *(phone for phone in more if phone.number not in numbers))


def belonging_tables(desk: Desk) -> list[str]:
    """Tables whose records belong to a customer: the kernel's, and plugins' with a field `customer`."""
    own = [
        kind.table
        for kind in desk.plugins.record_kinds()
        if "customer" in {field.name for field in attrs.fields(kind.record)}
    ]
    return [*BELONGING, *own]


def _move(desk: Desk, source: str, target: str) -> dict[str, tuple[str, ...]]:
    moved = {}
    for name in belonging_tables(desk):
        ids = desk.table(name).update({"customer": target}, where("customer") == source)
        if ids:
            moved[name] = tuple(str(each) for each in ids)
    return moved


def unmerge_customer(desk: Desk, gone_ref: str) -> Merge:
    """Part a merged customer from who took him over, also after later edits and merges.

    What moved and still lies there goes back; what others have changed since stays as it is. `gone_ref`
    is his id or short id. Raises NotFound when he is merged with nobody.
    """
    with desk.operation("unmerge customers", Permission.CUSTOMERS_EDIT):
        before = _merge_of(desk, gone_ref)
        holders = _holders(desk, before.keep)
        for name, ids in before.moved.items():
            table = desk.table(name)
            there = table.get_many([GlobalId(each) for each in ids])
            back = [each for each, found in there.items() if found.get("customer") in holders]
            table.update({"customer": before.gone}, doc_ids=back)
        gone = find_customer(desk, before.gone)
        holder = find_customer(desk, holders[-1])
        parted = _parted(desk, holder, before)
        phones = _learned(gone.phones, holder.phones, before)
        store_customer(desk, holder, parted)
        note_given_back(desk, parted)
        store_customer(
            desk,
            gone,
            attrs.evolve(gone, merged_into="", archived=before.archived, phones=phones),
        )
        after = attrs.evolve(before, unmerged_at=desk.now(), unmerged_by=desk.operator.name)
        desk.edit(desk.merges, before, after)
    note_contact(desk, [holder.id, gone.id])
    desk.replan(holder.id, gone.id)
    return after


def _merge_of(desk: Desk, ref: str) -> Merge:
    key = ref.strip().lower()
    for document in desk.merges.iterate():
        gone = document["gone"].lower()
        if not document.get("unmerged_at") and (
            gone == key or (gone.endswith(key) and len(key) > 3)
        ):
            return desk.read(Merge, document)
    raise NotFound("{ref} is merged with nobody.", ref=ref[:60])


def _holders(desk: Desk, customer_id: str) -> list[str]:
    """Who took the history over, and who took it over from him, the present one last."""
    chain = [customer_id]
    while further := find_customer(desk, chain[-1]).merged_into:
        chain.append(further)
    return chain


def _parted(desk: Desk, holder: Customer, merge: Merge) -> Customer:
    """`holder` without what the merge filled in and nobody has changed since."""
    document = to_document(holder)
    for field in dict.fromkeys((*merge.was, *merge.became)):
        if field in ("phones", "terms") or document.get(field) != merge.became.get(field):
            continue
        if field in merge.was:
            document[field] = merge.was[field]
        else:
            document.pop(field, None)
    if "phones" in merge.became:
        document["phones"] = _phones_before(document.get("phones", []), merge)
    return desk.record(Customer, holder.id, document)


def _phones_before(now: list[dict[str, Any]], merge: Merge) -> list[dict[str, Any]]:
    """The numbers without those that came with the merge; what was learned of the others stays."""
    was = {phone["number"]: phone for phone in merge.was.get("phones", ())}
    became = {phone["number"]: phone for phone in merge.became["phones"]}
    return [
        was[phone["number"]]
        if phone["number"] in was and phone == became.get(phone["number"])
        else phone
        for phone in now
        if phone["number"] in was or phone["number"] not in became
    ]


def _learned(own: tuple[Phone, ...], held: tuple[Phone, ...], merge: Merge) -> tuple[Phone, ...]:
    """The parted customer's numbers with what was learned of them while they lay with the other."""
    became = {
        phone["number"]: phone.get("state", "unknown") for phone in merge.became.get("phones", ())
    }
    now = {phone.number: phone.state for phone in held}
    return tuple(
        attrs.evolve(phone, state=now[phone.number])
        if phone.number in now
        and now[phone.number].value != became.get(phone.number, now[phone.number])
        else phone
        for phone in own
    )


def merged_from(desk: Desk, customer_id: str) -> list[Customer]:
    """The customers whose history this one has taken over, also by way of others."""
    query = where("keep") == customer_id
    found = [
        find_customer(desk, merge["gone"])
        for merge in desk.merges.search(query)
        if not merge.get("unmerged_at")
    ]
    return [each for one in found for each in (one, *merged_from(desk, one.id))]
