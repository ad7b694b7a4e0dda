"""Forms: questionnaires, record sheets and checklists are one mechanism, kept as TOML files with versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import attrs

from dcrc.errors import InputError, NotFound, PolicyError
from dcrc.i18n import t, translate_error
from dcrc.kernel.facts import is_ahead, still_to_come
from dcrc.kernel.form_values import UNREADABLE, read_answer
from dcrc.kernel.policy_files import PolicyFile
from dcrc.kernel.policy_values import MISSING, Spot, lay
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.plugins import PluginHost


class FieldKind(StrEnum):
    SCALE = "scale"  # one of ordered options, best first or last by their scores
    CHOICE = "choice"  # one of options
    CHECKLIST = "checklist"  # any number of options
    BOOL = "bool"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@attrs.frozen
class Option:
    """One possible answer; `score` is 0 to 100, None when it says nothing about satisfaction."""

    key: str
    title: Wording
    score: int | None = attrs.field(
        default=None,
        validator=attrs.validators.optional(
            [attrs.validators.ge(0), attrs.validators.le(100)],
        ),
    )


@attrs.frozen
class Field:
    """One question. `show_if` maps other fields to the answers that make this one asked.

    `satisfied_from` is the least score (0–100) that counts as satisfied; None takes the form's. A date that
    is `past` tells of what has happened.
    """

    name: str
    title: Wording
    kind: FieldKind = FieldKind.TEXT
    hint: Wording = attrs.field(factory=Wording)
    required: bool = False
    weight: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    options: tuple[Option, ...] = ()
    scale: str = ""  # a name in the form's `scales`, whose options it takes
    show_if: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    satisfied_from: int | None = None
    unit: Wording = attrs.field(factory=Wording)
    least: float | None = None
    most: float | None = None
    past: bool = False

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)

    def asked(self, values: Mapping[str, Any]) -> bool:
        """Whether the question is asked, given the answers so far."""
        return all(_answered(values.get(name)) & set(keys) for name, keys in self.show_if.items())


@attrs.frozen
class Form:
    """A questionnaire, record sheet or checklist in one version."""

    id: str
    version: int
    title: Wording
    fields: tuple[Field, ...]
    satisfied_from: int = 100
    intro: Wording = attrs.field(factory=Wording)
    scales: dict[str, tuple[Option, ...]] = attrs.field(factory=dict)

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


@attrs.frozen
class Score:
    """What answers come to: `points` 0–100 weighted, `weak` the fields answered below satisfaction.

    `points` is None when nothing that is scored was answered.
    """

    points: int | None
    satisfied: bool
    weak: tuple[str, ...] = ()


@attrs.frozen
class Answers:
    """A form as it was answered; `values` fit the version they were given to."""

    id: str
    form: str
    version: int
    customer: str
    on: date
    task: str = ""
    subject: str = ""
    vehicle: str = ""
    event: str = ""
    at: datetime | None = None
    operator: str = ""
    values: dict[str, Any] = attrs.field(factory=dict)
    points: int | None = None
    satisfied: bool = True
    weak: tuple[str, ...] = ()


def _answered(value: Any) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, bool):
        return {"yes" if value else "no"}
    if isinstance(value, (list, tuple)):
        return {str(each) for each in value}
    return {str(value)}


def check_answers(form: Form, values: Mapping[str, Any], latest: date = date.max) -> dict[str, Any]:
    """`values` as they are stored: option keys, numbers, true/false, `YYYY-MM-DD`; unasked ones left out.

    An option may be given by its key, its number from 1, or its wording in either language. `latest` is the
    last day on which something can have happened. Raises InputError that names every wrong, unknown and
    missing field; `params["fields"]` lists them.
    """
    stored, wrong = _read(form, values, latest)
    if wrong:
        raise InputError(
            "{form}: {problems}.",
            form=str(form.title),
            problems="; ".join(f"{_title(form, name)} – {why}" for name, why in wrong.items()),
            fields=tuple(wrong),
            field=next(iter(wrong)),
        )
    return stored


def readable_answers(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` as they are stored, as far as they can be read; wrong, unknown and unasked ones left out."""
    return _read(form, values, date.max)[0]


def _read(
    form: Form, values: Mapping[str, Any], latest: date
) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers as they are stored, and why others cannot be, by field."""
    wrong: dict[str, str] = {}
    stored: dict[str, Any] = {}
    for name in values:
        if form.field(name) is None:
            wrong[name] = t("no such question")
    for field in form.fields:
        given = values.get(field.name)
        if isinstance(given, str):
            given = given.strip()
        if not field.asked(stored):
            continue
        if given is None or given in ("", [], ()):
            if field.required:
                wrong[field.name] = t("not answered")
            continue
        value = read_answer(field, given)
        if value is UNREADABLE:
            wrong[field.name] = _expected(field)
        elif field.past and is_ahead(value, latest):
            why = translate_error(still_to_come(value, field.name))
            wrong[field.name] = why.rstrip(".。")  # part of a sentence here
        else:
            stored[field.name] = value
    return stored, wrong


def _title(form: Form, name: str) -> str:
    field = form.field(name)
    return name if field is None else f"{field.title} ({name})"


def _expected(field: Field) -> str:
    if field.options:
        given = ", ".join(f"{i} {o.title}" for i, o in enumerate(field.options, start=1))
        return t("must be one of {names}", names=given)
    if field.kind is FieldKind.NUMBER:
        least = "" if field.least is None else _digits(field.least)
        most = "" if field.most is None else _digits(field.most)
        if least or most:
            return t("must be a number from {least} to {most}", least=least, most=most)
    return t(
        {
            FieldKind.BOOL: "must be yes or no",
            FieldKind.NUMBER: "must be a number",
            FieldKind.DATE: "must be a date such as 2026-11-21",
        }.get(field.kind, "must be a text")
    )


def _digits(number: float) -> str:
    """`number` as people write it, without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".")


