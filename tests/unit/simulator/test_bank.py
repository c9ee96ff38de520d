"""The bank's calls as telephony tells them to the contact service."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.contact.calls import Line
from services.contact.domain.calls.facts import AnswerCall, EndCall, HangUp, PresentCall, QueueCall
from simulator.bank import BankCalls
from simulator.script import InputRefused, Stimulus
from tests.unit.simulator.conftest import WriteBank, bank_line

QUEUED = bank_line(queue=("9:00:10", "9:00:40"), service=("9:00:39", "9:05:00"), call="1", customer="42")
LATER = bank_line(("10:00:00", "10:00:10"), service=("10:00:09", "10:01:00"), call="2")
BROKEN = bank_line(("9:00:20", "9:00:30"), ("9:00:30", "9:00:33"), outcome="HANG", call="3")


def _played(path: Path, folder: Path) -> list[Stimulus]:
    with closing(BankCalls(path, folder)) as script:
        return list(script.stimuli())


def _kinds(told: list[Stimulus]) -> list[type]:
    return [type(stimulus.command) for stimulus in told]


def test_facts_of_overlapping_calls_come_in_order_of_time_not_of_lines(bank_file: WriteBank, tmp_path: Path) -> None:
    told = _played(bank_file(LATER, QUEUED, BROKEN), tmp_path)
    assert [stimulus.at for stimulus in told] == sorted(stimulus.at for stimulus in told)
    assert _kinds(told) == [
        *(PresentCall, QueueCall, PresentCall, QueueCall, HangUp, AnswerCall, EndCall),
        *(PresentCall, AnswerCall, EndCall),
    ]


def test_every_line_is_a_999_line_and_a_customer_a_number(bank_file: WriteBank, tmp_path: Path) -> None:
    presented = [one.command for one in _played(bank_file(QUEUED, LATER), tmp_path) if isinstance(one.command, PresentCall)]
    assert [fact.line for fact in presented] == [Line.EMERGENCY, Line.EMERGENCY]
    assert [fact.number for fact in presented] == ["+446000000042", None]


def test_leaving_the_queue_is_the_switchs_time_and_picking_up_the_handlers(bank_file: WriteBank, tmp_path: Path) -> None:
    [answer] = [one.command for one in _played(bank_file(QUEUED), tmp_path) if isinstance(one.command, AnswerCall)]
    assert answer.at == datetime(1999, 1, 5, 7, 0, 39, tzinfo=UTC)
    assert answer.left_queue_at == datetime(1999, 1, 5, 7, 0, 40, tzinfo=UTC)


def test_a_fact_dated_before_the_one_it_follows_from_is_told_late_with_its_own_time(bank_file: WriteBank, tmp_path: Path) -> None:
    line = bank_line(("15:46:01", "15:45:24"), ("15:45:24", "15:46:41"), outcome="HANG")
    present, queue, gone = _played(bank_file(line), tmp_path)
    assert queue.at == present.at
    assert isinstance(queue.command, QueueCall) and queue.command.at < present.at
    assert isinstance(gone.command, HangUp) and (gone.command.at - queue.command.at).total_seconds() == 77


def test_an_answer_nobody_timed_stands_where_the_queue_was_left_and_ends_nowhere(bank_file: WriteBank, tmp_path: Path) -> None:
    told = _played(bank_file(bank_line(queue=("9:00:10", "9:00:40"))), tmp_path)
    assert _kinds(told) == [PresentCall, QueueCall, AnswerCall]
    assert told[-1].at == datetime(1999, 1, 5, 7, 0, 40, tzinfo=UTC)


def test_the_same_file_gives_the_same_stimuli(bank_file: WriteBank, tmp_path: Path) -> None:
    path = bank_file(LATER, QUEUED, BROKEN)
    first = _played(path, tmp_path / "a")
    assert first == _played(path, tmp_path / "b")
    assert len({stimulus.cause for stimulus in first}) == len(first)


def test_rows_that_cannot_be_read_and_doubles_are_set_aside_with_line_and_reason(bank_file: WriteBank, tmp_path: Path) -> None:
    lost_tab = QUEUED.replace("\tPS\t", "PS\t")
    path = bank_file(lost_tab, LATER, LATER, bank_line(outcome="PHANTOM", call="9"))
    with closing(BankCalls(path, tmp_path / "data")) as script:
        assert script.total == 1
    assert [(row.file, row.line, row.reason) for row in script.set_aside.first] == [
        ("bank.tsv", 2, "16 columns where the header has 17"),
        ("bank.tsv", 4, "repeats an earlier row"),
        ("bank.tsv", 5, "PHANTOM: a virtual call of the switch, nobody rang"),
    ]
    assert (tmp_path / "data" / "set-aside.tsv").read_text().count("\n") == 4


def test_nothing_but_the_rows_set_aside_stays_in_the_folder(bank_file: WriteBank, tmp_path: Path) -> None:
    _played(bank_file(QUEUED), tmp_path / "data")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["set-aside.tsv"]


def test_an_empty_month_plays_nothing(bank_file: WriteBank, tmp_path: Path) -> None:
    with closing(BankCalls(bank_file(), tmp_path)) as script:
        assert (script.total, script.span, list(script.stimuli())) == (0, None, [])


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(InputRefused, match="is not a table of a bank's calls"):
        BankCalls(tmp_path / "x.tsv", tmp_path)
