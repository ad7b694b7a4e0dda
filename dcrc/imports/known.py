"""Who and what is known already: found by VIN, by name and number, by a fact's own name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice
from typing import Any, TypeVar

import attrs
from tinydb import where

from dcrc.imports.naming import Named, persons_of
from dcrc.imports.newcomers import Heard
from dcrc.imports.said import Witness
from dcrc.imports.telling import Row, Said
from dcrc.kernel.desk import Desk
from dcrc.kernel.names import fold
from dcrc.kernel.terms import phone_terms
from dcrc.store import GlobalId

T = TypeVar("T")
TABLES = ("customers", "vehicles", "events")
_CHUNK = 100  # values asked for at once; each hit is compared with all of them


@attrs.define(eq=False)
class Held:
    """A record while an import thinks about it: `was` as stored (None: new), `now` as it will be.

    `said` are the values of the present source, as of day `on`; `row` and `sheet` say where it stands.
    `made_by` is the source that made it, `set_by` (source, value) of the fields set so far in this import.
    """

    id: str
    was: Said | None
    now: Said
    made_by: str = ""
    said: Said | None = None
    on: str = ""
    numbers: tuple[dict[str, str], ...] = ()
    readings: tuple[tuple[str, int], ...] = ()
    row: int = 0
    sheet: int = -1
    set_by: dict[str, tuple[str, Any]] | None = None

    def leave(self) -> None:
        """It was given to the store; what it became need not be remembered twice."""
        self.was = self.now = {}

    @property
    def untold(self) -> bool:
        """It is new, and no source's values have become its own yet."""
        return self.was is None and not self.now

    @property
    def changed(self) -> bool:
        """It is new or will not be as it was."""
        return self.was is None or (self.now is not self.was and self.now != self.was)


