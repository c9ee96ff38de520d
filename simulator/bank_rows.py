"""Reads the call records of a bank's call centre (the Technion's "Anonymous Bank"), whatever the month and its oddities.

Times carry no date: each is taken on the day nearest to the time before it in its row, so calls cross midnight.
`0:00:00` as both start and exit of a stay means that the call never got there. PHANTOM is a virtual call, set aside.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from simulator.localtime import LocalTime, nearest_day
from simulator.table import Format, Table, Unreadable

_ORDER = (
    *("vru+line", "call_id", "customer_id", "priority", "type", "date(yymmdd)", "vru_entry", "vru_exit", "vru_time"),
    *("q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server"),
)
FORMAT = Format(
    name="a table of a bank's calls (tab separated, its first line begins with vru+line, call_id, customer_id)",
    separator="\t",
    columns=dict.fromkeys(_ORDER, ()) | {"date(yymmdd)": ("date", "yymmdd")},
    needed=frozenset(_ORDER) - {"customer_id", "priority", "type", "vru_time", "q_time", "ser_time", "server"},
    order=_ORDER,
)
_HERE = LocalTime("Asia/Jerusalem")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5]?[0-9]):([0-5]?[0-9])")
_CUSTOMER = re.compile(r"[0-9]{1,30}")
_LONGEST = 200
_ABSENT = timedelta(0)


class Stay(NamedTuple):
    """From one stamp to another."""

    start: datetime
    exit: datetime


@dataclass(frozen=True, slots=True)
class BankCall:
    """One row, its times as instants. `queue` and `service` are absent where the call never got there.

    `customer` is absent where the number was withheld (0) or is none: a call is a call without it.
    """

    identity: str
    switch: str
    customer: str | None
    handler: str
    abandoned: bool
    greeting: Stay
    queue: Stay | None
    service: Stay | None


def bank_call(table: Table, fields: list[str]) -> BankCall:
    """The call of a row; raises Unreadable with the reason."""
    outcome = table.get(fields, "outcome").upper()
    if outcome == "PHANTOM":
        raise Unreadable("PHANTOM: a virtual call of the switch, nobody rang")
    if outcome not in ("AGENT", "HANG"):
        raise Unreadable("the outcome is none of AGENT, HANG, PHANTOM")
    switch, number, date = (table.get(fields, name) for name in ("vru+line", "call_id", "date(yymmdd)"))
    if not switch or not number:
        raise Unreadable("no line or no call id")
    customer, handler = table.get(fields, "customer_id"), table.get(fields, "server") or "NO_SERVER"
    if max(map(len, (switch, number, handler))) > _LONGEST:
        raise Unreadable(f"vru+line, call_id or server is longer than {_LONGEST} characters")
    stamps = _Stamps(_day(date))
    return BankCall(
        identity=f"{switch}-{number}-{date}",
        switch=switch,
        customer=customer if _CUSTOMER.fullmatch(customer) and customer.strip("0") else None,
        handler=handler,
        abandoned=outcome == "HANG",
        greeting=stamps.stay(_time(table, fields, "vru_entry"), _time(table, fields, "vru_exit")),
        queue=stamps.optional(_time(table, fields, "q_start"), _time(table, fields, "q_exit")),
        service=stamps.optional(_time(table, fields, "ser_start"), _time(table, fields, "ser_exit")),
    )


class _Stamps:
    """Walks along the stamps of one row, so that each is understood from the one before."""

    def __init__(self, day: datetime) -> None:
        self._day = day
        self._wall: datetime | None = None
        self._instant: datetime | None = None

    def stay(self, start: timedelta, exit_: timedelta) -> Stay:
        return Stay(self._next(start), self._next(exit_))

    def optional(self, start: timedelta, exit_: timedelta) -> Stay | None:
        return None if start == exit_ == _ABSENT else self.stay(start, exit_)

    def _next(self, time: timedelta) -> datetime:
        wall = self._day + time
        if self._wall is not None:
            wall = nearest_day(wall, self._wall)
        self._wall, self._instant = wall, _HERE.instant(wall, self._instant)
        return self._instant


@lru_cache(64)
def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text.zfill(6), "%y%m%d")  # noqa: DTZ007 (a local date; the zone comes with the time)
    except ValueError:
        raise Unreadable("the date is not yymmdd") from None


def _time(table: Table, fields: list[str], column: str) -> timedelta:
    found = _TIME.fullmatch(table.get(fields, column))
    if found is None:
        raise Unreadable(f"{column} is not a time of day")
    hours, minutes, seconds = map(int, found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
