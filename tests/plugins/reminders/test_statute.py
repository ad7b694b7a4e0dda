"""The statutory inspection of cars aged 0 to 16 years, written down from the law year by year."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from plugins.reminders.statute import inspection_rows, inspections, row_of

REGISTERED = date(2010, 5, 20)
MARK, LINE = "mark", "line"

# age in years at which the mark ends → how the next one is got; every other age asks for nothing
SMALL = {2: MARK, 4: MARK, 6: LINE, 8: MARK, 10: LINE,
         11: LINE, 12: LINE, 13: LINE, 14: LINE, 15: LINE, 16: LINE}  # fmt: skip
COMMERCIAL = {1: LINE, 2: LINE, 3: LINE, 4: LINE, 5: LINE} | {
    half / 2: LINE
    for half in range(11, 33)  # 5½, 6, 6½ … 16
}
HEAVY = dict.fromkeys(range(1, 11), LINE) | {half / 2: LINE for half in range(21, 33)}
VAN = {2: LINE, 4: LINE, 6: LINE} | dict.fromkeys(range(7, 16), LINE) | {15.5: LINE, 16: LINE}
LAW = {
    "private": SMALL,
    "motorcycle": SMALL,
    "business": SMALL,  # a company's own car carries nobody for money
    "commercial": COMMERCIAL,
    "taxi": COMMERCIAL,
    "rental": COMMERCIAL,
    "goods": HEAVY,
    "van": VAN,
}


@pytest.mark.parametrize("use", LAW)
def test_cars_of_every_age_up_to_sixteen(use: str) -> None:
    row = inspection_rows()[use]
    found = {
        each.months / 12: (LINE if each.on_line else MARK)
        for each in inspections(row, REGISTERED)
        if each.months <= 16 * 12
    }
    assert found == LAW[use]


@pytest.mark.parametrize("age", range(17))
def test_the_day_of_a_private_car_of_each_age(age: int) -> None:
    """A mark ends with the month of registration; a car of that age asks on its birthday for the next."""
    ends = {2: "2012", 4: "2014", 6: "2016", 8: "2018", 10: "2020", 11: "2021", 12: "2022",
            13: "2023", 14: "2024", 15: "2025", 16: "2026"}  # fmt: skip
    following = next(str(ends[each]) for each in sorted(ends) if each >= age)
    today = date(2010 + age, 5, 20)
    due = next(
        each.due for each in inspections(inspection_rows()["private"], REGISTERED)
        if each.due >= today
    )  # fmt: skip
    assert due.isoformat() == f"{following}-05-31"


# age on 20 May → (use, year and month in which the mark ends, how) of the reminder that comes next
REMINDED = {
    **dict.fromkeys((0, 1, 2), ("2012-05", MARK)), **dict.fromkeys((3, 4), ("2014-05", MARK)),
    **dict.fromkeys((5, 6), ("2016-05", LINE)), **dict.fromkeys((7, 8), ("2018-05", MARK)),
    **dict.fromkeys((9, 10), ("2020-05", LINE)), 11: ("2021-05", LINE), 12: ("2022-05", LINE),
    13: ("2023-05", LINE), 14: ("2024-05", LINE), 15: ("2025-05", LINE), 16: ("2026-05", LINE),
}  # fmt: skip


@pytest.mark.parametrize("age", range(17))
def test_the_reminder_of_a_private_car_of_each_age(garage: SimpleNamespace, age: int) -> None:
    """A month before the 31st of May is the 30th of April; to be called within a week, of use for 30 days."""
    ends, how = REMINDED[age]
    found = garage.wanted(
        garage.dossier(registered="2010-05-20"), "inspection", f"{2010 + age}-05-20"
    )
    assert found.occurrence == ends
    assert [str(each) for each in (found.opens, found.due, found.expires)] == [
        f"{ends[:4]}-04-30", f"{ends[:4]}-05-07", f"{ends[:4]}-06-30",
    ]  # fmt: skip
    assert ("shown on the line" in found.remarks[0].text) is (how == LINE)


@pytest.mark.parametrize(
    ("car", "today", "opens", "due"),
    [
        ({"usage": "taxi"}, "2015-05-20", "2015-04-30", "2015-05-07"),  # 5 years: yearly until here
        ({"usage": "taxi"}, "2015-08-01", "2015-10-30", "2015-11-06"),  # then half-yearly
        ({"usage": "rental"}, "2026-02-01", "2026-04-30", "2026-05-07"),  # 16 years
        ({"model": "神骐皮卡"}, "2020-08-01", "2020-10-30", "2020-11-06"),  # goods over 10 years
        ({"model": "长安面包"}, "2017-01-01", "2017-04-30", "2017-05-07"),  # a van's seventh year
        ({"model": "长安面包"}, "2025-08-01", "2025-10-30", "2025-11-06"),  # over 15 years
    ],
)
def test_reminders_of_other_uses(
    garage: SimpleNamespace, car: dict[str, str], today: str, opens: str, due: str
) -> None:
    found = garage.wanted(garage.dossier(registered="2010-05-20", **car), "inspection", today)
    assert (str(found.opens), str(found.due)) == (opens, due)
    assert "shown on the line" in found.remarks[0].text


def test_commercial_half_years_end_in_november() -> None:
    dues = [str(each.due) for each in inspections(inspection_rows()["taxi"], REGISTERED)]
    assert dues[:9] == ["2011-05-31", "2012-05-31", "2013-05-31", "2014-05-31", "2015-05-31",
                        "2015-11-30", "2016-05-31", "2016-11-30", "2017-05-31"]  # fmt: skip


def test_registered_on_29_february_ends_in_february() -> None:
    dues = [str(each.due) for each in inspections(inspection_rows()["private"], date(2020, 2, 29))]
    assert dues[:4] == ["2022-02-28", "2024-02-29", "2026-02-28", "2028-02-29"]


@pytest.mark.parametrize(
    ("usage", "model", "key"),
    [("private", "CS75", "private"), ("taxi", "逸动", "taxi"), ("private", "长安面包", "van"),
     ("business", "神骐皮卡", "goods"), ("something else", "CS75", "private")],
)  # fmt: skip
def test_a_car_finds_its_row(usage: str, model: str, key: str) -> None:
    assert row_of(inspection_rows(), usage, model)[0] == key
