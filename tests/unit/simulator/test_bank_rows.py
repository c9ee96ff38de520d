"""Rows of the bank's table with each of its oddities."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.bank_rows import FORMAT, BankCall, bank_call
from simulator.table import Table, Unreadable
from tests.unit.simulator.conftest import BANK_HEADER, WriteBank, bank_line


def _calls(path: Path) -> list[BankCall]:
    table = Table(path, FORMAT)
    return [bank_call(table, fields) for _, fields in table if not isinstance(fields, Unreadable)]


def _one(path: Path) -> BankCall:
    [call] = _calls(path)
    return call


def test_an_answered_call_that_queued(bank_file: WriteBank) -> None:
    call = _one(bank_file(bank_line(queue=("9:00:10", "9:00:40"), service=("9:00:39", "9:05:00"), customer="9664491")))
    assert call.greeting.start == datetime(1999, 1, 5, 7, tzinfo=UTC)
    assert call.queue is not None and call.queue.exit - call.queue.start == timedelta(seconds=30)
    assert call.service is not None and call.service.start < call.queue.exit
    assert (call.customer, call.abandoned, call.handler) == ("9664491", False, "AGENT01")


def test_a_call_that_broke_off_before_the_queue_and_a_withheld_number(bank_file: WriteBank) -> None:
    call = _one(bank_file(bank_line(outcome="HANG")))
    assert (call.abandoned, call.queue, call.service, call.customer) == (True, None, None, None)


def test_a_call_across_midnight_goes_on_the_next_day(bank_file: WriteBank) -> None:
    line = bank_line(("23:59:23", "23:59:28"), ("23:59:28", "0:00:03"), ("0:00:03", "0:00:55"))
    call = _one(bank_file(line))
    assert call.queue is not None and call.service is not None
    assert call.queue.exit - call.queue.start == timedelta(seconds=35)
    assert call.service.exit - call.greeting.start == timedelta(seconds=92)


def test_queued_at_the_stroke_of_midnight_is_not_absent(bank_file: WriteBank) -> None:
    call = _one(bank_file(bank_line(("23:59:50", "0:00:00"), ("0:00:00", "0:00:35"), outcome="HANG")))
    assert call.queue is not None and call.queue.exit - call.queue.start == timedelta(seconds=35)


def test_a_call_while_the_clocks_go_back_lasts_minutes_not_an_hour_less(bank_file: WriteBank) -> None:
    line = bank_line(("1:55:00", "1:55:10"), ("1:55:10", "1:05:10"), outcome="HANG", date="990903")
    call = _one(bank_file(line))
    assert call.queue is not None and call.queue.exit - call.queue.start == timedelta(minutes=10)


def test_line_ends_make_no_difference(bank_file: WriteBank) -> None:
    lines = (bank_line(call="1"), bank_line(call="2", outcome="HANG"))
    assert _calls(bank_file(*lines, end="\r\n")) == _calls(bank_file(*lines, end="\n"))


def test_a_column_of_another_name_and_columns_in_another_order(bank_file: WriteBank) -> None:
    plain = _one(bank_file(bank_line()))
    assert _one(bank_file(bank_line(), header=BANK_HEADER.replace("vru_exit", "ivr_left"))) == plain
    assert _one(bank_file(bank_line(), header=BANK_HEADER.replace("vru+line", "VRU.LINE"))) == plain
    assert _one(bank_file(bank_line(customer="42"), header=BANK_HEADER.replace("customer_id", "cust"))).customer == "42"
    turned = "\t".join(reversed(BANK_HEADER.split("\t"))), "\t".join(reversed(bank_line().split("\t")))
    assert _one(bank_file(turned[1], header=turned[0])) == plain


def test_the_same_number_on_two_lines_is_two_calls(bank_file: WriteBank) -> None:
    first, second = _calls(bank_file(bank_line(), bank_line().replace("AA0101", "AA0102")))
    assert first.identity != second.identity


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (bank_line(outcome="PHANTOM"), "PHANTOM: a virtual call"),
        (bank_line(outcome="VRU"), "the outcome is none of"),
        (bank_line(call=""), "no line or no call id"),
        (bank_line(date="991305"), "the date is not yymmdd"),
        (bank_line(date=""), "the date is not yymmdd"),
        (bank_line(("9:00", "9:00:10")), "vru_entry is not a time of day"),
        (bank_line(("25:00:00", "9:00:10")), "vru_entry is not a time of day"),
        (bank_line(queue=("9:00:10", "later")), "q_exit is not a time of day"),
        (bank_line(service=("9:00:1\u0662", "9:00:10")), "ser_start is not a time of day"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(bank_file: WriteBank, line: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        _calls(bank_file(line))
