"""`dcrc operators`: who works here, in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Command, Group
from dcrc.cli.plugged import plugin_host
from dcrc.cli.seat import pass_desk, settings
from dcrc.cli.showing import Column, Table, show
from dcrc.errors import DcrcError
from dcrc.i18n import listed, t
from dcrc.record_words import permission_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcrc.kernel.desk import Desk
    from dcrc.kernel.operators import Operator, Role


@click.group(cls=Group)
def operators() -> None:
    """The staff."""


@operators.command("list", help="Everybody, with role and permissions.")
@pass_desk
def list_all(desk: Desk) -> None:
    """Print the staff."""
    from dcrc.kernel.operators import list_operators, role_of

    people = list_operators(desk)
    columns = [Column(t("Name")), Column(t("Role")), Column(t("Active")), Column(t("May"))]
    rows = [
        (
            person.name,
            str(role_of(desk, person).title) or person.role,
            t("yes") if person.active else t("no"),
            listed(map(permission_title, role_of(desk, person).permissions)),
        )
        for person in people
    ]
    show(
        {
            "operators": [
                _document(person) | {"permissions": list(role_of(desk, person).permissions)}
                for person in people
            ]
        },
        Table(columns, rows),
    )


class RoleCommand(Command):
    """A command that takes a role; its help lists those that the policies have."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Roles"):
            formatter.write_dl([(name, str(role.title)) for name, role in _roles().items()])
        super().format_options(ctx, formatter)


def _roles() -> Mapping[str, Role]:
    """The roles of the dealer's policies; the usual ones where his file cannot be read."""
    from dcrc.kernel.operators import default_roles
    from dcrc.kernel.sections import load_policies

    chosen = settings()
    file = chosen.policy_file
    try:
        policies = load_policies(plugin_host(chosen), file if file.exists() else None)
    except (DcrcError, OSError):
        return default_roles()
    roles: Mapping[str, Role] = policies.section("roles").roles
    return roles


@operators.command(cls=RoleCommand, help="Take somebody onto the staff.")
@click.argument("name")
@click.argument("role")
@pass_desk
def add(desk: Desk, name: str, role: str) -> None:
    """Add an operator."""
    from dcrc.cli.words import parse_role
    from dcrc.kernel.operators import add_operator

    _show(desk, add_operator(desk, name, parse_role(desk, role)))


@operators.command(cls=RoleCommand, help="Give somebody another role.")
@click.argument("name")
@click.argument("role")
@pass_desk
def role(desk: Desk, name: str, role: str) -> None:
    """Change an operator's role."""
    from dcrc.cli.words import parse_role
    from dcrc.kernel.operators import change_role

    _show(desk, change_role(desk, name, parse_role(desk, role)))


@operators.command(help="Let somebody act no more; what he did stays under his name.")
@click.argument("name")
@click.option("--again", is_flag=True, help="Let him act again.")
@pass_desk
def deactivate(desk: Desk, name: str, again: bool) -> None:
    """Deactivate an operator, or the reverse."""
    from dcrc.kernel.operators import deactivate_operator

    _show(desk, deactivate_operator(desk, name, active=again))


def _document(person: Operator) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "active": person.active,
    }


def _show(desk: Desk, person: Operator) -> None:
    from dcrc.kernel.operators import role_title

    role = role_title(desk, person.role)
    active = t("active") if person.active else t("not active")
    show(
        {"operator": _document(person)},
        t("{name}: {role}, {active}", name=person.name, role=role, active=active),
    )
