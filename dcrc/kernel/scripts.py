"""Scripts: what the operator reads out, and the texts of messages; blanks are filled from the customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import attrs

from dcrc.errors import NotFound, PolicyError
from dcrc.i18n import LANGUAGES, t
from dcrc.kernel.phones import local_phone
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.plugins import PluginHost
    from dcrc.kernel.tasks import Task
    from dcrc.kernel.vehicles import Vehicle

EMPTY = "____"  # a blank that nothing is known for; the operator sees that something is missing
_BLANK = re.compile(r"\{([^{}\n]*)\}")


@attrs.frozen
class Situation:
    """Whom a text is for, and who says it."""

    desk: Desk
    customer: Customer | None = None
    vehicle: Vehicle | None = None
    task: Task | None = None


def _title(said: Situation) -> str:
    sex = said.customer.sex if said.customer else ""
    return {"male": t("Mr"), "female": t("Ms")}.get(sex, "")


def _phone(said: Situation) -> str:
    phones = said.customer.usable_phones if said.customer else ()
    return local_phone(phones[0].number) if phones else ""


def _first_registered(said: Situation) -> str:
    day = said.vehicle.first_registered if said.vehicle else None
    return day.isoformat() if day else ""


BLANKS: Mapping[str, Callable[[Situation], str]] = {
    "customer": lambda said: said.customer.name if said.customer else "",
    "title": _title,
    "phone": _phone,
    "address": lambda said: said.customer.address if said.customer else "",
    "model": lambda said: said.vehicle.model if said.vehicle else "",
    "plate": lambda said: said.vehicle.plate if said.vehicle else "",
    "vin": lambda said: said.vehicle.vin if said.vehicle else "",
    "vin_tail": lambda said: said.vehicle.vin[-6:] if said.vehicle else "",
    "registered": _first_registered,
    "due": lambda said: said.task.due.isoformat() if said.task else "",
    "task": lambda said: said.task.title if said.task else "",
    "operator": lambda said: said.desk.operator.name,
    "dealer": lambda said: str(said.desk.policies.section("dealer").name),
    "dealer_phone": lambda said: said.desk.policies.section("dealer").phone,
    "dealer_address": lambda said: said.desk.policies.section("dealer").address,
    "today": lambda said: said.desk.today().isoformat(),
}
_MAY_BE_EMPTY = {"title"}


def unknown_blanks(text: str) -> list[str]:
    """The blanks of a text that nothing can fill."""
    return sorted({name for name in _BLANK.findall(text) if name not in BLANKS})


def fill_blanks(text: str, said: Situation) -> str:
    """`text` with its blanks filled; customers' data stand as they are, whatever they contain."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        value = BLANKS[name](said) if name in BLANKS else found[0]
        return value or ("" if name in _MAY_BE_EMPTY else EMPTY)

    return re.sub(" {2,}", " ", _BLANK.sub(fill, text)) if "{" in text else text


@attrs.frozen
class Scripts:
    """All scripts: id → text in each language."""

    texts: Mapping[str, Wording]

    @classmethod
    def load(
        cls,
        folders: Iterable[Path],
        leave_out: Callable[[Path, PolicyError], None] | None = None,
    ) -> Scripts:
        """`<script>.zh.txt` and `<script>.en.txt` of `folders`; a later folder's text counts.

        Raises PolicyError for a blank that nothing can fill, with file and line; with `leave_out` that is
        told instead of each file that does not count.
        """
        texts: dict[str, Wording] = {}
        for path in (path for folder in folders for path in sorted(folder.glob("*.txt"))):
            name, _, spoken = path.stem.rpartition(".")
            try:
                if not name or spoken not in LANGUAGES:
                    raise PolicyError(
                        "{file}: a script is named <script>.zh.txt or <script>.en.txt.",
                        file=str(path),
                    )
                text = _checked(path)
            except PolicyError as error:
                if leave_out is None:
                    raise
                leave_out(path, error)
                continue
            texts[name] = attrs.evolve(texts.get(name, Wording()), **{spoken: text})
        return cls(texts)

    def get(self, script_id: str) -> Wording:
        """The script with its blanks open; raises NotFound."""
        if script_id not in self.texts:
            raise NotFound("There is no script {script}.", script=script_id)
        return self.texts[script_id]

    def fill(
        self,
        script_id: str,
        customer: Customer | None,
        vehicle: Vehicle | None,
        task: Task | None,
        desk: Desk,
    ) -> str:
        """The script in the current language as the operator reads it to this customer."""
        return fill_blanks(str(self.get(script_id)), Situation(desk, customer, vehicle, task))


def _checked(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError("{file}: the text is not UTF-8.", file=str(path)) from None
    for number, line in enumerate(text.splitlines(), start=1):
        if unknown := unknown_blanks(line):
            raise PolicyError(
                "{file}, line {line}: nothing fills the blank {{{blank}}}; possible are {names}.",
                file=str(path),
                line=number,
                blank=unknown[0],
                names=", ".join(BLANKS),
            )
    return text.strip()


_of_desk: WeakKeyDictionary[Desk, Scripts] = WeakKeyDictionary()


def load_scripts(host: PluginHost) -> Scripts:
    """The scripts of a host's plugins; a wrong file is left out and stands among the host's problems."""
    owners = {folder: plugin for plugin, folder in host.ask_each("dcrc_script_folders")}
    return Scripts.load(
        owners, lambda path, error: host.leave_out(owners[path.parent], "script", error)
    )


def scripts_of(desk: Desk) -> Scripts:
    """The scripts of the desk's plugins, read once."""
    if desk not in _of_desk:
        _of_desk[desk] = load_scripts(desk.plugins)
    return _of_desk[desk]
