"""Planning in the background: a thread of its own, progress in the message line, and a way to stop it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from textual.worker import WorkType

from dcrc.errors import DcrcError
from dcrc.i18n import listed, t
from dcrc.kernel.planning import PlanReport, plan

if TYPE_CHECKING:
    from dcrc.tui.app import DcrcApp

TOLD_FROM = 2000  # customers; smaller plans are over before their progress could be read


class PlanningRun:
    """At most one plan at a time."""

    def __init__(self, app: DcrcApp) -> None:
        self._app = app
        self._stop = Event()
        self._running = False

    @property
    def running(self) -> bool:
        """Whether a plan is under way."""
        return self._running

    def start(self) -> None:
        """Plan, unless a plan is under way."""
        if not self._running:
            self._running = True
            self._stop.clear()
            job: WorkType[None] = self._run
            self._app.run_worker(job, group="planning", exit_on_error=True)

    def stop(self) -> None:
        """Stop after the customers in hand; what is planned stays, the rest is planned next time."""
        self._stop.set()

    async def _run(self) -> None:
        app = self._app
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            if total >= TOLD_FROM:
                text = t("Planning: {done} of {total} customers …", done=done, total=total)
                loop.call_soon_threadsafe(app.say, text)

        def work() -> PlanReport:
            return plan(app.desk, progress=progress, cancelled=self._stop.is_set)

        with ThreadPoolExecutor(1, thread_name_prefix="planning") as thread:
            try:
                report = await loop.run_in_executor(thread, work)
            except DcrcError as error:
                app.complain(error)
            else:
                self._tell(report)
            finally:
                self._running = False

    def _tell(self, report: PlanReport) -> None:
        app = self._app
        if report.cancelled:
            app.say(t("Planning was stopped; it goes on at the next start."), "warning")
        elif report.failures:
            names = listed(sorted({failure.planner for failure in report.failures}))
            app.say(t("These functions could not plan: {names}", names=names), "warning")
        elif report.customers >= TOLD_FROM:
            app.say(t("Planned: {count} changes.", count=report.changes))
        if report.changes:
            app.show_changes()
