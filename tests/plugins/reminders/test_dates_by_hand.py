"""Every planned date of cars of different age, mileage and history, derived by hand from the standard.

All days are open here, so that each date can be counted on a calendar: services a week before (to be called
within 3 days), the first from 2 months after the delivery, warranty and inspection a month before.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from dcrc import CustomerKind

FIFTY_A_DAY = (("delivered", "2025-01-01"), ("serviced", "2025-04-11", 5000))  # day 100
Row = tuple[str, tuple[Any, ...], dict[str, str], str, str, str, str, str]

# what, facts, car, rule, today → opens, in time until, of use until (30 days more)
TABLE: list[Row] = [
    ("first: two to three months", (("delivered", "2026-09-10"),), {}, "first_service",
     "2026-11-21", "2026-11-10", "2026-12-10", "2027-02-08"),
    ("first: delivered on New Year's Eve", (("delivered", "2025-12-31"),), {}, "first_service",
     "2026-03-05", "2026-02-28", "2026-03-31", "2026-05-30"),
    ("first: third month is shorter", (("delivered", "2025-11-30"),), {}, "first_service",
     "2026-02-01", "2026-01-30", "2026-02-28", "2026-04-29"),
    ("first: third month is a leap February", (("delivered", "2023-11-30"),), {}, "first_service",
     "2024-02-01", "2024-01-30", "2024-02-29", "2024-04-29"),
    ("first: 100 km a day, so by kilometres",
     (("delivered", "2026-08-01"), ("read", "2026-08-31", 3000)), {}, "first_service",
     "2026-09-01", "2026-09-13", "2026-09-20", "2026-11-19"),
    ("first: the kilometres are over already",
     (("delivered", "2026-08-01"), ("read", "2026-08-22", 6300)), {}, "first_service",
     "2026-08-25", "2026-08-11", "2026-08-18", "2026-10-17"),
    ("first: hardly driven, so by months",
     (("delivered", "2026-08-01"), ("read", "2026-09-30", 600)), {}, "first_service",
     "2026-10-05", "2026-10-01", "2026-11-01", "2026-12-31"),
    ("first: a reading after 20 days tells too little",
     (("delivered", "2026-08-01"), ("read", "2026-08-21", 3000)), {}, "first_service",
     "2026-10-05", "2026-10-01", "2026-11-01", "2026-12-31"),
    ("first: an electric car has six months", (("delivered", "2026-01-15"),),
     {"model": "逸动EV"}, "first_service",
     "2026-05-01", "2026-03-15", "2026-07-15", "2026-09-13"),
    ("first: told after two months that it is not due, so a week before its third month ends",
     (("delivered", "2026-09-01"), ("said", "2026-11-05", "reminder_mileage", {"state": "not_due"})),
     {}, "first_service", "2026-11-06", "2026-11-24", "2026-12-01", "2027-01-30"),
    ("first: told so too, but the workshop read 5600 km since: 70 a day, over for 8 days",
     (("delivered", "2026-09-01"), ("said", "2026-11-10", "reminder_mileage", {"state": "not_due"}),
      ("read", "2026-11-20", 5600)),
     {}, "first_service", "2026-11-20", "2026-11-11", "2026-11-12", "2027-01-11"),
    ("regular: nothing but the day of the last",
     (("delivered", "2025-10-20"), ("serviced", "2026-01-20")), {}, "regular_service",
     "2026-07-01", "2026-07-13", "2026-07-16", "2026-08-19"),
    ("regular: 50 km a day, 5000 more in 100 days", FIFTY_A_DAY, {}, "regular_service",
     "2025-07-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("regular: drives less of late, median 42.86 a day",
     (*FIFTY_A_DAY, ("read", "2025-05-21", 6000)), {}, "regular_service",
     "2025-08-01", "2025-08-16", "2025-08-19", "2025-09-22"),
    ("regular: a nought too many is refused",
     (*FIFTY_A_DAY, ("read", "2025-05-21", 70000), ("read", "2025-06-20", 8500)), {},
     "regular_service", "2025-07-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("regular: a figure too few is refused",
     (*FIFTY_A_DAY, ("read", "2025-05-01", 500), ("read", "2025-06-20", 8500)), {},
     "regular_service", "2025-07-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("regular: a high reading that later ones belie",
     (*FIFTY_A_DAY, ("read", "2025-05-21", 20000), ("read", "2025-06-20", 8500),
      ("read", "2025-07-10", 9500)), {},
     "regular_service", "2025-07-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("regular: the workshop wrote the next kilometres",
     (FIFTY_A_DAY[0], ("serviced", "2025-04-11", 5000, "定期保养",
                       {"next_km": 12500, "next_on": "2025-12-01"})), {},
     "regular_service", "2025-08-15", "2025-09-01", "2025-09-04", "2025-10-08"),
    ("regular: the workshop wrote an earlier day",
     (FIFTY_A_DAY[0], ("serviced", "2025-04-11", 5000, "定期保养",
                       {"next_km": 12500, "next_on": "2025-06-11"})), {},
     "regular_service", "2025-06-01", "2025-06-04", "2025-06-07", "2025-07-11"),
    ("regular: body and paint is no service",
     (*FIFTY_A_DAY, ("serviced", "2025-06-20", 8500, "钣金喷漆")), {},
     "regular_service", "2025-07-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("regular: nor is a repair",
     (*FIFTY_A_DAY, ("serviced", "2025-06-20", 8500, "一般维修")), {},
     "regular_service", "2025-07-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("regular: a visit of unknown kind is one",
     (*FIFTY_A_DAY, ("serviced", "2025-06-20", 8500, "")), {},
     "regular_service", "2025-09-01", "2025-09-21", "2025-09-24", "2025-10-28"),
    ("regular: electric, 10,000 km in 200 days", FIFTY_A_DAY, {"model": "逸动EV"},
     "regular_service", "2025-10-01", "2025-10-21", "2025-10-24", "2025-11-27"),
    ("regular: never came, second cycle",
     (("delivered", "2024-10-20"), ("serviced", "2025-01-20")), {}, "regular_service",
     "2025-09-01", "2026-01-13", "2026-01-16", "2026-02-19"),
    ("regular: never came, third cycle",
     (("delivered", "2024-10-20"), ("serviced", "2025-01-20")), {}, "regular_service",
     "2026-03-01", "2026-07-13", "2026-07-16", "2026-08-19"),
    ("regular: no first service ever, six months after the delivery",
     (("delivered", "2025-01-20"),), {}, "regular_service",
     "2025-05-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("regular: from the end of August to the end of February",
     (("delivered", "2025-05-31"), ("serviced", "2025-08-31")), {}, "regular_service",
     "2026-02-01", "2026-02-21", "2026-02-24", "2026-03-30"),
    ("regular: the same in a leap year",
     (("delivered", "2023-05-31"), ("serviced", "2023-08-31")), {}, "regular_service",
     "2024-02-01", "2024-02-22", "2024-02-25", "2024-03-30"),
    ("regular: told at 12,000 km that it is not due, 40.68 a day now",
     (("delivered", "2024-07-04"), ("serviced", "2025-01-20", 10000),
      ("said", "2025-04-25", "reminder_mileage", {"state": "not_due", "km": 12000})), {},
     "regular_service", "2025-05-01", "2025-07-01", "2025-07-04", "2025-08-07"),
    ("regular: told two days before six months that it is not; 1420 km more at 20 a day, 71 days",
     (("delivered", "2024-10-20"), ("serviced", "2025-01-20", 1840),
      ("said", "2025-07-18", "reminder_mileage", {"state": "not_due", "km": 5420})), {},
     "regular_service", "2025-07-19", "2025-09-20", "2025-09-23", "2025-10-27"),
    ("regular: told so, nobody knows at how many kilometres: another six months",
     (("delivered", "2025-10-20"), ("serviced", "2026-01-20"),
      ("said", "2026-07-15", "reminder_mileage", {"state": "not_due"})), {},
     "regular_service", "2026-07-16", "2027-01-08", "2027-01-11", "2027-02-14"),
    ("regular: done elsewhere on 10 July",
     (("delivered", "2024-10-20"), ("serviced", "2025-01-20"),
      ("said", "2025-08-01", "reminder_mileage",
       {"state": "elsewhere", "shop": "某店", "elsewhere_on": "2025-07-10", "back": "yes"})), {},
     "regular_service", "2025-12-01", "2026-01-03", "2026-01-06", "2026-02-09"),
    ("regular: only the registration is known", (), {"registered": "2025-01-20"},
     "regular_service", "2025-05-01", "2025-07-13", "2025-07-16", "2025-08-19"),
    ("warranty: three years", (("delivered", "2023-12-30"),), {}, "warranty",
     "2026-11-21", "2026-11-30", "2026-12-07", "2026-12-30"),
    ("warranty: delivered on 29 February", (("delivered", "2024-02-29"),), {}, "warranty",
     "2027-01-01", "2027-01-28", "2027-02-04", "2027-02-28"),
    ("warranty: 150 km a day, so by 60,000 km",
     (("delivered", "2025-01-01"), ("serviced", "2025-07-20", 30000)), {}, "warranty",
     "2025-12-01", "2026-01-05", "2026-01-12", "2026-02-05"),
    ("warranty: electric, 120,000 km are further away",
     (("delivered", "2025-01-01"), ("serviced", "2025-07-20", 30000)), {"model": "纯电CS15"},
     "warranty", "2026-10-01", "2027-02-12", "2027-02-19", "2027-03-12"),
    ("warranty: a month before the end of March", (("delivered", "2023-03-31"),), {}, "warranty",
     "2026-02-01", "2026-02-28", "2026-03-07", "2026-03-31"),
    ("inspection: private, 2 years", (), {"registered": "2024-05-10"}, "inspection",
     "2026-04-01", "2026-04-30", "2026-05-07", "2026-06-30"),
    ("inspection: private, 6 years, registered on 29 February", (), {"registered": "2020-02-29"},
     "inspection", "2026-01-10", "2026-01-28", "2026-02-04", "2026-03-30"),
    ("inspection: private, 11 years", (), {"registered": "2015-06-15"}, "inspection",
     "2026-05-01", "2026-05-30", "2026-06-06", "2026-07-30"),
    ("inspection: private, 16 years, still yearly", (), {"registered": "2010-08-08"}, "inspection",
     "2026-07-01", "2026-07-31", "2026-08-07", "2026-09-30"),
    ("inspection: taxi, 3 years", (), {"registered": "2023-03-05", "usage": "taxi"}, "inspection",
     "2026-02-01", "2026-02-28", "2026-03-07", "2026-04-30"),
    ("inspection: taxi over 5 years, half-yearly", (),
     {"registered": "2019-03-05", "usage": "taxi"}, "inspection",
     "2026-05-01", "2026-08-30", "2026-09-06", "2026-10-30"),
    ("inspection: commercial car of one year", (),
     {"registered": "2025-07-09", "usage": "commercial"}, "inspection",
     "2026-06-01", "2026-06-30", "2026-07-07", "2026-08-30"),
    ("inspection: a company's own car like a private one", (),
     {"registered": "2025-07-09", "usage": "business"}, "inspection",
     "2026-06-01", "2027-06-30", "2027-07-07", "2027-08-30"),
    ("inspection: pick-up over 10 years, half-yearly", (),
     {"registered": "2014-05-20", "model": "神骐皮卡"}, "inspection",
     "2026-07-01", "2026-10-30", "2026-11-06", "2026-12-30"),
    ("inspection: counted from the delivery where nobody noted the registration",
     (("delivered", "2024-05-10"),), {}, "inspection",
     "2026-04-01", "2026-04-30", "2026-05-07", "2026-06-30"),
    ("inspection: done in March, the next two years later",
     (("said", "2026-04-20", "reminder_inspection",
       {"state": "done", "inspected_on": "2026-03-20"}),),
     {"registered": "2024-05-10"}, "inspection",
     "2026-05-01", "2028-04-30", "2028-05-07", "2028-06-30"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_dates_are_those_counted_by_hand(garage: SimpleNamespace, row: Row) -> None:
    _, facts, car, rule, today, opens, due, expires = row
    found = garage.wanted(garage.dossier(*facts, **car), rule, today)
    assert found is not None
    assert [str(each) for each in (found.opens, found.due, found.expires)] == [opens, due, expires]


def test_the_table_has_forty_cars_and_more() -> None:
    assert len(TABLE) > 40


ABSENT = [
    ("three cycles without a visit are enough",
     (("delivered", "2024-10-20"), ("serviced", "2025-01-20")), "regular_service", "2026-09-01",
     "no visit for {count} cycles since {day}"),
    ("the car is sold",
     (("delivered", "2024-10-20"), ("said", "2025-08-01", "reminder_mileage", {"state": "sold"})),
     "regular_service", "2025-09-01", "the customer has sold the car"),
    ("the warranty is over", (("delivered", "2023-12-30"),), "warranty", "2027-01-05",
     "the warranty ended on {day}"),
    ("the first service was made",
     (("delivered", "2026-06-01"), ("serviced", "2026-08-20", 4000)), "first_service",
     "2026-09-01", "the service was on {day}"),
    ("nothing is known", (), "regular_service", "2026-09-01",
     "nothing is known of the delivery or of a service"),
    ("nobody asked for the licence", (), "licence", "2026-09-01",
     "nobody noted until when the driving licence is valid"),
    ("nor for the birthday", (), "birthday", "2026-09-01", "the birthday is not known"),
    ("he said in its last week that the first service is not due yet",
     (("delivered", "2026-06-01"),
      ("said", "2026-08-28", "reminder_mileage", {"state": "not_due", "km": 1500})),
     "first_service", "2026-09-01", "the customer said on {day} that the service is not due yet"),
    ("no reminder yet, so nothing was missed", (("delivered", "2026-06-01"),), "missed_service",
     "2026-10-01", "the reminder of this service has not been made yet"),
]  # fmt: skip


@pytest.mark.parametrize("row", ABSENT, ids=[row[0] for row in ABSENT])
def test_why_nothing_is_planned_is_said(
    garage: SimpleNamespace, row: tuple[str, tuple[Any, ...], str, str, str]
) -> None:
    _, facts, rule, today, why = row
    dossier = garage.dossier(*facts)
    assert garage.refused(dossier, rule, today).why == why
    assert garage.wanted(dossier, rule, today) is None


def test_spring_festival_is_worked_around(garage: SimpleNamespace) -> None:
    """15 to 23 February 2026 are closed (nine days): the first four are called before, the others after."""
    called = []
    for target in range(
        22, 31
    ):  # a service due on these days of February or March is called a week before
        due = date(2026, 2, 22).toordinal() + target - 22
        service = date.fromordinal(due)
        facts = (("delivered", "2025-05-01"),
                 ("serviced", "2025-08-22", None, "保养", {"next_on": service.isoformat()}))  # fmt: skip
        found = garage.wanted(
            garage.dossier(*facts), "regular_service", "2026-02-01", None, garage.office
        )
        called.append(str(found.opens))
    assert called == [
        "2026-02-11", "2026-02-12", "2026-02-13", "2026-02-14",
        "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28",
    ]  # fmt: skip


def test_the_first_service_is_reminded_within_its_months_though_their_end_is_closed(
    garage: SimpleNamespace,
) -> None:
    """27 September 2026 is a Sunday of the Mid-Autumn holiday (25 to 27): the 24th is the last open day."""
    dossier = garage.dossier(("delivered", "2026-06-27"))
    found = garage.wanted(dossier, "first_service", "2026-09-01", None, garage.office)
    assert (str(found.opens), str(found.due)) == ("2026-08-27", "2026-09-24")


def test_nobody_is_reminded_of_the_next_service_before_the_last_is_over(
    garage: SimpleNamespace,
) -> None:
    """The order says 5010 km at 5000: at 50 a day that is tomorrow, a week before was before the visit."""
    facts = (FIFTY_A_DAY[0], ("serviced", "2025-04-11", 5000, "首保", {"next_km": 5010}))
    found = garage.wanted(garage.dossier(*facts), "regular_service", "2025-04-11")
    assert (str(found.opens), str(found.due)) == ("2025-04-12", "2025-04-15")


def test_months_that_come_before_the_kilometres_are_said_so(garage: SimpleNamespace) -> None:
    """600 km in 60 days: 4400 more take 440 days, the three months end long before."""
    facts = (("delivered", "2026-08-01"), ("read", "2026-09-30", 600))
    found = garage.wanted(garage.dossier(*facts), "first_service", "2026-10-05")
    assert "only on {reached}" in found.remarks[0].text
    assert found.remarks[0].params["reached"] == "2027-12-14"
    assert found.remarks[0].params["day"] == "2026-11-01"


def test_a_reminder_by_the_cycle_names_the_cycle_and_no_driving(garage: SimpleNamespace) -> None:
    facts = (("delivered", "2025-01-20"), ("read", "2025-03-20", 2000))
    for model, key in (("CS75", "cycle_months"), ("逸动EV", "schedules.electric.months")):
        found = garage.wanted(garage.dossier(*facts, model=model), "regular_service", "2025-05-01")
        assert f"reminders.{key}" in found.policy
        assert not [each for each in found.policy if "mileage" in each or "first" in each]
        assert [fact.kind for fact in found.facts] == ["delivered"]


def test_a_company_is_not_wished_a_happy_birthday(garage: SimpleNamespace) -> None:
    company = garage.dossier(birthday=date(1990, 2, 18), kind=CustomerKind.ORGANISATION)
    assert garage.wanted(company, "birthday", "2026-01-01") is None
    assert (
        garage.refused(company, "birthday", "2026-01-01").why == "an organisation has no birthday"
    )


LICENCES: list[tuple[str, dict[str, Any], tuple[Any, ...], tuple[str, str, str]]] = [
    # what, what the record says, what was told → opens, in time until, of use until (30 days more)
    ("by the record", {"驾驶证有效期": "2027-03-15"}, (), ("2027-02-15", "2027-02-22", "2027-04-14")),
    ("the month before is shorter", {"驾照到期": "2027-03-31"}, (),
     ("2027-02-28", "2027-03-07", "2027-04-30")),
    ("before a leap day", {"驾驶证到期": "2028-03-30"}, (), ("2028-02-29", "2028-03-07", "2028-04-29")),
    ("told later in a conversation, which counts", {"驾驶证有效期": "2027-03-15"},
     (("said", "2026-05-01", "reminder_licence", {"licence_until": "2033-03-15"}),),
     ("2033-02-15", "2033-02-22", "2033-04-14")),
]  # fmt: skip


@pytest.mark.parametrize(("record", "told", "days"), [row[1:] for row in LICENCES])
def test_the_licence_is_spoken_of_a_month_before_it_ends(
    garage: SimpleNamespace,
    record: dict[str, Any],
    told: tuple[Any, ...],
    days: tuple[str, str, str],
) -> None:
    dossier = garage.dossier(("delivered", "2024-01-05"), *told, extra=record)
    found = garage.wanted(dossier, "licence", days[0])
    assert (str(found.opens), str(found.due), str(found.expires)) == days
    assert found.subject == dossier.customer.id


def test_a_licence_field_without_a_day_is_as_good_as_none(garage: SimpleNamespace) -> None:
    dossier = garage.dossier(extra={"驾驶证有效期": "长期"})
    assert garage.wanted(dossier, "licence", "2026-09-01") is None
    reason = garage.refused(dossier, "licence", "2026-09-01")
    assert reason.why == "nobody noted until when the driving licence is valid"
