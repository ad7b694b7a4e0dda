"""An invented dealer of any size: owners, cars, years of deliveries, and what the workshop saw of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from dcrc.kernel.customers import Customer, LunarDay, prepare_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.documents import to_document
from dcrc.kernel.events import Event
from dcrc.kernel.phones import Phone
from dcrc.kernel.vehicles import Reading, Vehicle, prepare_vehicle
from dcrc.kernel.vins import check_digit
from dcrc.store import GlobalId

TODAY = date(2026, 11, 20)
YEARS = 5
SHANGHAI = ZoneInfo("Asia/Shanghai")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
MODELS = ("CS75", "CS75", "逸动", "逸动", "CS35", "CS55", "逸动EV")


class Days:
    """A clock that stands at half past nine on a day."""

    def __init__(self, day: date) -> None:
        self.at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=SHANGHAI).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.at


@attrs.frozen
class Visit:
    """A repair order as the workshop's ledger has it."""

    on: date
    km: int
    work: str = "保养"
    more: dict[str, Any] = attrs.field(factory=dict)


def one_visit(chance: random.Random, delivered: date) -> Iterator[Visit]:
    """One service in the first year."""
    visited = delivered + timedelta(days=chance.randint(60, 400))
    if visited < TODAY:
        yield Visit(visited, chance.randint(2000, 30000))


def years_of_visits(chance: random.Random, delivered: date) -> Iterator[Visit]:
    """The car's own driving; services as long as the owner is loyal; repairs, paint, internal orders.

    The workshop notes the odometer, wrongly once in two hundred times, and at every third service the next.
    """
    per_day = chance.lognormvariate(3.5, 0.4)  # half of them run 33 km a day and more
    loyal = chance.betavariate(6, 1)
    if chance.random() < 0.3:
        yield Visit(delivered - timedelta(2), 8, "PDI检查")
    came = delivered
    while True:
        came += timedelta(round(min(183, 5000 / per_day) * chance.uniform(0.8, 1.5)) + 1)
        if came >= TODAY or chance.random() > loyal:
            return
        km = round((came - delivered).days * per_day)
        noted = km * 10 if chance.random() < 0.005 else km
        more: dict[str, Any] = {"sheet": "mechanical", "advisor": f"服务{chance.randrange(12):02d}"}
        if chance.random() < 0.33:
            more |= {"next_km": km + 5000, "next_on": str(came + timedelta(180))}
        yield Visit(came, noted, "首保" if km < 7000 else "保养", more)
        kind = chance.random()
        if kind < 0.08:
            yield Visit(came, noted, "一般维修", {**more, "sheet": "mechanical"})
        elif kind < 0.2 and (again := came + timedelta(chance.randint(5, 60))) < TODAY:
            paint = {"sheet": "body_and_paint", "came_in": str(again - timedelta(3))}
            yield Visit(again, km + round((again - came).days * per_day), "钣金喷漆", paint)


def invent(desk: Desk, vehicles: int, *, cared: bool) -> None:
    """A dealer with so many vehicles as one import; `cared`: with all that reminders plan from.

    Without it each car has one service at most, and nobody knows birthdays, registrations or licences.
    """
    chance = random.Random(20261120)
    people: list[tuple[GlobalId, dict[str, Any]]] = []
    cars: list[tuple[GlobalId, dict[str, Any]]] = []
    events: list[tuple[GlobalId, dict[str, Any]]] = []
    visits: Callable[[random.Random, date], Iterator[Visit]] = (
        years_of_visits if cared else one_visit
    )
    owner, order = "", 0
    for n in range(vehicles):
        if not owner or chance.random() > 0.08:
            owner = str(desk.new_id())
            name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.randint(1, 2)))
            phone = Phone(f"+8613{n % 10}0000{n // 10 % 10000:04d}")
            customer = Customer(owner, name, phones=(phone,), address=f"长安路{n % 900 + 1}号")
            if cared:
                customer = attrs.evolve(customer, **_of_a_person(chance))
            people.append((GlobalId(owner), to_document(prepare_customer(customer))))
        body = f"LS4AAB3D0H{n:07d}"
        vin = body[:8] + check_digit(body) + body[9:]
        car = str(desk.new_id())
        vehicle = Vehicle(car, vin, owner, f"京A{n % 100000:05d}", model="CS75", trim="豪华型")
        delivered = TODAY - timedelta(days=int(YEARS * 365 * chance.random()))
        data: dict[str, Any] = {"consultant": f"顾问{n % 20:02d}", "price": 12_000_000}
        sale = Event(str(desk.new_id()), "delivered", owner, delivered, car, key=vin, data=data)
        events.append((GlobalId(sale.id), to_document(sale)))
        readings = []
        for visit in visits(chance, delivered):
            order += 1
            readings.append(Reading(visit.on, visit.km, "serviced"))
            data = {"order": f"RO{order:07d}", "km": visit.km, "work": visit.work, **visit.more}
            seen = Event(
                str(desk.new_id()),
                "serviced",
                owner,
                visit.on,
                car,
                key=f"RO{order:07d}",
                data=data,
            )
            events.append((GlobalId(seen.id), to_document(seen)))
        if cared:
            registered = delivered + timedelta(chance.randint(1, 20))
            vehicle = attrs.evolve(
                vehicle,
                model=chance.choice(MODELS),
                first_registered=registered if chance.random() < 0.7 else None,
                usage="business" if chance.random() < 0.05 else "private",
                readings=tuple(readings),
            )
        cars.append((GlobalId(car), to_document(prepare_vehicle(vehicle))))
    for table, rows in ((desk.customers, people), (desk.vehicles, cars), (desk.events, events)):
        with desk.db.transaction("import", operator=desk.operator.name, batch="invented"):
            table.put_many(rows)


def _of_a_person(chance: random.Random) -> dict[str, Any]:
    """Birthdays of two in three, a fifth of them lunar; some licences; a few wish for no greetings."""
    known: dict[str, Any] = {"marketing_consent": chance.random() > 0.03}
    told = chance.random()
    if told < 0.13:
        leap = chance.random() < 0.03
        known["lunar_birthday"] = LunarDay(chance.randint(1, 12), chance.randint(1, 30), leap)
    elif told < 0.67:
        known["birthday"] = date(1950, 1, 1) + timedelta(chance.randrange(55 * 365))
    if chance.random() < 0.2:
        until = TODAY + timedelta(chance.randrange(-200, 6 * 365))
        known["extra"] = {"驾驶证有效期": until.isoformat()}
    return known
