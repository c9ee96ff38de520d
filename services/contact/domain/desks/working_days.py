"""Working days of England and Wales, Scotland and Northern Ireland: which days count when something is promised in days.

Bank holidays are policy data, written as people say them. Where one falls on a weekend the next weekday that is none stands for
it, as the lists of the government have it.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import msgspec

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIXED = re.compile(rf"(\d\d?) ({'|'.join(_MONTHS)})")
_NTH = re.compile(rf"(first|last) ({'|'.join(_WEEKDAYS)}) of ({'|'.join(_MONTHS)})")
_BY_EASTER = {"Good Friday": -2, "Easter Monday": 1}


class Nation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bank holidays of a nation: every year's, and single days that were added or moved away."""

    holidays: tuple[str, ...]
    added: tuple[date, ...] = ()
    moved_away: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        for holiday in self.holidays:
            _day(holiday, 2026)

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day.weekday() < 5 and day not in _off(self, day.year)

    def after(self, day: date, working_days: int) -> date:
        """The last of so many working days after a day; the day itself does not count."""
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.works(day)
        return day


@lru_cache(maxsize=64)
def _off(nation: Nation, year: int) -> frozenset[date]:
    """Bank holidays of a year on the days on which they are kept."""
    named = sorted(_day(holiday, year) for holiday in nation.holidays)
    days = {day for day in named if day.weekday() < 5}
    for day in named:
        if day.weekday() >= 5:
            days.add(_instead(day, days))
    return frozenset((days | set(nation.added)) - set(nation.moved_away))


def _instead(day: date, taken: Iterable[date]) -> date:
    while day.weekday() >= 5 or day in taken:
        day += timedelta(days=1)
    return day


def _day(holiday: str, year: int) -> date:
    """The day of a holiday in a year; ValueError for words that name none."""
    if holiday in _BY_EASTER:
        return _easter(year) + timedelta(days=_BY_EASTER[holiday])
    if fixed := _FIXED.fullmatch(holiday):
        return date(year, _MONTHS.index(fixed[2]) + 1, int(fixed[1]))
    if nth := _NTH.fullmatch(holiday):
        return _nth(nth[1], _WEEKDAYS.index(nth[2]), _MONTHS.index(nth[3]) + 1, year)
    raise ValueError(f"{holiday!r} is no holiday: write 25 December, first Monday of May, Good Friday or Easter Monday")


def _nth(which: str, weekday: int, month: int, year: int) -> date:
    if which == "first":
        day = date(year, month, 1)
        return day + timedelta(days=(weekday - day.weekday()) % 7)
    day = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian rule (the Anonymous computus, Nature 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + m - 7 * ((a + 11 * h + 22 * m) // 451) + 114, 31)
    return date(year, month, day + 1)
