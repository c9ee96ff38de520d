"""Working days of the nations, against the bank holidays their governments list; and holidays in words that name none."""

from datetime import date

import pytest

from services.contact.domain.desks.promise import HelplineRules
from services.contact.domain.desks.working_days import Nation
from services.contact.policy import default

RULES: HelplineRules = default.load().editions[-1].rules.helpline
LISTED = {
    "england_and_wales": {
        2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
        2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
        2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
        2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    },
    "scotland": {
        2022: "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27",
        2023: "01-02 01-03 04-07 05-01 05-08 05-29 08-07 11-30 12-25 12-26",
        2026: "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28",
    },
    "northern_ireland": {
        2026: "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28",
        2027: "01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28",
    },
}


@pytest.mark.parametrize(("nation", "year"), [(nation, year) for nation, years in LISTED.items() for year in years])
def test_bank_holidays_are_those_of_the_lists(nation: str, year: int) -> None:
    holidays = {date.fromisoformat(f"{year}-{day}") for day in LISTED[nation][year].split()}
    days = (date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
    assert {day for day in days if day.weekday() < 5 and not RULES.nations[nation].works(day)} == holidays


@pytest.mark.parametrize(
    ("nation", "day", "working_days", "due"),
    [
        ("england_and_wales", "2026-06-12", 1, "2026-06-15"),
        ("scotland", "2026-06-12", 1, "2026-06-16"),
        ("england_and_wales", "2026-12-24", 1, "2026-12-29"),
        ("england_and_wales", "2026-04-02", 5, "2026-04-13"),
        ("scotland", "2026-04-02", 5, "2026-04-10"),
        ("northern_ireland", "2026-07-10", 1, "2026-07-14"),
        ("england_and_wales", "2026-06-13", 1, "2026-06-15"),
    ],
)
def test_days_are_counted_from_the_day_after(nation: str, day: str, working_days: int, due: str) -> None:
    assert RULES.nations[nation].after(date.fromisoformat(day), working_days) == date.fromisoformat(due)


@pytest.mark.parametrize("words", ["Whitsun", "31 November", "second Monday of May", ""])
def test_words_that_name_no_day_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"is no holiday|day"):
        Nation(holidays=(words,))
