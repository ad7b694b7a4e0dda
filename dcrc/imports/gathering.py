"""The rows of one source are gathered: whom and what they mean, which repeat each other, what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from dcrc.i18n import t
from dcrc.imports.cells import each_once
from dcrc.imports.known import TABLES, Held, Known
from dcrc.imports.newcomers import Heard, count_new, names_organisation, new_records
from dcrc.imports.profiles import Profile
from dcrc.imports.repeats import Repeats
from dcrc.imports.report import Counts
from dcrc.imports.rows import SheetRows
from dcrc.imports.said import ABSENT, DEFAULTS, Witness, merged_phones, merged_readings
from dcrc.imports.telling import Row, Said, Told
from dcrc.kernel.customers import Contact, Customer
from dcrc.kernel.terms import car_terms, customer_terms, person_terms
from dcrc.store.adding import Adding

_CHUNK = 4000  # rows taken together


Meant = tuple[Held, Held | None, Held | None]
"""The customer, vehicle and event that a row is about."""


@attrs.define
class Source:
    """All sheets of one profile in one import.

    New records that only one row speaks of leave for the store (`add`, by table; none in a dry run) while
    later rows are read. All others stay in `known` until every row has spoken.
    """

    name: str
    profile: Profile
    sheets: list[SheetRows]
    known: Known
    witness: Witness
    step: Callable[[int], None]
    add: Mapping[str, Adding]
    twice: Heard  # what several rows of the import speak of
    sole: bool = True  # that tells its kind of facts
    leads: bool = True  # the first of its import
    counts: list[Counts] = attrs.field(init=False)
    contested: dict[str, dict[str, dict[str, Any]]] = attrs.field(factory=dict, init=False)
    _staying: list[tuple[str, Held]] = attrs.field(factory=list, init=False)
    _retold: list[tuple[int, Meant]] = attrs.field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.counts = [Counts() for _ in self.sheets]

    def gather(self) -> None:
        """Take all rows, settle what they change of the stored, count each sheet's rows by what they do."""
        repeats = Repeats(self.profile, self.sheets)
        heard = self.twice | self.known.heard(self.profile.event, repeats.names)
        for index, sheet in enumerate(self.sheets):
            for part in sheet.told(_CHUNK):
                self.step(len(part))
                new = heard.newcomers(part.named) if self.sole else [False] * len(part)
                self._add_new(index, part.chosen(new))
                others = part.chosen([not each for each in new]).rows()
                self._part(index, [row for row in others if not repeats.has(index, row)])
        self._settle()
        self._count(repeats.counts)
        for sheet in self.sheets:
            sheet.forget_cells()

    def _add_new(self, sheet: int, told: Told) -> None:
        """Give the store what rows tell that are the only ones to speak of anything they name."""
        self.counts[sheet].new += len(told)
        for table, count in count_new(told, self.profile.event).items():
            self.known.made[table] += count
        if self.add:
            new = new_records(told, self.profile.event, self.name, self.known.desk.new_ids)
            for table, ids, columns in new:
                self.add[table].columns(ids, columns)
        self.step(len(told))

    def _part(self, sheet: int, rows: list[Row]) -> None:
        """Facts of their own leave for the store, what more rows may speak of is remembered.

        New facts are counted; what the rows of stored ones are is known only when everything is settled.
        """
        taken = [meant for row in rows if (meant := self._take(sheet, row)) is not None]
        for table, helds in zip(TABLES, zip(*taken, strict=True), strict=False):
            new = table == "events" and self.sole
            leaving = [held for held in helds if new and held is not None and held.was is None]
            if leaving and self.add:
                self.add[table]((held.id, self.settled(table, held)) for held in leaving)
            self._staying += [
                (table, held)
                for held in helds
                if held is not None and not (new and held.was is None)
            ]
            self.step(len(leaving))
        retold = [meant for meant in taken if (meant[2] or meant[0]).was is not None]
        self._retold += [(sheet, meant) for meant in retold]
        self.counts[sheet].new += len(taken) - len(retold)

    @property
    def _vin_field(self) -> str:
        fields = self.profile.fields
        return next(name for name, field in fields.items() if field.to == "vehicle.vin")

    def _take(self, sheet: int, row: Row) -> Meant | None:
        """Whom and what the row means, told what it says of them; None if it is refused."""
        known, profile = self.known, self.profile
        by_car = profile.owner == "vehicle"
        event = known.events.get((profile.event, row.key)) if profile.event else None
        vehicle = known.vehicle(row, event, by_car, self.witness) if row.vin else None
        if event is None and profile.event:
            event = known.renamed(profile.event, row, vehicle)
        owner = None
        if by_car and vehicle is not None:
            owner = known.owner(vehicle)
        customer = owner or known.person(row, vehicle, event, self.witness)
        if customer is None and not row.name:
            reason = t("The car is not known here, and the row does not say whose it is.")
            self._refuse(sheet, row, profile.person[0], reason)
            return None
        if (
            vehicle is not None
            and owner is None
            and known.is_another_s(row, vehicle, event, customer)
        ):
            reason = t(
                "This VIN was corrected here to {vin}, and the row names another person: find out "
                "which car is meant.",
                vin=vehicle.now["vin"],
            )
            self._refuse(sheet, row, self._vin_field, reason)
            return None
        if customer is None:
            customer = known.new("customers", self.name)
            known.customers[customer.id] = customer
        if row.vin and vehicle is None:
            vehicle = known.vehicles[row.vin] = known.new("vehicles", self.name)
        if profile.event and event is None:
            event = known.new("events", self.name)
            if not self.sole:
                known.events[profile.event, row.key] = event
        if owner is None or row.name in ("", owner.now.get("name")):
            self._say_customer(sheet, row, customer, named=owner is None)
        elif row.name:
            row.data.setdefault("sent_by", row.name)
        if vehicle is not None:
            self._say_vehicle(sheet, row, vehicle, None if owner else customer, event)
        if event is not None:
            self._say_event(sheet, row, event, customer, vehicle, owner is not None)
        return customer, vehicle, event

    def _refuse(self, sheet: int, row: Row, field: str, reason: str) -> None:
        found = self.sheets[sheet]
        found.rejected.append(found.remark(row.number, field, reason))

    def _say_customer(self, sheet: int, row: Row, held: Held, named: bool) -> None:
        if named:
            self.known.name(held, row)
            row.customer["name"] = row.name
            if "kind" not in row.customer and held.was is None and names_organisation(row.name):
                row.customer["kind"] = "organisation"
        if row.numbers and row.numbers != held.numbers:
            ordered = (
                (row.numbers, held.numbers) if row.on >= held.on else (held.numbers, row.numbers)
            )
            held.numbers = each_once(ordered) if held.numbers else row.numbers
        _say(held, row.customer, sheet, row)

    def _say_vehicle(
        self, sheet: int, row: Row, held: Held, owner: Held | None, event: Held | None
    ) -> None:
        row.vehicle["vin"] = row.vin
        if owner is not None:
            row.vehicle["customer"] = owner.id
        if row.reading is not None and (event is None or _tells_another_km(event, row)):
            held.readings = (*held.readings, row.reading)
        _say(held, row.vehicle, sheet, row)

    def _say_event(
        self,
        sheet: int,
        row: Row,
        held: Held,
        customer: Held,
        vehicle: Held | None,
        by_car: bool,
    ) -> None:
        key = held.now.get("key", row.key)  # of a car whose VIN was corrected: as it came first
        said: Said = {"kind": self.profile.event, "key": key, "on": row.on, "data": row.data}
        if row.at:
            said["at"] = row.at
        if held.was is None:
            said["source"] = self.name
        if held.was is None or not by_car:
            said["customer"] = customer.id
        if vehicle is not None:
            said["vehicle"] = vehicle.id
        held.said, held.on, held.row, held.sheet = said, row.on, row.number, sheet

    def _settle(self) -> None:
        """What was said becomes what will be stored; what is new may wait until it is."""
        for table, held in self._staying:
            if held.said is not None and not held.untold:
                self._settle_one(table, held)

    def settle_new(self) -> None:
        """Settle what waits: another source is to say more about it."""
        for table, held in self._staying:
            self.settled(table, held)

    def settled(self, table: str, held: Held) -> Said:
        """The document of `held` as it will be stored, settled now if it still waits.

        So that new documents, which are many, are made while the store writes the ones before.
        """
        if held.said is not None:
            self._settle_one(table, held)
        return held.now

    def _settle_one(self, table: str, held: Held) -> None:
        said = held.said or {}
        before = held.now
        if held.untold:
            now = {**DEFAULTS[table], **said}
            if table == "events" and not now["data"]:
                del now["data"]
        else:
            now = dict(before)
            for field, value in said.items():
                if before.get(field, ABSENT) != value:
                    self._set(table, held, now, field, value)
        if held.numbers:
            gone = self._gone(held) if held.was is not None else ()
            now["phones"] = merged_phones(now.get("phones", []), held.numbers, gone)
        if held.readings:
            now["readings"] = merged_readings(
                now.get("readings", ()), held.readings, self.profile.event or "import"
            )
        if now != before:
            held.now = now
            _find_by(table, held, before)
        held.said, held.numbers, held.readings = None, (), ()

    def _gone(self, held: Held) -> Iterable[str]:
        """Numbers the customer had once and has no more: somebody took them away."""
        known = {phone["number"] for phone in held.now.get("phones", ())}
        if all(number["number"] in known for number in held.numbers):
            return ()
        return {
            phone["number"]
            for phones in self.witness.had("customers", held.id, "phones")
            if isinstance(phones, list)
            for phone in phones
        }

    def _set(self, table: str, held: Held, now: Said, field: str, value: Any) -> None:
        if isinstance(value, dict):
            parts = dict(now.get(field, {}))
            for part, each in value.items():
                if parts.get(part, ABSENT) != each and self._lets(table, held, field, each, part):
                    parts[part] = each
            if parts != now.get(field, {}):
                now[field] = parts
            return
        default = DEFAULTS[table].get(field, ABSENT)
        before = now.get(field, default)
        if before == value or not self._lets(table, held, field, value):
            return
        now[field] = value
        if table == "vehicles" and field == "customer" and held.was is not None:
            self._warn_of_new_owner(held, before, value)
        if table != "events":
            self._contest(held, field, before, value)

    def _warn_of_new_owner(self, held: Held, before: str, now: str) -> None:
        """A car that changes hands by a list takes its deliveries and calls along: somebody should know."""
        owners = [self.known.customers.get(owner) for owner in (before, now)]
        names = [(each.said or each.now).get("name", "") if each else "" for each in owners]
        reason = t(
            "The car was {before}'s here; by this row it is {now}'s.", before=names[0], now=names[1]
        )
        found = self.sheets[held.sheet]
        found.warnings.append(found.remark(held.row, self._vin_field, reason))

    def _lets(self, table: str, held: Held, field: str, value: Any, part: str = "") -> bool:
        if held.was is None or (held.set_by and field in held.set_by):
            return True
        if self.witness.lets(table, held.id, field, value, part):
            return True
        found = self.sheets[held.sheet]
        name = next(
            (
                name
                for name, spec in self.profile.fields.items()
                if spec.target[1] in (field, part) and name in found.recognised.columns
            ),
            field,
        )
        reason = t("This was changed here after an earlier import; what stands here was kept.")
        found.warnings.append(found.remark(held.row, name, reason))
        return False

    def _contest(self, held: Held, field: str, before: Any, value: Any) -> None:
        """Remember what each source of one import said where a later one overruled what there was."""
        if held.set_by is None:
            held.set_by = {}
        told = {}
        if field in held.set_by:
            source, said = held.set_by[field]
            told[source] = said
        elif held.was is None and before is not ABSENT:
            told[held.made_by] = before
        if told or (held.was is not None and not self.leads):
            fields = self.contested.setdefault(held.id, {})
            fields[field] = {**fields.get(field, {}), **told, self.name: value}
        held.set_by[field] = (self.name, value)

    def _count(self, repeated: list[int]) -> None:
        """Count what is known only now that everything is settled."""
        for again, sheet, counts in zip(repeated, self.sheets, self.counts, strict=True):
            counts.duplicate = again
            counts.rejected = len({remark.row for remark in sheet.rejected})
        for index, meant in self._retold:
            if any(held is not None and held.changed for held in meant):
                self.counts[index].changed += 1
            else:
                self.counts[index].unchanged += 1


