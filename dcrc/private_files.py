"""Files with customers' data: a new one is its owner's alone, one that is replaced stays as it was shared."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

OWNER_ONLY = 0o600


def make_private(path: Path) -> None:
    """Make `path`, empty, readable by its owner only; a file that exists keeps content and mode.

    Raises OSError where the system lets nothing be made there.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))


def share_like(draft: Path, target: Path) -> None:
    """Give `draft`, which is to replace `target`, the mode and group that its owner chose for `target`."""
    try:
        before = target.stat()
    except OSError:
        return
    if hasattr(os, "chown") and before.st_gid != draft.stat().st_gid:
        try:
            os.chown(draft, -1, before.st_gid)
        except OSError:
            return  # a group that cannot be given: better nobody's else than another group's
    with suppress(OSError):
        draft.chmod(S_IMODE(before.st_mode))
