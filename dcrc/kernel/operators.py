"""Operators: who works here, in which role, and what the role may do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from dcrc.errors import InputError, NotFound
from dcrc.kernel.phones import local_phone, masked
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@attrs.frozen
class Operator:
    """A person of the staff, known by name; `role` is a key of the policy section `roles`."""

    id: str
    name: str
    role: str
    active: bool = True


class Permission(StrEnum):
    """What a role may be allowed; plugins may check further names of their own."""

    CUSTOMERS_VIEW = "customers.view"
    CUSTOMERS_EDIT = "customers.edit"
    CALLS = "calls"
    TASKS_ASSIGN = "tasks.assign"
    TASKS_WITHDRAW = "tasks.withdraw"
    PLAN = "plan"
    IMPORT = "import"
    EXPORT = "export"
    UNDO_OWN = "undo.own"
    UNDO_ANY = "undo.any"
    APPROVE = "approve"
    SECRETS_VIEW = "secrets.view"
    PHONES_VIEW = "phones.view"
    OPERATORS_EDIT = "operators.edit"
    POLICY_VIEW = "policy.view"
    LOG_VIEW = "log.view"
    BACKUP = "backup"


@attrs.frozen
class Role:
    """What a role may do (`permissions`) and which roles' tasks are its own work (`works`)."""

    title: Wording = attrs.field(factory=Wording)
    permissions: tuple[str, ...] = attrs.field(
        default=(), metadata={"doc": Wording("权限", "what the role may do")}
    )
    works: tuple[str, ...] = attrs.field(
        default=(), metadata={"doc": Wording("承担哪些角色的任务", "whose tasks are its work")}
    )


_LOOK = ("customers.view", "policy.view")
_CALL = (*_LOOK, "customers.edit", "calls", "phones.view", "plan", "undo.own")


def default_roles() -> dict[str, Role]:
    """The roles of a centre and of the departments that it works with."""
    everything = tuple(permission.value for permission in Permission)
    return {
        "general_manager": Role(
            Wording("总经理", "General manager"),
            (*_LOOK, "phones.view", "plan", "export", "approve", "log.view"),
            ("general_manager",),
        ),
        "supervisor": Role(
            Wording("主管", "Supervisor"), everything, ("supervisor", "caller", "clerk")
        ),
        "caller": Role(Wording("客服专员", "Caller"), _CALL, ("caller",)),
        "clerk": Role(
            Wording("资料录入员", "Data clerk"),
            (*_LOOK, "customers.edit", "phones.view", "plan", "import", "undo.own", "calls"),
            ("clerk",),
        ),
        "lounge": Role(Wording("吧台服务员", "Lounge attendant"), _LOOK, ("lounge",)),
        "department": Role(
            Wording("业务部门", "Department"),
            (*_LOOK, "customers.edit", "calls", "phones.view", "undo.own"),
            ("department",),
        ),
        "auditor": Role(Wording("审计", "Auditor"), (*_LOOK, "log.view"), ()),
        "sales_consultant": Role(
            Wording("销售顾问", "Sales consultant"), _CALL, ("sales_consultant",)
        ),
        "sales_supervisor": Role(
            Wording("销售主管", "Sales supervisor"),
            (*_CALL, "tasks.assign"),
            ("sales_supervisor", "sales_consultant"),
        ),
        "service_advisor": Role(
            Wording("服务顾问", "Service advisor"), _CALL, ("service_advisor",)
        ),
        "service_manager": Role(
            Wording("服务经理", "Service manager"),
            (*_CALL, "tasks.assign"),
            ("service_manager", "service_advisor"),
        ),
    }


@attrs.frozen
class RolesPolicy:
    """The section `roles`: `[roles.caller]` and, by any other name, the dealer's own roles."""

    roles: dict[str, Role] = attrs.field(factory=default_roles, metadata={"rest": True})


def role_of(desk: Desk, operator: Operator | None = None) -> Role:
    """The role of `operator` (the desk's own without one); an unknown role may do nothing."""
    roles: dict[str, Role] = desk.policies.section("roles").roles
    return roles.get((operator or desk.operator).role, Role())


def role_title(desk: Desk, role: str) -> str:
    """What the role of that key is called in the current language; its key where it has no title."""
    found = desk.policies.section("roles").roles.get(role)
    return (str(found.title) if found is not None else "") or role


def list_operators(desk: Desk, *, active: bool | None = None) -> list[Operator]:
    """The staff by name; `active` True or False leaves the others out."""
    found = [desk.read(Operator, document) for document in desk.operators.all()]
    chosen = [person for person in found if active is None or person.active is active]
    return sorted(chosen, key=lambda person: person.name)


def find_operator(desk: Desk, name: str) -> Operator:
    """The operator of that name; raises NotFound naming those there are."""
    people = list_operators(desk)
    for person in people:
        if person.name == name.strip():
            return person
    raise NotFound(
        "Nobody here is called {name}; known are: {names}.",
        field="operator",
        name=name,
        names=", ".join(person.name for person in people) or "-",
    )


def add_operator(desk: Desk, name: str, role: str) -> Operator:
    """Take a person onto the staff; names are unique, the role must be one of the policy's."""
    name = name.strip()
    if not name:
        raise InputError("An operator needs a name.", field="name")
    check_role(desk, role)
    with desk.operation("add operator", Permission.OPERATORS_EDIT):
        if any(person.name == name for person in list_operators(desk)):
            raise InputError("There is already an operator called {name}.", field="name", name=name)
        return desk.insert(desk.operators, Operator("", name, role))


def change_role(desk: Desk, name: str, role: str) -> Operator:
    """Give an operator another role; the last active supervisor keeps his."""
    check_role(desk, role)
    with desk.operation("change role", Permission.OPERATORS_EDIT):
        before = find_operator(desk, name)
        return _keep_a_supervisor(desk, before, attrs.evolve(before, role=role))


def deactivate_operator(desk: Desk, name: str, active: bool = False) -> Operator:
    """Let an operator act no more (or, with `active`, again); what he did stays under his name."""
    with desk.operation("deactivate operator", Permission.OPERATORS_EDIT):
        before = find_operator(desk, name)
        return _keep_a_supervisor(desk, before, attrs.evolve(before, active=active))


def check_role(desk: Desk, role: str) -> None:
    """Raise InputError unless the policy has the role."""
    roles = desk.policies.section("roles").roles
    if role not in roles:
        raise InputError(
            "There is no role {role}; possible are: {names}.",
            field="role",
            role=role,
            names=", ".join(f"{name} ({roles[name].title})" for name in sorted(roles)),
        )


def _keep_a_supervisor(desk: Desk, before: Operator, after: Operator) -> Operator:
    desk.edit(desk.operators, before, after)
    ensure_a_supervisor(desk, before.name)
    return after


def ensure_a_supervisor(desk: Desk, name: str) -> None:
    """Raise InputError unless somebody active may change operators; `name` is who last could."""
    if not any(
        Permission.OPERATORS_EDIT in role_of(desk, person).permissions
        for person in list_operators(desk, active=True)
    ):
        raise InputError(
            "{name} is the last who may change operators; give somebody else that role first.",
            field="role",
            name=name,
        )


def may_see_phones(desk: Desk) -> bool:
    """Whether this operator sees numbers whole."""
    return desk.may(Permission.PHONES_VIEW)


def masked_phone(desk: Desk, number: str) -> str:
    """`number` as this operator may see it: whole, or with its middle hidden."""
    return local_phone(number) if may_see_phones(desk) else masked(number)