def _say(held: Held, said: Said, sheet: int, row: Row) -> None:
    """The row with the later day speaks for the record; the other fills what it left open."""
    if held.said is None:
        held.said = said
    elif row.on > held.on:
        held.said = {**held.said, **said}
    else:
        held.said = {**said, **held.said}
        return
    held.on, held.row, held.sheet = row.on, row.number, sheet


def _tells_another_km(event: Held, row: Row) -> bool:
    data: Mapping[str, Any] = event.now.get("data", {})
    return event.was is None or data.get("km") != row.data.get("km")


def _find_by(table: str, held: Held, before: Said) -> None:
    """What the record is found by follows from what it became."""
    now = held.now
    if table == "customers":
        if held.was is None or any(
            now.get(field) != before.get(field) for field in ("name", "phones")
        ):
            terms = person_terms(held.id, now["name"], now.get("phones", ()))
            now["terms"] = sorted(terms | _contact_terms(now) if "contacts" in now else terms)
    elif table == "vehicles" and (held.was is None or now.get("plate") != before.get("plate")):
        now["terms"] = sorted(car_terms(held.id, now["vin"], now.get("plate", "")))


def _contact_terms(now: Said) -> set[str]:
    contacts = tuple(Contact(**contact) for contact in now["contacts"])
    return set(customer_terms(Customer("", "", contacts=contacts)))
