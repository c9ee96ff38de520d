"""What is learned after a call broke off: its class is seen better, its number is told on, what was heard reaches the review."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing.scenario import Scenario
from contracts.contact.calls import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallFactSetAside,
    CallReceived,
    CallReclassified,
    Channel,
    Line,
    NumberLearned,
    Sound,
    SoundsHeard,
    Start,
    StartRecognised,
)
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import (
    AnswerCall,
    CallFact,
    EndCall,
    HangUp,
    HearSounds,
    LearnNumber,
    PresentCall,
    QueueCall,
    RecogniseStart,
)
from services.contact.domain.calls.telling import decide
from services.contact.streams import CALL

T = datetime(2026, 6, 1, 12, tzinfo=UTC)


def s(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


PRESENTED = PresentCall(call="c", at=T, switch="bt-1", line=Line.EMERGENCY)
QUEUED = QueueCall(call="c", at=s(2), queue="999")
ANSWERED = AnswerCall(call="c", at=s(9), handler="h7")
GONE = HangUp(call="c", at=s(30))


def told(*facts: CallFact) -> Scenario[Call]:
    story = Scenario(CALL, decide)
    for fact in facts:
        story.when(fact, T)
    return story


def kind(story: Scenario[Call]) -> Abandonment | None:
    assert story.state is not None
    return story.state.abandonment


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((HangUp(call="c", at=s(30), in_stage_1=True),), Abandonment.BEFORE_PRESENTED),
        ((GONE, HangUp(call="c", at=s(30), in_stage_1=True)), Abandonment.BEFORE_PRESENTED),
        ((HangUp(call="c", at=s(30), in_stage_1=True), PRESENTED), Abandonment.BEFORE_QUEUE),
        ((GONE, QUEUED), Abandonment.IN_QUEUE),
        ((GONE, QUEUED, ANSWERED), Abandonment.LOST_AFTER_ANSWER),
        (
            (GONE, ANSWERED, HearSounds(call="c", at=s(60), sounds=(Sound.SILENCE,), listener="h")),
            Abandonment.SILENT_AFTER_ANSWER,
        ),
        ((GONE, RecogniseStart(call="c", at=s(60), start=Start.CRASH_DETECTION, by="h")), Abandonment.DEVICE_STARTED),
        ((GONE, PresentCall(call="c", at=T, switch="bt-1", start=Start.SILENT_SOLUTION)), Abandonment.SILENT_SOLUTION),
        ((GONE, PresentCall(call="c", at=T, switch="bt-1", channel=Channel.ECALL)), Abandonment.DEVICE_STARTED),
    ],
)
def test_the_class_follows_what_is_known(facts: tuple[CallFact, ...], expected: Abandonment) -> None:
    assert kind(told(*facts)) is expected


def test_a_better_class_is_told_beside_the_one_before_and_the_break_stands() -> None:
    story = told(GONE).when(QUEUED, T)
    [_, better] = story.decided
    assert better == CallReclassified(at=s(2), call="c", abandonment=Abandonment.IN_QUEUE, waited_s=28, queue="999")
    assert story.state is not None
    assert story.state.abandoned_at == s(30)


def test_violence_in_the_recording_of_a_call_that_seemed_ordinary_shows_that_it_broke_off() -> None:
    story = told(PRESENTED, QUEUED, ANSWERED, GONE).then_says(CallEnded)
    heard = HearSounds(call="c", at=s(600), sounds=(Sound.VIOLENCE,), listener="sgt-4", words="screams")
    story.when(heard, T).then_says(SoundsHeard, CallAbandoned)
    [_, broke] = story.decided
    assert isinstance(broke, CallAbandoned)
    assert (broke.at, broke.abandonment, broke.sounds) == (s(30), Abandonment.SOUNDS_WITHOUT_REQUEST, (Sound.VIOLENCE,))
    story.when(heard, T).then()


def test_voices_in_the_recording_of_a_caller_known_to_be_well_are_kept_and_no_break() -> None:
    well = HangUp(call="c", at=s(30), welfare_established=True)
    heard = HearSounds(call="c", at=s(600), sounds=(Sound.VOICES,), listener="sgt-4")
    told(ANSWERED, well).when(heard, T).then_says(SoundsHeard)


def test_what_was_heard_while_the_line_was_open_goes_with_the_abandonment() -> None:
    heard = HearSounds(call="c", at=s(20), sounds=(Sound.VIOLENCE,), listener="h7")
    [broke] = told(QUEUED, ANSWERED, heard).when(GONE, T).decided
    assert isinstance(broke, CallAbandoned)
    assert (broke.sounds, broke.abandonment) == ((Sound.VIOLENCE,), Abandonment.SOUNDS_WITHOUT_REQUEST)


def test_a_second_word_on_the_break_brings_what_was_heard() -> None:
    again = HangUp(call="c", at=s(30), sounds=(Sound.VIOLENCE,), teller="recorder")
    told(GONE).when(again, T).then(SoundsHeard(at=s(30), call="c", sounds=(Sound.VIOLENCE,), listener="recorder"))


def test_an_end_by_the_switch_is_no_abandonment_whatever_is_heard_later() -> None:
    story = told(QUEUED, ANSWERED, EndCall(call="c", at=s(60)))
    story.when(HearSounds(call="c", at=s(90), sounds=(Sound.VOICES,), listener="h"), T).then_says(SoundsHeard)


def test_a_number_that_comes_late_is_told_and_both_find_the_call() -> None:
    story = told(GONE)
    late = PresentCall(call="c", at=T, switch="bt-1", number="+447700900123", number_ref="tel:1")
    story.when(late, T).then_says(CallReceived, NumberLearned)
    trace = LearnNumber(call="c", at=s(900), number="+447700900456", number_ref="tel:2", source="trace")
    story.when(trace, T).then_says(NumberLearned)
    assert story.state is not None
    assert (story.state.number, story.state.earlier_refs) == ("+447700900456", ("tel:1",))
    assert {value[:5] for name, value in story.index() if name == "subject"} == {"tel:1", "tel:2"}
    story.when(trace, T).then()


def test_a_number_that_only_the_end_of_a_talk_brings_is_kept() -> None:
    story = told(AnswerCall(call="c", at=s(1), handler="h7"))
    story.when(HangUp(call="c", at=s(60), number="+447700900123", number_ref="tel:1", welfare_established=True), T)
    story.then_says(CallEnded, NumberLearned)


def test_a_number_told_again_is_no_news_and_one_that_tells_nobody_apart_neither() -> None:
    story = told(PresentCall(call="c", at=T, switch="bt-1", number="+447700900123", number_ref="tel:1"), GONE)
    story.when(LearnNumber(call="c", at=s(60), number="+447700900123", number_ref="tel:1", source="trace"), T).then()
    story.when(LearnNumber(call="c", at=s(60), number="withheld", source="trace"), T).then()


def test_the_first_start_recognised_stands_and_another_is_kept_aside() -> None:
    story = told(PRESENTED).when(RecogniseStart(call="c", at=s(5), start=Start.EMERGENCY_SOS, by="h7"), T)
    story.then(StartRecognised(at=s(5), call="c", start=Start.EMERGENCY_SOS, by="h7"))
    story.when(RecogniseStart(call="c", at=s(6), start=Start.CRASH_DETECTION, by="h8"), T).then_says(CallFactSetAside)


def test_two_clocks_that_disagree_leave_one_fact_and_say_by_how_much() -> None:
    story = told(PRESENTED, QUEUED).when(AnswerCall(call="c", at=s(9), handler="h7", teller="acd-1"), T).then_says(CallAnswered)
    story.when(AnswerCall(call="c", at=s(11), handler="h7", teller="acd-2"), T).then_says(CallFactSetAside)
    [aside] = story.decided
    assert isinstance(aside, CallFactSetAside)
    assert (aside.teller, aside.apart_s) == ("acd-2", 2)
    story.when(AnswerCall(call="c", at=s(11), handler="h7", teller="acd-3"), T).then_says(CallFactSetAside)
    story.when(AnswerCall(call="c", at=s(11), handler="h7", teller="acd-2"), T).then()
    assert story.state is not None
    assert story.state.answered_at == s(9)


def test_a_fact_with_a_time_that_cannot_be_stands_with_the_time_of_receipt() -> None:
    unset = QueueCall(call="c", at=s(2), queue="999", told_at=datetime(1970, 1, 1, tzinfo=UTC))
    story = told(PRESENTED).when(unset, T)
    assert [type(event).__name__ for event in story.decided] == ["CallQueued", "CallFactSetAside"]
    later = QueueCall(call="c", at=s(50), queue="999", told_at=datetime(1970, 1, 1, tzinfo=UTC))
    story.when(later, T).then()