@attrs.define
class Known:
    """The stored records that the rows of an import may mean, and those that the import adds."""

    desk: Desk
    made: dict[str, int] = attrs.field(factory=lambda: dict.fromkeys(TABLES, 0))  # new, by table
    customers: dict[str, Held] = attrs.field(factory=dict)
    vehicles: dict[str, Held] = attrs.field(factory=dict)
    events: dict[tuple[str, str], Held] = attrs.field(factory=dict)
    _persons: dict[tuple[str, str], Held] = attrs.field(factory=dict)
    _corrected: dict[str, list[Held]] | None = None  # by each VIN that a car had before
    _vins: dict[str, list[str]] = attrs.field(factory=dict)  # all that a corrected car ever had
    _empty: dict[str, bool] = attrs.field(factory=dict)
    _spare_ids: list[str] = attrs.field(factory=list)

    def load(self, sheets: Sequence[Named], kind: str, witness: Witness) -> None:
        """Fetch, in bulk, whatever the rows of a source may mean."""
        if self._corrected is None:
            self._corrected = self._load_corrected(witness)
        vins = {vin for named in sheets for vin in named.vins if vin}
        for document in self._search("vehicles", "vin", vins - self.vehicles.keys()):
            self.vehicles[document["vin"]] = _held(document)
        if kind:
            keys = {key for named in sheets for key in named.keys}
            if self._vins:
                names = [
                    pair for named in sheets for pair in zip(named.vins, named.keys, strict=True)
                ]
                keys.update(other for vin, key in names for other in self._other_keys(vin, key))
            keys -= {key for of, key in self.events if of == kind}
            for document in self._events(kind, keys):
                self.events.setdefault((kind, document["key"]), _held(document))
        owners = {held.now.get("customer", "") for held in self.vehicles.values()}
        owners |= {held.now.get("customer", "") for held in self.events.values()}
        self._customers_of(owners)
        self._load_persons(sheets)

    @property
    def corrected(self) -> set[str]:
        """The VINs, old and present, of cars whose VIN was corrected: several of them mean one car."""
        return {vin for vins in self._vins.values() for vin in vins}

    def _load_corrected(self, witness: Witness) -> dict[str, list[Held]]:
        """The cars whose VIN was corrected, by the VINs they had: ledgers go on naming these."""
        if self._none("vehicles"):
            return {}
        ids = {str(doc_id) for doc_id, _ in self.desk.db.journal.replaced("vehicles", "vin")}
        found = self.desk.vehicles.get_many([GlobalId(one) for one in sorted(ids)])
        corrected: dict[str, list[Held]] = {}
        for document in found.values():
            held = _held(document)
            before = set(witness.had("vehicles", held.id, "vin")) - {document["vin"]}
            if before:
                self.vehicles[document["vin"]] = held
                self._vins[held.id] = [document["vin"], *sorted(before)]
            for vin in before:
                corrected.setdefault(vin, []).append(held)
        return corrected

    def _other_keys(self, vin: str, key: str) -> Iterator[str]:
        """What a fact named `key` was called if it came under another VIN of its car."""
        if not vin or vin not in key:
            return
        car = self.vehicles.get(vin)
        for held in [car] if car is not None else (self._corrected or {}).get(vin, ()):
            for other in self._vins.get(held.id, ()):
                yield key.replace(vin, other)

    def vehicle(self, row: Row, event: Held | None, by_car: bool, witness: Witness) -> Held | None:
        """The car a row means: of that VIN, else one that had it before somebody corrected it.

        The old VIN may be that of another car by now: unless the fact is known, or is told of whoever has
        the car (`by_car`), its owner must be the person of the row.
        """
        if not self._corrected:
            return self.vehicles.get(row.vin)
        cars = self._corrected.get(row.vin, ())
        told = "" if event is None else event.now.get("vehicle", "")
        for car in cars:
            if car.id == told:
                return car
        held = self.vehicles.get(row.vin)
        if held is None:
            for car in reversed(cars):
                if by_car or self.person(row, car, event, witness) is self.owner(car):
                    return car
        return held

    def renamed(self, kind: str, row: Row, vehicle: Held | None) -> Held | None:
        """The fact of the row's car that came under another VIN of that car."""
        if vehicle is not None and vehicle.id in self._vins:
            for key in self._other_keys(row.vin, row.key):
                held = self.events.get((kind, key))
                if held is not None and held.now.get("vehicle") == vehicle.id:
                    return held
        return None

    def is_another_s(
        self, row: Row, vehicle: Held, event: Held | None, person: Held | None
    ) -> bool:
        """Whether a row names a car by the VIN it once had, and somebody who never had that car."""
        if vehicle.now.get("vin", row.vin) == row.vin:
            return False
        teller = self.customers.get("" if event is None else event.now.get("customer", ""))
        theirs = (self.owner(vehicle), teller and self.present(teller))
        return person is None or person not in theirs

    def _load_persons(self, sheets: Sequence[Named]) -> None:
        """Those of the rows' persons that are stored and were not fetched with their cars."""
        if self._none("customers"):
            return
        terms = set()
        for named in sheets:
            for name, numbers in zip(named.names, named.numbers, strict=True):
                if name and not numbers and (name, "") not in self._persons:
                    terms.add(_name_term(name))
                for number in numbers:
                    if (name, number["number"]) not in self._persons:
                        terms.add(max(phone_terms(number["number"]), key=len))
        for chunk in _chunks(terms):
            for document in self.desk.customers.search(where("terms").any(chunk)):
                if str(document.doc_id) not in self.customers:
                    self._add_stored(_held(document))
        self._customers_of({held.now.get("merged_into", "") for held in self.customers.values()})

    def _customers_of(self, ids: Iterable[str]) -> None:
        wanted = {one for one in ids if one and one not in self.customers}
        while wanted:
            found = self.desk.customers.get_many([GlobalId(one) for one in sorted(wanted)])
            for document in found.values():
                self._add_stored(_held(document))
            wanted = {
                into
                for document in found.values()
                if (into := document.get("merged_into", "")) and into not in self.customers
            }

    def _search(self, table: str, field: str, values: Iterable[str]) -> Iterator[Any]:
        if self._none(table):
            return
        for chunk in _chunks(values):
            yield from self.desk.table(table).search(where(field).one_of(chunk))

    def _events(self, kind: str, keys: Iterable[str]) -> Iterator[Any]:
        if self._none("events"):
            return
        for chunk in _chunks(keys):
            cond = (where("kind") == kind) & where("key").one_of(chunk)
            yield from self.desk.events.search(cond)

    def _none(self, table: str) -> bool:
        if table not in self._empty:
            self._empty[table] = self.desk.table(table).count() == 0
        return self._empty[table]

    def _add_stored(self, held: Held) -> None:
        self.customers[held.id] = held
        name, numbers = held.now.get("name", ""), held.now.get("phones", ())
        for pair in persons_of(name, numbers, held.now.get("kind")):
            self._persons.setdefault(pair, held)

    def new(self, table: str, source: str) -> Held:
        """A record of which nothing is known yet, with an id out of many made at once."""
        self.made[table] += 1
        if not self._spare_ids:
            self._spare_ids = self.desk.new_ids(_CHUNK)[::-1]
        return Held(self._spare_ids.pop(), None, {}, source)

    def heard(self, kind: str, repeated: Set[str]) -> Heard:
        """The cars, persons and facts of `kind` that are known by now, and facts that are told repeatedly."""
        facts = {key for of, key in self.events if of == kind}
        return Heard(self.vehicles.keys(), self._persons.keys(), facts | repeated)

    def present(self, held: Held) -> Held:
        """Who took the history of a merged customer over; himself otherwise."""
        seen = {held.id}
        while (into := held.now.get("merged_into", "")) and into not in seen:
            if into not in self.customers:
                break
            seen.add(into)
            held = self.customers[into]
        return held

    def owner(self, vehicle: Held) -> Held | None:
        """Who owns the vehicle as far as is known."""
        said = vehicle.said or {}
        held = self.customers.get(said.get("customer") or vehicle.now.get("customer", ""))
        return None if held is None else self.present(held)

    def person(
        self, row: Row, vehicle: Held | None, event: Held | None, witness: Witness
    ) -> Held | None:
        """The customer a row means: same name and mobile, else who has its car and shares one of them."""
        name = row.name
        mobiles = [number for number in row.numbers if "kind" not in number] or row.numbers
        for number in mobiles:
            held = self._persons.get((name, number["number"]))
            if held is not None:
                return self.present(held)
        if vehicle is not None or event is not None:
            held = self._near(row, vehicle, event, witness)
            if held is not None:
                return held
        if not row.numbers and not row.vin:
            held = self._persons.get((name, ""))
            return None if held is None else self.present(held)
        return None

    def _near(
        self, row: Row, vehicle: Held | None, event: Held | None, witness: Witness
    ) -> Held | None:
        """Who has the car or told the fact already, if he has or had the name or a number of the row."""
        owner = None if vehicle is None else self.owner(vehicle)
        teller = None if event is None else self.customers.get(event.now.get("customer", ""))
        near = [each for each in (owner, teller and self.present(teller)) if each is not None]
        numbers = {number["number"] for number in row.numbers}
        for held in near:
            named = (held.said or {}).get("name") or held.now.get("name")
            if named == row.name or numbers & _numbers(held):
                return held
        for held in near:
            if held.was is not None and _was_known_as(witness, held, row.name, numbers):
                return held
        return None

    def name(self, held: Held, row: Row) -> None:
        """Rows to come find this customer by the name and the numbers of the row."""
        for pair in row.persons:
            self._persons.setdefault(pair, held)


def _held(document: Any) -> Held:
    return Held(str(document.doc_id), document, document)


def _numbers(held: Held) -> set[str]:
    return {phone["number"] for phone in (*held.now.get("phones", ()), *held.numbers)}


def _was_known_as(witness: Witness, held: Held, name: str, numbers: set[str]) -> bool:
    """Whether somebody corrected this customer's name or numbers from what the row still says."""
    if name in witness.had("customers", held.id, "name"):
        return True
    return any(
        phone["number"] in numbers
        for phones in witness.had("customers", held.id, "phones")
        if isinstance(phones, list)
        for phone in phones
    )


def _name_term(name: str) -> str:
    return fold(name)[:64]


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(sorted(values))  # type: ignore[type-var]  # texts, or pairs of them
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
