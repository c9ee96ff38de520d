"""The life of a call, in whatever order telephony tells it."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from chassis.testing.memory import MemoryTransaction
from chassis.testing.scenario import Scenario
from contracts.contact.calls import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerRangAgain,
    CallFactSetAside,
    CallQueued,
    CallReceived,
    CallReclassified,
    Channel,
    Line,
    LocationEstimated,
    NumberLearned,
    Sound,
    SoundsHeard,
    Start,
)
from contracts.places import Location, LocationSource, Point
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import (
    AnswerCall,
    CallCommand,
    EndCall,
    EstimateLocation,
    HangUp,
    NoteRangAgain,
    PresentCall,
    QueueCall,
)
from services.contact.domain.calls.folding import EVOLVE
from services.contact.domain.calls.telling import decide
from services.contact.streams import CALL

T = datetime(2017, 6, 1, 12, tzinfo=UTC)


def s(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def call() -> Scenario[Call]:
    return Scenario(CALL, decide)


PRESENTED = PresentCall(call="c", at=T, switch="kent-1", line=Line.EMERGENCY, number="+447700900123", number_ref="tel:1")
QUEUED = QueueCall(call="c", at=s(2), queue="999")
ANSWERED = AnswerCall(call="c", at=s(9), handler="h7", left_queue_at=s(10))
GONE = HangUp(call="c", at=s(30))
ENDED = EndCall(call="c", at=s(60))
CELL = Location(source=LocationSource.CELL, point=Point(latitude=51.3, longitude=0.9), radius_m=4000)


def test_a_call_is_presented_queued_answered_and_ended() -> None:
    story = call()
    story.when(PRESENTED, T).then(
        CallReceived(at=T, call="c", line=Line.EMERGENCY, switch="kent-1", number="+447700900123", number_ref="tel:1")
    )
    story.when(QUEUED, T).then(CallQueued(at=s(2), call="c", queue="999"))
    assert ("waiting", "0 2017-06-01T12:00:02.000000Z 2017-06-01T12:00:02.000000Z 999") in story.index()
    story.when(ANSWERED, T).then(CallAnswered(at=s(9), call="c", handler="h7", left_queue_at=s(10), waited_s=8))
    assert story.index() == {
        ("began", "2017-06-01T12:00:00.000000Z"),
        ("open", "2017-06-01T12:00:00.000000Z"),
        ("subject", "tel:1 998503681599"),
        ("subject-hour", "tel:1 2017-06-01T12"),
    }
    story.when(ENDED, T).then(CallEnded(at=s(60), call="c", talked_s=51))
    began = ("began", "2017-06-01T12:00:00.000000Z")
    assert story.index() == {began, ("subject", "tel:1 998503681599"), ("subject-hour", "tel:1 2017-06-01T12")}


@pytest.mark.parametrize("fact", [PRESENTED, QUEUED, ANSWERED, GONE, ENDED, EstimateLocation(call="c", at=T, location=CELL)])
def test_a_repeated_fact_changes_nothing(fact: object) -> None:
    story = call().when(fact, T)
    assert story.decided
    story.when(fact, T).then()


def test_the_wait_runs_to_the_switchs_word_on_leaving_the_queue_and_is_never_negative() -> None:
    def waited(*facts: object) -> float:
        story = call()
        for fact in facts:
            story.when(fact, T)
        return next(event.waited_s for event in story.decided if isinstance(event, CallAnswered))

    assert waited(QUEUED, ANSWERED) == 8
    assert waited(QUEUED, AnswerCall(call="c", at=s(9), handler="h7")) == 7
    assert waited(AnswerCall(call="c", at=s(9), handler="h7")) == 0
    assert waited(QUEUED, AnswerCall(call="c", at=s(3), handler="h7", left_queue_at=s(1))) == 0


def test_a_caller_gone_before_the_queue_has_abandoned() -> None:
    story = call().when(PRESENTED, T).when(GONE, T)
    story.then(
        CallAbandoned(
            at=s(30),
            call="c",
            line=Line.EMERGENCY,
            abandonment=Abandonment.BEFORE_QUEUE,
            waited_s=0,
            number="+447700900123",
            number_ref="tel:1",
        )
    )


def test_a_caller_gone_in_the_queue_has_waited() -> None:
    story = call().when(QUEUED, T).when(GONE, T)
    [abandoned] = story.decided
    assert isinstance(abandoned, CallAbandoned)
    assert (abandoned.abandonment, abandoned.waited_s, abandoned.queue) == (Abandonment.IN_QUEUE, 28, "999")
    assert not {name for name, _ in story.index()} & {"open", "waiting"}


def test_an_abandoned_101_call_says_its_line() -> None:
    [abandoned] = call().when(HangUp(call="c", at=T, line=Line.NON_EMERGENCY), T).decided
    assert isinstance(abandoned, CallAbandoned)
    assert abandoned.line is Line.NON_EMERGENCY


@pytest.mark.parametrize(
    ("welfare", "sounds", "kind"),
    [
        (None, (), None),
        (True, (), None),
        (True, (Sound.VOICES,), None),
        (False, (), Abandonment.LOST_AFTER_ANSWER),
        (False, (Sound.VOICES,), Abandonment.LOST_AFTER_ANSWER),
        (None, (Sound.SILENCE,), Abandonment.SILENT_AFTER_ANSWER),
        (False, (Sound.SILENCE,), Abandonment.SILENT_AFTER_ANSWER),
        (None, (Sound.VOICES,), Abandonment.SOUNDS_WITHOUT_REQUEST),
        (True, (Sound.VIOLENCE,), Abandonment.SOUNDS_WITHOUT_REQUEST),
    ],
)
def test_a_caller_lost_after_the_answer_has_abandoned_unless_all_was_well(
    welfare: bool | None, sounds: tuple[Sound, ...], kind: Abandonment | None
) -> None:
    gone = HangUp(call="c", at=s(30), sounds=sounds, welfare_established=welfare)
    story = call().when(QUEUED, T).when(ANSWERED, T).when(gone, T)
    event, *heard = story.decided
    if kind is None:
        assert event == CallEnded(at=s(30), call="c", talked_s=21, hung_up=True, welfare_established=welfare)
        assert [said.sounds for said in heard if isinstance(said, SoundsHeard)] == [sounds] * bool(sounds)
    else:
        assert heard == []
        assert isinstance(event, CallAbandoned)
        assert (event.abandonment, event.sounds, event.waited_s) == (kind, sounds, 8)


def test_a_caller_gone_before_the_handler_picked_up_has_abandoned_though_told_late() -> None:
    story = call().when(QUEUED, T).when(ANSWERED, T).when(HangUp(call="c", at=s(8)), T)
    [abandoned] = story.decided
    assert isinstance(abandoned, CallAbandoned)
    assert abandoned.abandonment is Abandonment.IN_QUEUE


@pytest.mark.parametrize("known", [{}, {"number": "+447700900123", "number_ref": "tel:1"}, {"number_ref": "tel:1"}])
@pytest.mark.parametrize("start", [None, *Start])
def test_a_call_presented_first_stands_as_one_of_which_a_sound_was_known(known: dict[str, str], start: Start | None) -> None:
    event = CallReceived(at=T, call="c", line=Line.EMERGENCY, switch="kent-1", channel=Channel.ECALL, start=start, **known)
    first, after = (EVOLVE[CallReceived](before, event) for before in (None, Call("c", s(-60))))
    assert first == after


def test_a_hang_up_before_its_presentation_opens_the_stream_and_late_facts_still_stand() -> None:
    story = call().when(GONE, T).then_says(CallAbandoned)
    better = CallReclassified(at=s(2), call="c", abandonment=Abandonment.IN_QUEUE, waited_s=28, queue="999")
    story.when(QUEUED, T).then(CallQueued(at=s(2), call="c", queue="999"), better)
    story.when(PRESENTED, T).then_says(CallReceived, NumberLearned)
    assert story.state is not None
    assert story.state.since == T
    assert not {name for name, _ in story.index()} & {"open", "waiting"}


def test_an_answer_told_late_stands_and_the_call_stays_abandoned() -> None:
    story = call().when(GONE, T).when(ANSWERED, T).then_says(CallAnswered, CallReclassified)
    assert story.state is not None
    assert story.state.abandoned_at == s(30)
    assert story.state.abandonment is Abandonment.LOST_AFTER_ANSWER


@pytest.mark.parametrize(
    ("first", "then", "fact", "reason"),
    [
        (GONE, AnswerCall(call="c", at=s(31), handler="h7"), "answered by h7", "the caller was gone at"),
        (GONE, QueueCall(call="c", at=s(31), queue="999"), "queued for 999", "the caller was gone at"),
        (ANSWERED, QueueCall(call="c", at=s(11), queue="999"), "queued for 999", "it was answered at"),
        (ANSWERED, AnswerCall(call="c", at=s(11), handler="h8"), "answered by h8", "h7 answered it at"),
        (QUEUED, QueueCall(call="c", at=s(2), queue="101"), "queued for 101", "it was queued for 999 at"),
        (PRESENTED, PresentCall(call="c", at=s(1), switch="kent-1"), "presented on line 999", "it was presented at"),
        (GONE, HangUp(call="c", at=s(32)), "hung up at 2017-06-01T12:00:32.000000Z", "it broke off at"),
        (ENDED, EndCall(call="c", at=s(61)), "ended at 2017-06-01T12:01:01.000000Z", "it ended at"),
        (
            PRESENTED,
            EstimateLocation(
                call="c",
                at=s(3),
                location=Location(source=LocationSource.HANDSET, point=Point(latitude=0, longitude=0)),
            ),
            "no location from handset",
            "it names no place",
        ),
    ],
)
def test_a_fact_that_cannot_be_is_set_aside_once_with_its_reason(first: object, then: object, fact: str, reason: str) -> None:
    story = call().when(first, T).when(then, T).then_says(CallFactSetAside)
    [aside] = story.decided
    assert isinstance(aside, CallFactSetAside)
    assert aside.fact.startswith(fact)
    assert aside.reason.startswith(reason)
    before = story.state
    assert before is not None
    story.when(then, T).then()
    assert story.state == before


def test_the_end_of_an_abandoned_call_adds_nothing() -> None:
    call().when(GONE, T).when(ENDED, T).then()
    call().when(ANSWERED, T).when(GONE, T).when(ENDED, T).then()


def test_an_end_told_before_the_answer_stands() -> None:
    story = call().when(ENDED, T).then(CallEnded(at=s(60), call="c", talked_s=0))
    story.when(ANSWERED, T).then_says(CallAnswered)
    story.when(HangUp(call="c", at=s(60), welfare_established=False), T).then_says(CallAbandoned)


def test_a_caller_gone_of_whom_no_answer_is_known_has_abandoned_though_the_end_is_told() -> None:
    call().when(ENDED, T).when(GONE, T).then_says(CallAbandoned)


def test_every_estimate_of_a_place_is_kept_and_the_newest_goes_with_the_abandonment() -> None:
    spoken = Location(source=LocationSource.SPOKEN, address="the red barn")
    story = call().when(EstimateLocation(call="c", at=s(20), location=spoken), T)
    story.then(LocationEstimated(at=s(20), call="c", location=spoken))
    story.when(EstimateLocation(call="c", at=s(5), location=CELL), T).then_says(LocationEstimated)
    [abandoned] = story.when(GONE, T).decided
    assert isinstance(abandoned, CallAbandoned)
    assert abandoned.location == spoken
    late = Location(source=LocationSource.HANDSET, point=Point(latitude=51.31, longitude=0.91), radius_m=30)
    story.when(EstimateLocation(call="c", at=s(40), location=late), T).then_says(LocationEstimated)


def test_a_broken_call_is_told_once_that_its_caller_was_answered() -> None:
    note = NoteRangAgain(call="c", at=s(90), answered_call="d")
    call().when(QUEUED, T).when(note, T).then()
    story = call().when(GONE, T).when(note, T).then(CallerRangAgain(at=s(90), call="c", answered_call="d"))
    story.when(NoteRangAgain(call="c", at=s(95), answered_call="e"), T).then()


def test_any_order_of_the_facts_says_exactly_one_abandonment() -> None:
    facts: list[CallCommand] = [PRESENTED, QUEUED, GONE, EstimateLocation(call="c", at=s(5), location=CELL)]
    for order in permutations(facts):
        tx = MemoryTransaction(T)
        for fact in (*order, *order):
            tx.record(CALL, "call-c", decide(tx.load(CALL, "call-c").state, fact, T))
        assert len(tx.said(CallAbandoned)) == len(tx.said(CallQueued)) == len(tx.said(CallReceived)) == 1
        assert tx.said(CallFactSetAside) == []
