"""London Ambulance, 1 January 2017: the dispatch system slowed down and failed after midnight; 4 h 45 on paper.

Load is shed by priority: as long as anybody waits on 999 nobody on 101 is answered. What was noted on paper is entered afterwards
with its true times, is seen to be late, and reads as if it had been told at once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from switchroom import Switchroom, switchroom

from contracts.contact.calls import Abandonment, Line
from services.contact.domain.calls.facts import AnswerCall, EndCall, Fact, HangUp, PresentCall, QueueCall
from services.contact.streams import CALL, call_id, call_stream
from services.contact.views.calls import call as view

MIDNIGHT = datetime(2017, 1, 1, tzinfo=UTC)
PAPER = timedelta(hours=4, minutes=45)


def s(seconds: float) -> datetime:
    return MIDNIGHT + timedelta(minutes=30, seconds=seconds)


def noted(teller: str) -> list[Fact]:
    """Three calls of the night, as somebody wrote them down or a switch told them."""
    one, two, three = (call_id("paper", str(n)) for n in (1, 2, 3))
    said: dict[str, Any] = {"teller": teller}
    return [
        PresentCall(call=one, at=s(0), line=Line.EMERGENCY, number="07700 900123", switch="bt-1", **said),
        QueueCall(call=one, at=s(3), queue="999", **said),
        AnswerCall(call=one, at=s(63), handler="h7", **said),
        EndCall(call=one, at=s(400), **said),
        PresentCall(call=two, at=s(10), line=Line.EMERGENCY, number="07700 900124", switch="bt-1", **said),
        QueueCall(call=two, at=s(12), queue="999", **said),
        HangUp(call=two, at=s(222), **said),
        PresentCall(call=three, at=s(240), line=Line.EMERGENCY, number="07700 900124", switch="bt-1", **said),
        AnswerCall(call=three, at=s(290), handler="h8", **said),
    ]


def test_load_is_shed_by_priority() -> None:
    with switchroom(MIDNIGHT) as room:
        calls = [(f"{n}", Line.NON_EMERGENCY if n % 3 else Line.EMERGENCY) for n in range(60)]
        for call, line in calls:
            room.presented(call, line=line)
            room.queued(call, line.value)
            room.wait(1)
        names = {call_stream(call_id("s", call)): line for call, line in calls}
        answered: list[Line] = []
        for n in range(60):
            first = room.order()[0]
            room.answered(next(call for call, _ in calls if call_stream(call_id("s", call)) == first))
            answered.append(names[first])
            room.wait(30)
            if n == 25:
                room.presented("late")
                room.queued("late")
                assert room.order()[0] == call_stream(call_id("s", "late"))
                room.answered("late")
        assert answered == [Line.EMERGENCY] * 20 + [Line.NON_EMERGENCY] * 40


@pytest.mark.parametrize("order", ["as noted", "sheet by sheet backwards"])
def test_what_was_on_paper_is_entered_with_its_true_times(order: str) -> None:
    with switchroom(MIDNIGHT) as live, switchroom(MIDNIGHT + PAPER) as later:
        for fact in noted("bt-1"):
            live.at(max(live.clock.now(), fact.at))
            live.do(fact)
        sheets = noted("paper")
        for fact in sheets if order == "as noted" else reversed(sheets):
            later.do(fact)
        for n in (1, 2, 3):
            told, entered = (_view(room, n) for room in (live, later))
            assert told == entered
        assert later.order() == []
        assert _view(later, 2)["abandonment"] is Abandonment.IN_QUEUE
        assert _view(later, 2)["answered_again_in"] == call_id("paper", "3")


def test_what_was_entered_late_shows_it_and_what_was_known_then_stays_so() -> None:
    with switchroom(MIDNIGHT + PAPER) as room:
        for fact in noted("paper"):
            room.do(fact)
        stream = call_stream(call_id("paper", "2"))
        for event in room.reads.history(stream):
            assert event.recorded == MIDNIGHT + PAPER
            assert event.event.at < s(300)
        room.wait(60)
        assert list(room.reads.find("open", instant=MIDNIGHT + timedelta(hours=1))) == []
        room.wait(100_000)
        assert room.silent() == [], "paper is no feed to wait for"


def _view(room: Switchroom, n: int) -> dict[str, Any]:
    state = room.reads.load(CALL, call_stream(call_id("paper", str(n)))).state
    assert state is not None
    return view(state).model_dump(exclude={"disagreements"})
