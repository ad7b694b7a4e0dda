"""Everything dcrc can refuse, in one hierarchy; each says what is wrong, where, and what to do."""

from __future__ import annotations

from typing import Any, ClassVar


class DcrcError(Exception):
    """Base of all errors a person may see.

    `msgid` is the English sentence with `{name}` blanks, `params` fill them; faces translate it by
    `dcrc.i18n.translate_error`. `exit_code` is what a command ends with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, msgid: str, /, **params: Any) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.params = params

    def __str__(self) -> str:
        codes = {  # of a `Coded` the code: this is what developers read
            name: str.__str__(value) if isinstance(value, str) else value
            for name, value in self.params.items()
        }
        return self.msgid.format(**codes) if codes else self.msgid


class UsageError(DcrcError):
    """The command or call itself is wrong (unknown option, unknown name)."""

    exit_code = 2


class InputError(DcrcError):
    """A value that was given cannot be taken; `params["field"]` names it where there is one."""

    exit_code = 3


class NotFound(InputError):
    """What was asked for is not there."""


class PolicyError(InputError):
    """A policy or form file is wrong; the message names file, line and what was expected."""


class ConflictError(DcrcError):
    """Somebody else changed the same thing; nothing was written."""

    exit_code = 4


class PartialSuccess(DcrcError):
    """Some of the work was done, some was refused; the report says which."""

    exit_code = 5


class DamagedData(DcrcError):
    """The database file is not whole or not ours."""

    exit_code = 6


class NotAllowed(DcrcError):
    """The operator's role does not include the permission."""

    exit_code = 7


class InOutError(DcrcError):
    """The system refused to read or write (disk full, read-only, no such folder)."""

    exit_code = 8
