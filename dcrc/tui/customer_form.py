"""Adding or editing a customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from dcrc.errors import DcrcError, InputError
from dcrc.i18n import listed, t
from dcrc.kernel.conflicts import ChangedMeanwhile
from dcrc.kernel.customers import (
    Customer,
    CustomerKind,
    Phone,
    add_customer,
    edit_customer,
    find_customer,
)
from dcrc.kernel.desk import Desk
from dcrc.kernel.duplicates import same_number_line
from dcrc.kernel.forms import Field, FieldKind, Form, Option
from dcrc.kernel.operators import may_see_phones
from dcrc.kernel.phones import local_phone, split_phones
from dcrc.tui.record_form import RecordForm
from dcrc.tui.shell import house
from dcrc.wording import Wording

PERSON: dict[str, tuple[str, ...]] = {"kind": ("person",)}
ORGANISATION: dict[str, tuple[str, ...]] = {"kind": ("organisation",)}
TEXTS = (
    "name",
    "sex",
    "id_number",
    "address",
    "postcode",
    "employer",
    "job",
    "industry",
    "person_in_charge",
    "wechat",
    "email",
    "note",
)
YES_OR_NO = ("do_not_contact", "marketing_consent")
HIDDEN = ("phones", "id_number")  # from operators who may not see numbers


def customer_form(*, numbers: bool = True) -> Form:
    """The questions about a customer; without `numbers` those that only some roles may see are left out."""
    whole = _whole_form()
    fields = tuple(field for field in whole.fields if numbers or field.name not in HIDDEN)
    return attrs.evolve(whole, fields=fields)


def _whole_form() -> Form:
    text = FieldKind.TEXT
    return Form(
        "customer",
        1,
        Wording("客户资料", "Customer"),
        (
            Field("name", Wording("姓名或单位名称", "Name"), text, required=True),
            Field(
                "kind",
                Wording("类型", "Kind"),
                FieldKind.CHOICE,
                options=(
                    Option("person", Wording("个人", "person")),
                    Option("organisation", Wording("单位", "organisation")),
                ),
            ),
            Field(
                "sex",
                Wording("性别", "Sex"),
                FieldKind.CHOICE,
                options=(
                    Option("male", Wording("男", "male")),
                    Option("female", Wording("女", "female")),
                ),
                show_if=PERSON,
            ),
            Field(
                "phones",
                Wording("电话", "Phones"),
                text,
                hint=Wording("多个号码用逗号隔开", "several with commas between"),
            ),
            Field(
                "birthday", Wording("生日", "Birthday"), FieldKind.DATE, show_if=PERSON, past=True
            ),
            Field(
                "id_number",
                Wording("证件号码", "ID number"),
                text,
                hint=Wording(
                    "身份证号；单位填统一社会信用代码",
                    "of an organisation its unified social credit code",
                ),
            ),
            Field("address", Wording("地址", "Address"), text),
            Field("postcode", Wording("邮编", "Postcode"), text),
            Field("employer", Wording("工作单位", "Employer"), text, show_if=PERSON),
            Field("job", Wording("职业", "Job"), text, show_if=PERSON),
            Field("industry", Wording("行业", "Industry"), text, show_if=ORGANISATION),
            Field(
                "person_in_charge",
                Wording("负责人", "Person in charge"),
                text,
                show_if=ORGANISATION,
            ),
            Field("wechat", Wording("微信", "WeChat"), text),
            Field("email", Wording("电子邮箱", "E-mail"), text),
            Field("do_not_contact", Wording("请勿联系", "Do not contact"), FieldKind.BOOL),
            Field("marketing_consent", Wording("同意接收资讯", "Agrees to news"), FieldKind.BOOL),
            Field("note", Wording("备注", "Note"), text),
        ),
    )


def form_values(customer: Customer) -> dict[str, Any]:
    """What the form shows of a customer."""
    values: dict[str, Any] = {name: getattr(customer, name) or None for name in TEXTS}
    values["kind"] = customer.kind.value
    values["phones"] = ", ".join(local_phone(phone.number) for phone in customer.phones) or None
    values["birthday"] = customer.birthday.isoformat() if customer.birthday else None
    values["do_not_contact"] = customer.do_not_contact
    values["marketing_consent"] = customer.marketing_consent
    return {name: value for name, value in values.items() if value is not None}


def customer_of(values: Mapping[str, Any], before: Customer, form: Form | None = None) -> Customer:
    """`before` with the checked `values` of `form` (the whole one if none is given).

    What was not asked stays as it was, and yes or no where nothing is said; what is known of a number stays
    with the number. Who is another kind of customer now loses what only the former kind is asked.
    """
    kind = CustomerKind(values.get("kind", before.kind.value))
    asked = {
        field.name
        for field in (form or _whole_form()).fields
        if field.asked(values) or kind is not before.kind
    }
    changes: dict[str, Any] = {name: str(values.get(name, "")) for name in TEXTS if name in asked}
    changes |= {name: values[name] for name in YES_OR_NO if name in values}
    if "birthday" in asked:
        birthday = values.get("birthday")
        changes["birthday"] = date.fromisoformat(birthday) if birthday else None
    if "phones" in asked:
        changes["phones"] = _phones(str(values.get("phones", "")), before)
    return attrs.evolve(before, kind=kind, **changes)


def _phones(text: str, before: Customer) -> tuple[Phone, ...]:
    known = {phone.number: phone for phone in before.phones}
    phones, rejected = split_phones(text)
    if rejected:
        raise InputError(
            "{numbers} is no phone number; correct it or put it into the note.",
            numbers=listed(rejected),
            field="phones",
        )
    return tuple(known.get(phone.number, phone) for phone in phones)


class CustomerForm(RecordForm):
    """A new customer, whose page comes next, or the data of a known one."""

    def __init__(self, customer_id: str = "") -> None:
        title = t("Edit customer") if customer_id else t("New customer")
        super().__init__(title, "customer", customer_id or "new")
        self._customer_id = customer_id
        self._before = Customer("", "")
        self._added = ""

    def start(self, desk: Desk) -> tuple[Form, dict[str, Any]]:
        form = customer_form(numbers=may_see_phones(desk))
        if not self._customer_id:
            return form, {"kind": CustomerKind.PERSON.value}
        self._before = find_customer(desk, self._customer_id)
        values = form_values(self._before)
        return form, {field.name: values.get(field.name) for field in form.fields}

    def store(self, desk: Desk, values: Mapping[str, Any]) -> str:
        form = customer_form(numbers=may_see_phones(desk))
        after = customer_of(values, self._before, form)
        if not self._customer_id:
            added = add_customer(desk, after)
            self._added = added.id
            said = t("{name} is a customer now.", name=added.name)
            return " ".join(filter(None, (said, same_number_line(desk, added))))
        edited = edit_customer(desk, self._before, after)
        if edited.proposals:
            return t("Saved; {count} changes wait for the supervisor.", count=len(edited.proposals))
        return t("Saved.")

    def _refused(self, error: DcrcError) -> None:
        changed = str(error.params.get("changed", ""))
        if isinstance(error, ChangedMeanwhile) and changed:
            customer_id = self._customer_id
            self.fetch(
                lambda desk: find_customer(desk, customer_id),
                lambda stored: self._go_on_from(stored, changed),
                topic="save",
            )
        else:
            super()._refused(error)

    def _go_on_from(self, stored: Customer, changed: str) -> None:
        """Edit what somebody else has stored meanwhile: own entries stay, with the other's beside them.

        Where none of them is against another's, what was `changed` is told nevertheless.
        """
        self._before = stored
        values = form_values(stored)
        form = self.view.asked[0].form
        against = self.take_over({field.name: values.get(field.name) for field in form.fields})
        house(self).say(
            t(
                "{name}: somebody else has changed this meanwhile: {changed}. Your entries are kept;"
                " {key} saves them instead.",
                name=stored.name,
                changed=listed(against) or changed,
                key=house(self).key("save"),
            ),
            "warning",
        )

    def _done(self, said: str) -> None:
        super()._done(said)
        if self._added:
            house(self).open_customer(self._added)
