"""Policies: the numbers of every function, in layers (plugin default < brand pack < dealer's file).

A section is an attrs class whose defaults are the first layer. TOML files lay their values over it, key by
key; dict-valued fields (steps, roles) merge by their own keys too. A field may say its unit and meaning in
its metadata: `attrs.field(default=3, metadata={"unit": "days", "doc": Wording(...)})`. A dict field marked
`metadata={"rest": True}` takes every key of the section that is no field (`[roles.caller]`). A text that
names a form, a script or a question (`form.field`) says so by `metadata={"refers": "form"}` (`"script"`,
`"question"`): `dcrc policy check` finds names of what does not exist.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dcrc.errors import PolicyError
from dcrc.i18n import t
from dcrc.kernel.policy_files import PolicyFile
from dcrc.kernel.policy_values import Spot, lay, rest_field
from dcrc.wording import Wording

DEFAULT_LAYER = "default"
DEALER_LAYER = "dealer"


@attrs.frozen
class Origin:
    """Where a value comes from; `file` and `line` are None for the default of the code."""

    layer: str = DEFAULT_LAYER
    file: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.file is None:
            return self.layer
        return f"{self.layer} ({self.file.name}:{self.line})"


def origin_text(origin: Origin | str) -> str:
    """An origin as people read it: the two layers that every dealer has are named in their language."""
    layer, gap, place = str(origin).partition(" ")
    names = {DEFAULT_LAYER: t("default"), DEALER_LAYER: t("dealer")}
    return f"{names.get(layer, layer)}{gap}{place}"


@attrs.frozen
class PolicyRow:
    """One value as `dcrc policy show` prints it; `key` is dotted, `unit` a word such as `days`."""

    key: str
    value: Any
    origin: Origin
    unit: str = ""
    doc: Wording = attrs.field(factory=Wording)


@attrs.frozen
class Policies:
    """All sections with their values, and for each value the layer it came from."""

    sections: Mapping[str, Any]
    origins: Mapping[str, Origin] = attrs.field(factory=dict)
    _digests: dict[str, str] = attrs.field(factory=dict, eq=False, repr=False)

    @classmethod
    def load(
        cls,
        sections: Mapping[str, type],
        files: Sequence[tuple[str, Path]] = (),
        *,
        ignored: Iterable[str] = (),
        leave_out: Callable[[str, PolicyError], None] | None = None,
    ) -> Policies:
        """Lay `files` (layer name, path; lowest layer first) over the defaults of `sections`.

        `ignored` names sections that may stand in a file without being known (functions switched off).
        Raises PolicyError that names file, line, what was expected and the nearest valid key; with
        `leave_out` only for the dealer's own file, while it is told of each other file that does not count.
        """
        policies = cls({name: section() for name, section in sections.items()})
        skipped = set(ignored)
        for layer, path in files:
            try:
                policies = policies._under(layer, PolicyFile.read(path), sections, skipped)
            except PolicyError as error:
                if leave_out is None or layer == DEALER_LAYER:
                    raise
                leave_out(layer, error)
        return policies

    def _under(
        self, layer: str, file: PolicyFile, sections: Mapping[str, type], skipped: Iterable[str]
    ) -> Policies:
        """These policies with the values of a file laid over them, all of them or none."""
        values, origins = dict(self.sections), dict(self.origins)
        for name, table in file.tables.items():
            if name in skipped and name not in values:
                continue
            if name not in values:
                raise Spot(file, name).unknown(values)
            spot = Spot(file, name)
            values[name] = lay(sections[name], values[name], table, spot)
            for key in spot.keys:
                origins[key] = Origin(layer, file.path, file.line(key))
        return Policies(values, origins)

    def section(self, name: str) -> Any:
        """The values of one section as an instance of its class."""
        try:
            return self.sections[name]
        except KeyError:
            raise PolicyError("There is no policy section {name}.", name=name) from None

    def value(self, key: str) -> Any:
        """The value of a dotted key such as `contact.tries`."""
        name, *steps = key.split(".")
        found = self.section(name)
        for step in steps:
            rest = rest_field(type(found)) if attrs.has(type(found)) else None
            try:
                if isinstance(found, Mapping):
                    found = found[step]
                elif rest is not None and not hasattr(found, step):
                    found = getattr(found, rest.name)[step]
                else:
                    found = getattr(found, step)
            except (KeyError, AttributeError):
                raise PolicyError("There is no policy value {key}.", key=key) from None
        return found

    def origin(self, key: str) -> Origin:
        """Where the value of a dotted key comes from: its own line, or that of what it is part of."""
        while key:
            if key in self.origins:
                return self.origins[key]
            key = key.rpartition(".")[0]
        return Origin()

    def row(self, key: str) -> PolicyRow:
        """The row of one dotted key; without unit and meaning where it names no single value."""
        name = key.partition(".")[0]
        known = (row for row in self._rows(name, self.section(name)) if row.key == key)
        return next(known, None) or PolicyRow(key, self.value(key), self.origin(key))

    def rows(self) -> list[PolicyRow]:
        """Every value of every section, in the order they are declared."""
        return [row for name, value in self.sections.items() for row in self._rows(name, value)]

    def _rows(self, key: str, value: Any) -> Iterator[PolicyRow]:
        for name, each, metadata in leaves(key, value):
            unit, doc = metadata.get("unit", ""), metadata.get("doc", Wording())
            yield PolicyRow(name, each, self.origin(name), unit, doc)

    def digest_of(self, name: str) -> str:
        """A short fingerprint of one section's values; another value gives another fingerprint."""
        if name not in self._digests:
            section = self.section(name)
            text = json.dumps(_plain(section), ensure_ascii=False, sort_keys=True)
            self._digests[name] = hashlib.sha256(text.encode()).hexdigest()[:16]
        return self._digests[name]

    def digest(self) -> str:
        """The fingerprint of all sections together."""
        parts = "|".join(f"{name}={self.digest_of(name)}" for name in sorted(self.sections))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]


def leaves(
    key: str, value: Any, metadata: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """(dotted key, value, metadata of its field) of every single value in a section."""
    if attrs.has(type(value)) and not isinstance(value, Wording):
        for each in attrs.fields(type(value)):
            inner = key if each.metadata.get("rest") else f"{key}.{each.name}"
            yield from leaves(inner, getattr(value, each.name), each.metadata)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from leaves(f"{key}.{name}", each, metadata)
    else:
        yield key, value, metadata or {}


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return {a.name: _plain(getattr(value, a.name)) for a in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(str(each) for each in value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
