"""Why the system refused to read or write, in the reader's language."""

from __future__ import annotations

import errno
from typing import Final

from dcrc.wording import Wording

_REASONS: Final = {
    errno.ENOENT: Wording("没有这个文件或文件夹", "there is no such file or folder"),
    errno.ENOTDIR: Wording("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EISDIR: Wording("这是一个文件夹", "it is a folder"),
    errno.EACCES: Wording(
        "没有权限，或正被其他程序占用", "no permission, or another program holds it"
    ),
    errno.EPERM: Wording("没有权限", "no permission"),
    errno.EROFS: Wording("磁盘是只读的", "the disk may only be read"),
    errno.ENOSPC: Wording("磁盘已满", "the disk is full"),
    errno.EDQUOT: Wording("已超出磁盘限额", "your share of the disk is used up"),
    errno.EEXIST: Wording("已经存在", "it exists already"),
    errno.EBUSY: Wording("正被其他程序占用", "another program holds it"),
    errno.ENAMETOOLONG: Wording("文件名太长", "the name is too long"),
    errno.EIO: Wording("磁盘读写出错", "the disk fails"),
    errno.EMFILE: Wording("打开的文件太多", "too many files are open"),
}


class Why(str):
    """What the system said: nothing of a customer is in it, so that logs may have it."""

    __slots__ = ()


def why(error: OSError) -> Why:
    """The reason of `error`; as the system says it where it is not known here."""
    known = _REASONS.get(error.errno or 0)
    return Why(known if known is not None else error.strerror or type(error).__name__)