def score(form: Form, values: Mapping[str, Any]) -> Score:
    """Weighted mean of the scored answers, and which of them are below satisfaction."""
    total = weights = 0
    weak = []
    for field in form.fields:
        points = _field_points(field, values.get(field.name))
        if points is None:
            continue
        total += points * field.weight
        weights += field.weight
        least = form.satisfied_from if field.satisfied_from is None else field.satisfied_from
        if points < least:
            weak.append(field.name)
    return Score(round(total / weights) if weights else None, not weak, tuple(weak))


def _field_points(field: Field, value: Any) -> int | None:
    if value is None:
        return None
    if field.kind is FieldKind.CHECKLIST:
        worth = {option.key: option.score for option in field.options if option.score}
        ticked = sum(worth.get(key) or 0 for key in value)
        return round(100 * ticked / sum(worth.values())) if worth else None
    for key in _answered(value):
        option = field.option(key)
        return None if option is None else option.score
    return None


@attrs.frozen
class Forms:
    """All forms with all their versions."""

    forms: Mapping[tuple[str, int], Form]
    files: Mapping[tuple[str, int], Path] = attrs.field(factory=dict)

    @classmethod
    def load(
        cls,
        folders: Iterable[Path],
        leave_out: Callable[[Path, PolicyError], None] | None = None,
    ) -> Forms:
        """Every `*.toml` in `folders`; the same id and version twice is a PolicyError.

        With `leave_out` nothing is raised: it is told of each file that is wrong and does not count.
        """
        forms: dict[tuple[str, int], Form] = {}
        files: dict[tuple[str, int], Path] = {}
        for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
            try:
                form = read_form(path)
                key = form.id, form.version
                _refuse_same(form, path, files.get(key))
            except PolicyError as error:
                if leave_out is None:
                    raise
                leave_out(path, error)
                continue
            forms[key], files[key] = form, path
        return cls(forms, files)

    def get(self, id: str, version: int | None = None) -> Form:
        """The form in that version, or in its newest; raises NotFound."""
        if version is None:
            version = max((number for name, number in self.forms if name == id), default=0)
        form = self.forms.get((id, version))
        if form is None:
            raise NotFound("There is no form {form}, version {version}.", form=id, version=version)
        return form

    def ids(self) -> list[str]:
        return sorted({name for name, _ in self.forms})


def _refuse_same(form: Form, path: Path, other: Path | None) -> None:
    if other is not None:
        raise PolicyError(
            "{file}: version {version} of the form {form} is already in {other}; "
            "give the changed form a higher version.",
            file=str(path),
            version=form.version,
            form=form.id,
            other=str(other),
        )


def read_form(path: Path) -> Form:
    """The form of a TOML file (`[[fields]]` with `options`); PolicyError names file and what is wrong."""
    return _form(PolicyFile.read(path))


@lru_cache(maxsize=256)
def _form(file: PolicyFile) -> Form:
    form: Form = _with_scales(lay(Form, MISSING, dict(file.tables), Spot(file, "")))
    names: set[str] = set()
    for field in form.fields:
        unknown = [name for name in field.show_if if name not in names]
        options = [option.key for option in field.options]
        problem = (
            t("there are two fields {name}", name=field.name)
            if field.name in names
            else t("{name} asks for options", name=field.name)
            if field.kind in _NEED_OPTIONS and not options
            else t("{name} has the same option twice", name=field.name)
            if len(set(options)) < len(options)
            else t("show_if of {name} names no field before it", name=field.name)
            if unknown
            else t("{name} is no date and cannot be past", name=field.name)
            if field.past and field.kind is not FieldKind.DATE
            else ""
        )
        if problem:
            raise PolicyError("{file}: {problem}.", file=str(file.path), problem=problem)
        names.add(field.name)
    return form


def _with_scales(form: Form) -> Form:
    """The form with the options of its shared scales written into the fields that name one."""
    return attrs.evolve(
        form,
        fields=tuple(
            attrs.evolve(field, options=form.scales[field.scale])
            if field.scale in form.scales and not field.options
            else field
            for field in form.fields
        ),
    )


_NEED_OPTIONS = (FieldKind.SCALE, FieldKind.CHOICE, FieldKind.CHECKLIST)

_of_desk: WeakKeyDictionary[Desk, Forms] = WeakKeyDictionary()


def load_forms(host: PluginHost) -> Forms:
    """The forms of a host's plugins; a wrong file is left out and stands among the host's problems."""
    owners = {folder: plugin for plugin, folder in host.ask_each("dcrc_form_folders")}
    return Forms.load(
        owners, lambda path, error: host.leave_out(owners[path.parent], "form", error)
    )


def forms_of(desk: Desk) -> Forms:
    """The forms of the desk's plugins, read once."""
    if desk not in _of_desk:
        _of_desk[desk] = load_forms(desk.plugins)
    return _of_desk[desk]
