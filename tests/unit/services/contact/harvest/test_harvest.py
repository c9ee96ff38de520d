"""A carrier's list beside what came here: one broken call a caller, and who got through is not called broken anew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.references import telephone
from chassis.testing.memory import MemoryTransaction
from contracts.contact.callers import SubjectKind
from contracts.contact.calls import Abandonment, CallAbandoned, CallerRangAgain, Line, Marker
from contracts.contact.harvest import AttemptsHarvested, HarvestTaken
from services.contact.application import Contact
from services.contact.domain.callers.caller import PlaceMarker, Subject
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.facts import AnswerCall, HangUp, PresentCall
from services.contact.domain.harvest import FailedCaller, HarvestCallers
from services.contact.harvest.application import Harvesting
from services.contact.policy import default

T = datetime(2023, 6, 25, 6, 24, tzinfo=UTC)
NUMBER = "07700 900123"


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


class Desk:
    """Contact's use cases over one transaction that never ends."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        self._use = Harvesting(Contact(default.load(), Numbers(telephone, lambda kind, value: f"{kind}:{value}")))

    def do(self, seconds: float, command: Any) -> Any:
        self.tx.now = after(seconds)
        return self._use.handle(self.tx, command)

    def harvest(self, seconds: float, *attempts: float, number: str | None = NUMBER, reference: str = "") -> Any:
        caller = FailedCaller(number=number, attempted_at=tuple(after(at) for at in attempts), reference=reference)
        return self.do(seconds, HarvestCallers(harvest="list", carrier="BT", callers=(caller,))).state

    def call(self, name: str, begins: float, *, answered: float | None = None, over: float | None = None) -> None:
        self.do(begins, PresentCall(call=name, at=after(begins), switch="s", line=Line.EMERGENCY, number=NUMBER))
        if answered is not None:
            self.do(answered, AnswerCall(call=name, at=after(answered), handler="h"))
        if over is not None:
            self.do(over, HangUp(call=name, at=after(over)))

    def said(self, kind: Any) -> list[Any]:
        return self.tx.said(kind)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_caller_is_one_broken_call_that_carries_all_a_review_needs(desk: Desk) -> None:
    subject = Subject(SubjectKind.NUMBER, "+44 7700 900123")
    marker = PlaceMarker(marker=Marker.STALKING, author="a", evidence="e", review_by=after(1e6), subject=subject)
    desk.do(-60, marker)
    taken = desk.harvest(9000, 30, 0, 60)
    [broken] = desk.said(CallAbandoned)
    assert broken.attempted_at == (after(0), after(30), after(60))
    assert (broken.at, broken.abandonment, broken.number) == (after(60), Abandonment.BEFORE_PRESENTED, "+447700900123")
    assert broken.markers == (Marker.STALKING,)
    assert (taken.opened, taken.callers, taken.attempts) == (1, 1, 3)


def test_told_again_it_changes_nothing_and_leaves_nothing_on_record(desk: Desk) -> None:
    desk.harvest(9000, 0, 60)
    before = len(desk.tx.recorded)
    desk.harvest(9100, 60, 0)
    assert len(desk.tx.recorded) == before


def test_more_attempts_of_the_outage_join_it_and_another_outage_does_not(desk: Desk) -> None:
    desk.harvest(9000, 0)
    desk.harvest(9100, 0, 600)
    [more] = desk.said(AttemptsHarvested)
    assert more.attempted_at == (after(600),)
    desk.harvest(9200, -300)
    assert len(desk.said(CallAbandoned)) == 1, "an earlier attempt, told later, is of the same caller"
    desk.harvest(400_000, 390_000)
    assert len({event.call for event in desk.said(CallAbandoned)}) == 2
    assert [taken.opened for taken in desk.said(HarvestTaken)] == [1, 0, 0, 1]


def test_an_attempt_that_is_a_call_which_came_here_is_left_to_it(desk: Desk) -> None:
    desk.call("c1", 0, over=20)
    desk.harvest(9000, 3)
    assert [event.call for event in desk.said(CallAbandoned)] == ["c1"]
    desk.harvest(9100, 3, 900)
    assert [len(event.attempted_at) for event in desk.said(CallAbandoned)] == [0, 1]


def test_who_got_through_before_the_list_came_is_not_to_be_rung(desk: Desk) -> None:
    desk.call("c1", 7200, answered=7210, over=7300)
    assert desk.harvest(9000, 0).answered_since == 1
    [again] = desk.said(CallerRangAgain)
    assert again.answered_call == "c1"


def test_nor_who_gets_through_hours_after_it_came(desk: Desk) -> None:
    desk.harvest(9000, 0)
    desk.call("c1", 20_000, answered=20_010)
    assert [event.answered_call for event in desk.said(CallerRangAgain)] == ["c1"]
    desk.call("c2", 200_000, answered=200_010)
    assert len(desk.said(CallerRangAgain)) == 1, "two days later it is another matter"


@pytest.mark.parametrize("number", [None, "withheld", "000", "☎"])
def test_a_number_that_tells_nobody_apart_is_a_caller_each_time(desk: Desk, number: str | None) -> None:
    desk.harvest(9000, 0, number=number, reference="1")
    desk.harvest(9000, 0, number=number, reference="2")
    desk.harvest(9000, 0, number=number, reference="2")
    assert len(desk.said(CallAbandoned)) == 2
    assert {event.number_ref for event in desk.said(CallAbandoned)} == {None}
