"""Mapping profiles: which headers a source uses, what its words mean, and what its rows become.

A profile is a TOML table under its name. Files are laid over one another: dcrc's own, those of brand packs
(hook `dcrc_import_profiles`), those in the dealer's folder, then `[imports.headers]` of his policy file. Laid
over a profile that exists, values replace and headers and words are added; any other name is a new profile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal

import attrs

from dcrc.errors import PolicyError
from dcrc.imports.cells import DATED, KINDS
from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.documents import document_fields
from dcrc.kernel.happened import kinds_ahead
from dcrc.kernel.policy_files import PolicyFile
from dcrc.kernel.policy_values import MISSING, Spot, lay
from dcrc.kernel.vehicles import Vehicle
from dcrc.wording import Wording

OWN = Path(__file__).parent / "profiles"


@attrs.frozen
class Field:
    """A column's meaning. `to` is `customer.…`, `vehicle.…` or `event.…`; `kind` says how its cells are read.

    `values` gives the words of a choice; `from_sheet` takes the sheet's name where there is no column.
    A `required` field that is empty or unreadable rejects the row; any other is left out with a warning.
    A day that is `past` cannot be still to come; that of a fact which has happened is so without being told.
    """

    to: str
    kind: str = "text"
    title: Wording = attrs.field(factory=Wording)
    headers: tuple[str, ...] = ()
    required: bool = False
    values: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    from_sheet: bool = False
    past: bool = False

    @property
    def target(self) -> tuple[str, str]:
        """The record and its field."""
        record, _, field = self.to.partition(".")
        return record, field


@attrs.frozen
class Profile:
    """One kind of list. Sources of lower `rank` are taken first.

    `event` is the kind of fact a row tells (none: the row is about a customer), `on` the field with its day
    (`on_year_before` where only the end of a year is known), `key` the fields that name it (`key_else` where
    one of them is empty). `owner` says whose fact it is: the person of the row, who owns the car, or the
    owner the car has here. `person` are the fields with the person's name, the first that is filled counts;
    `phone_else` is the field with the numbers of the second of them.
    `readings` is the field with the day of the mileage, where that is not `on`.
    """

    title: Wording = attrs.field(factory=Wording)
    rank: int = 50
    event: str = ""
    on: str = ""
    on_year_before: str = ""
    key: tuple[str, ...] = ()
    key_else: tuple[str, ...] = ()
    owner: Literal["row", "vehicle"] = "row"
    person: tuple[str, ...] = ("name",)
    phone_else: str = ""
    readings: str = ""
    ignore: tuple[str, ...] = ()
    fields: dict[str, Field] = attrs.field(factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the fields without which there is no row."""
        return tuple(name for name, field in self.fields.items() if field.required)


def profiles_of(desk: Desk) -> dict[str, Profile]:
    """All profiles of this dealer by name, in the order in which they are tried.

    Raises PolicyError that names file, line and what was expected.
    """
    policy = desk.policies.section("imports")
    folder = desk.db.path.parent / policy.folder
    files = [*sorted(OWN.glob("*.toml")), *desk.plugins.import_profiles()]
    files += sorted(folder.glob("*.toml")) if folder.is_dir() else []
    profiles = load_profiles(files)
    for name, fields in policy.headers.items():
        for field, headers in fields.items():
            profiles[name] = _with_headers(profiles, name, field, headers)
    ahead = kinds_ahead(desk)
    return {name: _of_the_past(profile, ahead) for name, profile in profiles.items()}


def _of_the_past(profile: Profile, ahead: Collection[str]) -> Profile:
    """`profile` with the day of its fact in the past, unless the fact is of a kind that may lie `ahead`."""
    if not profile.event or profile.event in ahead:
        return profile
    day = attrs.evolve(profile.fields[profile.on], past=True)
    return attrs.evolve(profile, fields={**profile.fields, profile.on: day})


def load_profiles(files: Iterable[Path]) -> dict[str, Profile]:
    """The profiles of `files` laid over one another, by rank."""
    profiles: dict[str, Profile] = {}
    for path in files:
        file = PolicyFile.read(path)
        for name, table in file.tables.items():
            spot = Spot(file, name)
            before = profiles.get(name)
            after: Profile = lay(Profile, MISSING if before is None else before, table, spot)
            profiles[name] = _joined(before, after) if before else after
            _check(profiles[name], spot)
    return dict(sorted(profiles.items(), key=lambda item: item[1].rank))


def _joined(before: Profile, after: Profile) -> Profile:
    fields = {
        name: _joined_field(before.fields[name], field) if name in before.fields else field
        for name, field in after.fields.items()
    }
    return attrs.evolve(after, fields=fields, ignore=_union(after.ignore, before.ignore))


def _joined_field(before: Field, after: Field) -> Field:
    values = {
        value: _union(words, before.values.get(value, ())) for value, words in after.values.items()
    }
    return attrs.evolve(after, headers=_union(after.headers, before.headers), values=values)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _with_headers(
    profiles: Mapping[str, Profile], name: str, field: str, headers: tuple[str, ...]
) -> Profile:
    profile = profiles.get(name)
    if profile is None or field not in profile.fields:
        known = profile.fields if profile else profiles
        raise PolicyError(
            "imports.headers.{key}: there is no such profile or field; possible here: {names}.",
            key=f"{name}.{field}",
            names=", ".join(sorted(known)),
        )
    added = attrs.evolve(
        profile.fields[field], headers=_union(headers, profile.fields[field].headers)
    )
    return attrs.evolve(profile, fields={**profile.fields, field: added})


def _check(profile: Profile, spot: Spot) -> None:
    """A profile that points at nothing is refused where it is written, not when a row comes."""
    allowed = {"customer": document_fields(Customer), "vehicle": document_fields(Vehicle)}
    for name, field in profile.fields.items():
        record, target = field.target
        at = spot.inside("fields").inside(name)
        if record not in (*allowed, "event") or (
            record in allowed and target not in allowed[record]
        ):
            raise at.inside("to").expected("customer.…, vehicle.… or event.…", field.to)
        if field.kind not in KINDS:
            raise at.inside("kind").expected(", ".join(sorted(KINDS)), field.kind)
        if field.past and field.kind not in DATED:
            raise at.inside("kind").expected(", ".join(sorted(DATED)), field.kind)
    named = (profile.on, profile.on_year_before, profile.readings, profile.phone_else)
    for name in (*named, *profile.key, *profile.key_else, *profile.person):
        if name and name not in profile.fields:
            raise spot.inside("fields").inside(name).unknown(profile.fields)
    if profile.event and not (profile.on and profile.key):
        raise spot.expected("on, key", profile.event)
