"""A dealer's years, day by day: facts arrive, calls are made with chance outcomes, holidays close the doors.

    python benchmarks/simulation.py [--customers 400] [--days 1096] [--seed 1]

Everything goes through the operations that people use. What must hold is checked on every day; `Years` keeps
a plain record of its own, from which tests count the figures again.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time as timing
from collections import Counter, defaultdict
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
from tinydb import where

from dcrc import (
    Answers,
    Customer,
    Desk,
    Event,
    LunarDay,
    Reading,
    Task,
    TaskState,
    Vehicle,
    record_reading,
)
from dcrc.kernel.agenda import Sheet, agenda
from dcrc.kernel.calendar import record_conversation
from dcrc.kernel.contact import CONTACT_CHANNELS
from dcrc.kernel.desk import open_desk
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.kernel.vehicles import find_vehicle
from dcrc.testing import (
    TestClock,
    a_customer,
    a_vehicle,
    delivered,
    isolated_desk,
    plainly_answered,
    serviced,
)
from plugins import reminders, service_followup
from plugins.reminders.operations import care_messages, draft_care, review_care, send_care

DAY = timedelta(days=1)
SESSIONS = (time(9, 30), time(15), time(18))
RESULTS = (
    (Result.REACHED, 0.62),
    (Result.NO_ANSWER, 0.2),
    (Result.BUSY, 0.08),
    (Result.SWITCHED_OFF, 0.05),
    (Result.CALL_BACK, 0.04),
    (Result.REFUSED, 0.01),
)
MODELS = ("CS75", "逸动", "CS35", "逸动EV")
SHOPS = (("老王汽修", "城北"), ("快修连锁", "吉州大道"), ("某养车", ""))
PLUGINS = (reminders, service_followup)
REASONS = ("busy", "forgot", "price", "distance", "little_use", "quality")


@attrs.define
class Car:
    """What the world knows of a car and the dealer does not."""

    vehicle: Vehicle
    owner: Customer
    per_day: float
    delivered: date
    loyal: float
    last_service: date
    gone: bool = False

    def km_on(self, day: date) -> int:
        return round((day - self.delivered).days * self.per_day)


@attrs.define
class Years:
    """The simulated dealer: `run` lives through the days; the rest is his record and what went wrong."""

    folder: Path
    first: date
    days: int
    customers: int
    seed: int = 1
    desk: Desk = attrs.field(init=False)
    cars: list[Car] = attrs.field(factory=list)
    talks: dict[str, list[tuple[date, tuple[Task, ...]]]] = attrs.field(
        factory=lambda: defaultdict(list)
    )
    worked: Counter[date] = attrs.field(factory=Counter)
    waiting: dict[date, int] = attrs.field(factory=dict)
    lateness: Counter[int] = attrs.field(factory=Counter)
    wrongs: list[str] = attrs.field(factory=list)
    random: random.Random = attrs.field(init=False)
    clock: TestClock = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.clock = TestClock(self.first)
        self.desk = isolated_desk(
            self.folder,
            plugins=PLUGINS,
            today=self.first,
            policy=self.policy(changed=False),
            clock=self.clock,
        )

    @property
    def last(self) -> date:
        return self.first + (self.days - 1) * DAY

    def closures(self) -> list[tuple[date, date]]:
        """Two weeks around each Spring Festival."""
        firsts = {2026: date(2026, 2, 12), 2027: date(2027, 2, 1), 2028: date(2028, 1, 21)}
        return [
            (start, start + 13 * DAY)
            for start in firsts.values()
            if self.first <= start and start + 13 * DAY <= self.last
        ]

    def policy(self, changed: bool) -> str:
        """The dealer's file; halfway he reminds earlier, in a shorter cycle, and rests longer."""
        closed = ", ".join(
            str(start + n * DAY)
            for start, end in self.closures()
            for n in range((end - start).days + 1)
        )
        text = (
            '[dealer]\nname = "某店"\n[workdays]\n'
            'days = ["mon", "tue", "wed", "thu", "fri", "sat"]\n'
            f"closed = [{closed}]\n"
        )
        if changed:
            text += (
                "[conversations]\nrest_days = 5\n[reminders]\ncycle_months = 5\n"
                "[reminders.regular_service]\nlead_days = 10\n"
            )
        return text

    def rest_days(self, day: date) -> int:
        return 5 if day >= self.change else 3

    @property
    def change(self) -> date:
        """The day on which the policy changes."""
        return self.first + (self.days // 2) * DAY

    def run(self) -> None:
        """Live through all days."""
        for n in range(self.days):
            today = self.first + n * DAY
            self.clock.set(today, SESSIONS[0])
            if today == self.change:
                self.change_policy()
            self.facts(today, n)
            if not self.desk.workdays.is_open(today):
                continue
            plan(self.desk)
            self.check(today)
            self.waiting[today] = agenda(self.desk, mine=False, limit=1).total_sheets
            self.greet(today)
            for session in SESSIONS:
                self.clock.set(today, session)
                self.work(today)
        plan(self.desk)

    def change_policy(self) -> None:
        """The dealer edits his file; everybody sits down again."""
        path = self.desk.db.path
        self.desk.close()
        path.with_suffix(".toml").write_text(self.policy(changed=True), "utf-8")
        self.desk = open_desk(path, clock=self.clock, plugins=PLUGINS)

    # -- what happens -------------------------------------------------------------------------

    def facts(self, today: date, n: int) -> None:
        """Deliveries at the start and now and then, visits to the workshop, readings, inspections."""
        sold = self.customers // 3 if n == 0 else 0
        if n and self.random.random() < self.customers * 2 / 3 / self.days:
            sold = 1
        for _ in range(sold):
            self.sell(today, used=n == 0)
        for car in self.cars:
            if car.gone or not self.desk.workdays.is_open(today):
                continue
            due = (today - car.last_service).days
            if due > 150 and self.random.random() < car.loyal / 60:
                self.service(car, today)
            elif self.random.random() < 1 / 400:
                km = car.km_on(today) * self.random.choice((1, 1, 1, 10))
                record_reading(self.desk, car.vehicle.id, Reading(today, min(km, 900_000), "desk"))

    def sell(self, today: date, used: bool) -> None:
        """A new customer with a new car; at the start of the simulation cars sold in years before."""
        chance = self.random
        on = today - chance.randrange(30, 900) * DAY if used else today
        born = date(1960, 1, 1) + chance.randrange(15_000) * DAY
        lunar = LunarDay(chance.randint(1, 12), chance.randint(1, 30), chance.random() < 0.1)
        owner = a_customer(
            self.desk,
            f"客户{len(self.cars)}",
            birthday=born if chance.random() < 0.6 else None,
            lunar_birthday=lunar if chance.random() < 0.15 else None,
            marketing_consent=chance.random() < 0.95,
        )
        vehicle = a_vehicle(
            self.desk,
            owner,
            model=chance.choice(MODELS),
            usage=chance.choice(("private",) * 8 + ("taxi",)),
            first_registered=min(on + 5 * DAY, today) if chance.random() < 0.7 else None,
        )
        delivered(self.desk, vehicle, on)
        self.cars.append(Car(vehicle, owner, chance.uniform(10, 120), on, chance.random(), on))

    def service(self, car: Car, today: date) -> None:
        """The car comes to the workshop."""
        serviced(
            self.desk,
            find_vehicle(self.desk, car.vehicle.id),
            today,
            work=self.random.choice(("保养", "保养", "保养", "一般维修")),
            km=car.km_on(today),
        )
        car.last_service = today

    def greet(self, today: date) -> None:
        """Drafts are written and reviewed; what was approved goes out."""
        for message in draft_care(self.desk):
            review_care(self.desk, message.id, self.random.random() < 0.95)
        send_care(self.desk)

    def work(self, today: date) -> None:
        """The operators call everybody who stands on the list."""
        for sheet in agenda(self.desk, mine=False, limit=0).sheets:
            for role in sorted({task.role for task in sheet.tasks}):
                self.call(today, sheet, tuple(each for each in sheet.tasks if each.role == role))

    def call(self, today: date, sheet: Sheet, tasks: tuple[Task, ...]) -> None:
        chance = self.random
        for task in tasks:
            if not task.tries and not task.by_hand:
                self.lateness[max(0, (today - task.due).days)] += 1
        result = chance.choices([each for each, _ in RESULTS], [share for _, share in RESULTS])[0]
        reached = result is Result.REACHED
        if not any(task.channel in CONTACT_CHANNELS for task in tasks):
            result, reached = Result.REACHED, True
        elif not reached:
            tasks = tuple(task for task in tasks if task.channel in CONTACT_CHANNELS)
        answers = {task.id: self.answers(task, today) if reached else None for task in tasks}
        back = None
        if result is Result.CALL_BACK:
            day = self.desk.workdays.add_open_days(today, chance.randint(1, 4))
            back = self.desk.now().astimezone(self.desk.zone)
            back = back.replace(year=day.year, month=day.month, day=day.day, hour=10)
        record_conversation(self.desk, sheet.customer.id, result, answers, call_back=back)
        self.worked[today] += 1
        if reached:
            self.talks[sheet.customer.id].append((today, tasks))

    def answers(self, task: Task, today: date) -> dict[str, Any]:
        chance = self.random
        if task.form == "reminder_mileage":
            return self.mileage(task, today)
        if task.form == "reminder_inspection":
            return {"state": chance.choice(("done", "himself", "with_us", "undecided"))}
        if task.form == "reminder_notice":
            return {"reaction": "knows"}
        if task.form == "reminder_booking":
            return {"outcome": "booked", "booked_on": str(today + DAY)}
        if not task.form:
            return {}
        form = self.desk.forms.get(task.form)
        scaled = [field.name for field in form.fields if field.kind.value == "scale"]
        bad = chance.choice(scaled) if scaled and chance.random() < 0.15 else ""
        return plainly_answered(form, **({bad: "dissatisfied"} if bad else {}))

    def mileage(self, task: Task, today: date) -> dict[str, Any]:
        """What a customer says of his car; some of it true."""
        chance = self.random
        car = next(each for each in self.cars if each.vehicle.id == task.vehicle)
        said: dict[str, Any] = {}
        if chance.random() < 0.8:
            said["km"] = car.km_on(today)
        state = chance.choices(
            ("not_due", "nearly_due", "overdue", "elsewhere", "sold"), (25, 45, 15, 14, 1)
        )[0]
        said["state"] = state
        if state in ("nearly_due", "overdue"):
            said["booking"] = chance.choice(("wished", "himself", "undecided"))
            if state == "overdue":
                said["why"] = chance.choice(REASONS)
        elif state == "elsewhere":
            shop, place = chance.choice(SHOPS)
            said |= {"shop": shop, "place": place, "price": chance.randrange(150, 900)}
            said |= {"why": chance.choice(REASONS), "back": chance.choice(("yes", "perhaps", "no"))}
        elif state == "sold":
            car.gone = True
        return said

    # -- what must hold on every day ----------------------------------------------------------

    def check(self, today: date) -> None:
        """One open task at most of a rule and subject; nothing open that is of no use any more."""
        table = self.desk.tasks
        doubles = table.count_by(("rule", "subject"), where("state") == "open")
        self.wrongs += [f"{today}: twice open {key}" for key, count in doubles.items() if count > 1]
        stale = table.count(
            (where("state") == "open")
            & (where("expires") < today.isoformat())
            & (where("by_hand") == [])
        )
        if stale:
            self.wrongs.append(f"{today}: {stale} open after their last day")

    def check_budget(self) -> list[str]:
        """Conversations too close to each other, but for those with something that could not wait.

        A visit to the workshop is asked about within its three days, whatever was spoken of before.
        """
        urgent = {
            "reminders.birthday",
            "service_followup.visit",
            "service_followup.recontact",
            "contact_data.confirm_owner",
        }
        found = []
        for customer, talks in self.talks.items():
            mine = [
                (day, [task for task in tasks if task.role == "caller"])
                for day, tasks in talks
                if any(task.role == "caller" for task in tasks)
            ]
            for (before, _), (day, tasks) in pairwise(mine):
                near = (day - before).days <= min(self.rest_days(before), self.rest_days(day))
                pressed = any(
                    task.rule in urgent or task.by_hand or task.due <= day for task in tasks
                )
                if near and not pressed:
                    rules = [task.rule for task in tasks]
                    found.append(f"{customer}: {before} and again {day} for {rules}")
        return found

    def tasks(self) -> list[Task]:
        return [self.desk.read(Task, document) for document in self.desk.tasks.all()]

    def events(self, kind: str) -> list[Event]:
        found = self.desk.events.search(where("kind") == kind)
        return [self.desk.read(Event, document) for document in found]

    def answered(self, form: str) -> list[Answers]:
        found = self.desk.answers.search(where("form") == form)
        return [self.desk.read(Answers, document) for document in found]


def main() -> int:
    """Run a larger dealer and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--customers", type=int, default=400)
    parser.add_argument("--days", type=int, default=1096)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = timing.perf_counter()
        years = Years(Path(folder), date(2026, 1, 1), chosen.days, chosen.customers, chosen.seed)
        years.run()
        took = timing.perf_counter() - began
        tasks = years.tasks()
        states = Counter(task.state for task in tasks)
        usual = sorted(years.waiting.values())[len(years.waiting) // 2]
        after = [
            years.waiting[years.desk.workdays.next_open(end + DAY)] for _, end in years.closures()
        ]
        budget = years.check_budget()
        print(f"{chosen.days} days, {len(years.cars)} cars, seed {chosen.seed}: {took:.0f} s")
        print("tasks " + ", ".join(f"{state.value} {states[state]}" for state in TaskState))
        print(
            f"conversations and tries {years.worked.total()}, care messages {len(care_messages(years.desk))}"
        )
        print(f"customers on the list: usually {usual}, most {max(years.waiting.values())}, "
              f"after the holidays {after}")  # fmt: skip
        print(f"called late by days: {dict(sorted(years.lateness.items()))}")
        print(f"wrong: {len(years.wrongs)}, over the budget: {len(budget)}")
        for line in (*years.wrongs[:10], *budget[:10]):
            print(" ", line)
        years.desk.close()
    return 1 if years.wrongs or budget else 0


if __name__ == "__main__":
    sys.exit(main())
