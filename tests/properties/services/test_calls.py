"""Whatever switches say of calls, repeated, late, from several of them: each fact stands once, and no call is lost."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from exploring import tried
from hypothesis import event, given
from hypothesis import strategies as st

from chassis.testing.memory import MemoryTransaction
from contracts.contact.calls import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallFactSetAside,
    CallQueued,
    CallReceived,
    Channel,
    Line,
    NumberLearned,
    Sound,
    SoundsHeard,
    Start,
)
from contracts.contact.telephony import PlaceGivenUp
from services.contact.application import Contact
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.call import RANKS, Call
from services.contact.domain.calls.facts import (
    AnswerCall,
    CallFact,
    EndCall,
    HangUp,
    HearSounds,
    KeepPlace,
    LearnNumber,
    PresentCall,
    QueueCall,
    RecogniseStart,
)
from services.contact.policy import default
from services.contact.streams import CALL
from services.contact.timers import on_timer
from services.contact.views import calls as views
from services.contact.views.queues import turn

T = datetime(2017, 6, 1, 12, tzinfo=UTC)
RULES = default.load()
ONCE = (CallReceived, CallQueued, CallAnswered, CallAbandoned, CallEnded)
CALLS = st.sampled_from("aab")
TIMES = st.one_of(
    st.integers(0, 90).map(lambda seconds: T + timedelta(seconds=seconds)),
    st.sampled_from([datetime(1970, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC), T - timedelta(days=30)]),
)
TELLERS = st.sampled_from([None, "bt-1", "acd-2"])
SOUNDS = st.sampled_from([(), (Sound.SILENCE,), (Sound.VOICES,), (Sound.VIOLENCE,), (Sound.SILENCE, Sound.VOICES)])
NUMBERS = st.sampled_from([None, "+447700900123", "+447700900456", "withheld", "☎"])
COMMON: dict[str, Any] = {"call": CALLS, "at": TIMES, "teller": TELLERS}
FACT = st.one_of(
    st.builds(
        PresentCall,
        **COMMON,
        line=st.sampled_from(Line),
        number=NUMBERS,
        switch=st.just("bt-1"),
        channel=st.sampled_from([None, Channel.ECALL, Channel.BSL_VIDEO]),
        start=st.sampled_from([None, *Start]),
    ),
    st.builds(QueueCall, **COMMON, queue=st.sampled_from(["999", "101", "a b"])),
    st.builds(AnswerCall, **COMMON, handler=st.sampled_from(["h7", "h8"]), left_queue_at=st.none() | TIMES),
    st.builds(
        HangUp,
        **COMMON,
        line=st.sampled_from([None, *Line]),
        number=NUMBERS,
        sounds=SOUNDS,
        welfare_established=st.sampled_from([None, True, False]),
        in_stage_1=st.booleans(),
    ),
    st.builds(EndCall, **COMMON),
    st.builds(RecogniseStart, **COMMON, start=st.sampled_from(Start), by=st.just("h7")),
    st.builds(HearSounds, **COMMON, sounds=SOUNDS.filter(bool), listener=st.just("h7")),
    st.builds(LearnNumber, **COMMON, number=NUMBERS, source=st.just("trace")),
    st.builds(KeepPlace, **COMMON, number=NUMBERS, by=st.just("announcement")),
)
FACTS = st.lists(FACT, max_size=16)


def contact() -> Contact:
    return Contact(RULES, Numbers(lambda raw: (raw, raw.startswith("+")), lambda kind, value: f"{kind}:{value}"))


def told(facts: list[CallFact]) -> MemoryTransaction:
    tx = MemoryTransaction(T + timedelta(seconds=95))
    desk = contact()
    for fact in facts:
        desk.handle(tx, fact)
    return tx


def calls(tx: MemoryTransaction) -> list[Call]:
    states = [tx.load(CALL, stream).state for stream in sorted(tx.streams) if stream.startswith("call-")]
    return [state for state in states if state is not None]


@given(FACTS)
@tried(150)
def test_each_fact_stands_once_and_what_does_not_stand_is_kept(facts: list[CallFact]) -> None:
    tx = told(facts)
    for stream, said in tx.streams.items():
        count = Counter(type(one) for one in said)
        assert all(count[kind] <= 1 for kind in ONCE), f"{stream}: {count}"
        asides = [(one.fact, one.teller) for one in said if isinstance(one, CallFactSetAside)]
        assert len(asides) == len(set(asides))
    for fact in facts:
        _is_kept(fact, tx)


def _is_kept(fact: CallFact, tx: MemoryTransaction) -> None:
    """A queueing or an answer stands, or is among what was set aside: it is never nowhere."""
    said = tx.streams.get(f"call-{fact.call}", [])
    times = {one.at for one in said} | {one.at for one in said if isinstance(one, CallFactSetAside)}
    words = " ".join(one.fact for one in said if isinstance(one, CallFactSetAside))
    if isinstance(fact, QueueCall | AnswerCall | PresentCall):
        assert fact.at in times or fact.at.strftime("%Y-%m-%dT%H:%M:%S") in words, fact


@given(FACTS, st.randoms(use_true_random=False))
@tried(150)
def test_repetitions_in_any_order_say_nothing_new(facts: list[CallFact], random: Random) -> None:
    tx = told(facts)
    before = list(tx.recorded)
    again = [replace(fact) for fact in facts] * 2
    random.shuffle(again)
    tx.now += timedelta(seconds=30)
    for fact in again:
        contact().handle(tx, fact)
    assert [one for one in tx.recorded[len(before) :] if one[0].startswith("call-")] == []


@given(FACTS)
@tried(150)
def test_no_call_is_lost_and_every_one_that_broke_off_has_its_class(facts: list[CallFact]) -> None:
    tx = told(facts)
    states = {state.call: state for state in calls(tx)}
    something = {fact.call for fact in facts if not _says_nothing(fact)}
    assert something <= set(states)
    for state in states.values():
        assert (state.abandoned_at is None) == (state.abandonment is None)
        view = views.call(state)
        event(f"status: {view.status}")
        assert view.waited_s is None or view.waited_s >= 0
        gone = [fact for fact in facts if isinstance(fact, HangUp) and fact.call == state.call]
        assert not gone or state.over_at is not None or state.released_at is not None, "a hang-up left a call open"
    answered = {one.call for one in tx.said(CallAnswered)}
    for one in tx.said(CallAbandoned):
        event(f"class: {one.abandonment}")
        assert one.waited_s >= 0
        assert one.call in answered or one.abandonment not in (Abandonment.LOST_AFTER_ANSWER, Abandonment.SILENT_AFTER_ANSWER)


def _says_nothing(fact: CallFact) -> bool:
    return isinstance(fact, LearnNumber) and (fact.number is None or not fact.number.startswith("+"))


@given(FACTS)
@tried(150)
def test_999_is_before_101_and_who_waits_is_in_the_order_once(facts: list[CallFact]) -> None:
    tx = told(facts)
    order = [(turn(value), stream) for value, streams in tx.index("waiting").items() for stream in streams]
    ranks = [one.rank for one, _ in order]
    assert ranks == sorted(ranks)
    waiting = {f"call-{state.call}" for state in calls(tx) if state.waiting}
    assert Counter(stream for _, stream in order) == Counter(waiting)
    for one, stream in order:
        state = tx.load(CALL, stream).state
        assert state is not None
        assert one.rank == RANKS.index(state.line or Line.EMERGENCY)
        assert one.place_at <= one.queued_at


@given(FACTS)
@tried(150)
def test_violence_once_heard_is_known_to_whoever_reviews(facts: list[CallFact]) -> None:
    tx = told(facts)
    heard = {fact.call for fact in facts if isinstance(fact, HangUp | HearSounds) and Sound.VIOLENCE in fact.sounds}
    for state in calls(tx):
        if state.call not in heard:
            continue
        assert Sound.VIOLENCE in state.sounds
        said = [one for kind in (CallAbandoned, SoundsHeard) for one in tx.said(kind) if one.call == state.call]
        assert any(Sound.VIOLENCE in one.sounds for one in said)


@given(FACTS)
@tried(150)
def test_an_emergency_call_is_never_ended_by_a_kept_place(facts: list[CallFact]) -> None:
    tx = told(facts)
    for state in calls(tx):
        if state.given_up_at is not None:
            assert state.line is not Line.EMERGENCY or tx.said(PlaceGivenUp)
        if state.released_at is not None and state.line is Line.EMERGENCY:
            event("presented on 999 after its place was kept")


@given(FACTS)
@tried(150)
def test_every_alarm_fires_once_and_the_timers_run_dry(facts: list[CallFact]) -> None:
    tx = told(facts)
    desk = contact()
    for _ in range(60):
        if not (timers := tx.timers()):
            break
        tx.now = max(tx.now, timers[0].due)
        desk.handle(tx, on_timer(timers[0]))
        assert timers[0] not in tx.timers(), "it fires for ever"
    assert tx.timers() == []
    feeds = {fact.teller for fact in facts if fact.teller is not None}
    assert set(tx.index("feed-silent")) == feeds


@given(FACTS.map(lambda facts: [replace(fact, call="a") for fact in facts]))
@tried(300)
def test_a_number_that_came_late_was_told_on(facts: list[CallFact]) -> None:
    tx = told(facts)
    told_numbers = {(one.call, one.number_ref) for kind in (CallAbandoned, NumberLearned) for one in tx.said(kind)}
    for state in calls(tx):
        if state.abandoned_at is not None and state.number_ref is not None:
            assert (state.call, state.number_ref) in told_numbers
