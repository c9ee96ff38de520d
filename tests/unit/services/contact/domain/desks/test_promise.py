"""An unanswered helpline call becomes a promise that somebody owns, with a date by the working days of the nation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from switchroom import Switchroom, switchroom

from contracts.contact.calls import Line
from contracts.refusals import NotFound, Refused
from services.contact.domain.desks.promise import HandOverPromise, KeepPromise, Promise, TryPromise
from services.contact.streams import PROMISE, call_id

FRIDAY = datetime(2026, 5, 22, 15, tzinfo=UTC)
"""Before the late May bank holiday."""
NUMBER = "07700 900123"
C = call_id("s", "c")


@pytest.fixture
def room() -> Iterator[Switchroom]:
    with switchroom(FRIDAY) as made:
        yield made


def unanswered(room: Switchroom, call: str = "c") -> None:
    room.presented(call, NUMBER, Line.HELPLINE)
    room.queued(call, "helpline")
    room.wait(780)
    room.gone(call)


def promise(room: Switchroom) -> Promise:
    state = room.reads.load(PROMISE, f"promise-{C}").state
    assert state is not None
    return state


def test_an_unanswered_helpline_call_is_owed_by_the_end_of_the_next_working_day(room: Switchroom) -> None:
    unanswered(room)
    made = promise(room)
    assert made.owner == "victim helpline"
    assert made.due == datetime(2026, 5, 26, 17, tzinfo=ZoneInfo("Europe/London"))
    assert made.number == "+447700900123"


@pytest.mark.parametrize("line", [Line.EMERGENCY, Line.NON_EMERGENCY])
def test_other_lines_make_no_promise(room: Switchroom, line: Line) -> None:
    room.presented("c", NUMBER, line)
    room.gone("c")
    with pytest.raises(NotFound):
        promise(room)


def test_it_is_made_once_however_often_the_break_is_told(room: Switchroom) -> None:
    unanswered(room)
    room.gone("c")
    room.gone("c", at=FRIDAY + timedelta(seconds=1))
    assert room.kinds(f"promise-{C}") == ["PromiseMade"]


def test_one_that_is_due_and_not_kept_is_broken_once_and_stays_owed(room: Switchroom) -> None:
    unanswered(room)
    room.at(promise(room).due - timedelta(seconds=1))
    assert not promise(room).broken
    room.wait(1)
    assert promise(room).broken
    assert [entry.stream for entry in room.reads.find("promise-broken")] == [f"promise-{C}"]
    room.wait(900_000)
    assert room.kinds(f"promise-{C}") == ["PromiseMade", "PromiseBroken"]
    room.do(KeepPromise(promise=C, by="h7"))
    assert list(room.reads.find("promise")) == list(room.reads.find("promise-broken")) == []


def test_it_is_handed_over_and_tried_and_keeps_its_date(room: Switchroom) -> None:
    unanswered(room)
    due = promise(room).due
    room.do(HandOverPromise(promise=C, owner="h9", by="sgt-4"))
    room.do(TryPromise(promise=C, by="h9"))
    assert (promise(room).owner, promise(room).tries, promise(room).due) == ("h9", 1, due)


def test_who_rings_again_and_is_answered_was_spoken_to(room: Switchroom) -> None:
    unanswered(room)
    room.wait(90_000)
    room.presented("d", NUMBER, Line.HELPLINE)
    room.answered("d", "h3")
    assert (promise(room).kept_by, promise(room).answered_call) == ("h3", call_id("s", "d"))
    room.at(promise(room).due)
    assert not promise(room).broken


def test_a_kept_promise_is_neither_tried_nor_handed_over(room: Switchroom) -> None:
    unanswered(room)
    room.do(KeepPromise(promise=C, by="h7"))
    room.do(KeepPromise(promise=C, by="h8"))
    assert promise(room).kept_by == "h7"
    for late in (TryPromise(promise=C, by="h8"), HandOverPromise(promise=C, owner="h8", by="h8")):
        with pytest.raises(Refused):
            room.do(late)
