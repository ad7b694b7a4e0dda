"""Where database work is done: one thread owns the desk, so the interface never waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from dcrc.kernel.desk import Desk

T = TypeVar("T")


class DeskLane:
    """Runs work on one desk, one piece after the other, in a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")

    async def do(self, work: Callable[[Desk], T]) -> T:
        """The result of `work(desk)`; its errors are raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self.desk)

    def close(self) -> None:
        """Let the work that has begun end, and no other begin."""
        self._thread.shutdown(wait=True, cancel_futures=True)
