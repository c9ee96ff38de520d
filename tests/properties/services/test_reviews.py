"""What must hold for a review whatever is said, repeated, late or never said (invariants I1 to I4 of the design)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from callback_desk import Desk, T
from exploring import tried
from hypothesis import event, given
from hypothesis import strategies as st

from chassis.host import Loaded
from chassis.testing.memory import MemoryTransaction
from contracts import registry
from contracts.callback.reviews import (
    Outcome,
    ReviewEscalated,
    ReviewOpened,
    Speaker,
)
from contracts.contact.calls import Abandonment, CallAbandoned, CallAnswered, Line, Marker, Sound
from contracts.envelope import Envelope, Event
from contracts.places import Location, LocationSource, Point
from services.callback import reactions
from services.callback.domain.commands import (
    CloseReview,
    EscalateReview,
    LearnLocation,
    LearnMarker,
    LinkIncident,
    NoteIncidentClosed,
    NoteRangAgain,
    OpenReview,
    RecordOutcome,
)
from services.contact.application import Contact
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls.facts import AnswerCall, EndCall, HangUp, PresentCall, QueueCall
from services.contact.policy import default as contact_policy

DAY = timedelta(days=1)
FIX = Location(source=LocationSource.HANDSET, point=Point(latitude=51.3, longitude=0.9), radius_m=30)
OPEN = st.builds(
    OpenReview,
    review=st.just("r"),
    abandonment=st.sampled_from(Abandonment),
    abandoned_at=st.just(T),
    number=st.sampled_from(["+447700900123", "08457", None]),
    number_ref=st.just("tel:1"),
    sounds=st.sampled_from([(), (Sound.SILENCE,), (Sound.VOICES,), (Sound.VIOLENCE,)]),
    markers=st.sampled_from([(), (Marker.VULNERABLE,), (Marker.DOMESTIC_ABUSE,), (Marker.PERSISTENT_WITH_PLAN,)]),
    location=st.sampled_from([None, FIX]),
    earlier_calls=st.integers(0, 3),
)
RECORDED = st.builds(
    RecordOutcome,
    review=st.just("r"),
    attempt=st.integers(1, 4),
    outcome=st.sampled_from(Outcome),
    spoke_to=st.sampled_from([None, "the caller"]),
    verified_by=st.just("date of birth"),
    free_to_talk=st.just(True),
    speaker=st.sampled_from(Speaker),
)
TOLD = st.tuples(
    st.integers(1, 4), st.sampled_from([outcome for outcome in Outcome if outcome not in (Outcome.SAFE, Outcome.UNKNOWN)])
)
LATER = st.one_of(
    OPEN,
    TOLD,
    TOLD,
    RECORDED,
    st.builds(LearnLocation, review=st.just("r"), at=st.just(T), location=st.just(FIX)),
    st.builds(LearnMarker, number_ref=st.just("tel:1"), marker=st.sampled_from(Marker)),
    st.builds(NoteRangAgain, review=st.just("r"), answered_call=st.sampled_from("de"), at=st.just(T)),
    st.builds(LinkIncident, review=st.just("r"), incident=st.sampled_from("ij"), at=st.just(T)),
    st.builds(NoteIncidentClosed, incident=st.sampled_from("ij")),
    st.builds(EscalateReview, review=st.just("r"), by=st.just("h7"), reason=st.just("odd"), deploy=st.booleans()),
    st.builds(CloseReview, review=st.just("r"), by=st.just("insp-1"), reason=st.just("looked into")),
)
STEPS = st.lists(st.tuples(st.integers(0, 600), LATER), max_size=12)


@given(OPEN, STEPS)
@tried(300)
def test_a_review_keeps_its_promises(opening: OpenReview, steps: list[tuple[int, Any]]) -> None:
    desk = Desk()
    desk.tell(opening)
    for seconds, command in steps:
        desk.wait(seconds)
        desk.tell(desk.telephone("r", *command) if isinstance(command, tuple) else command)
    desk.wait_until(T + DAY)
    review = desk.review("r")
    event(f"disposition: {review.disposition}")
    assert desk.tx.timers() == []
    assert not review.open or review.breach, "neither ended in time nor a recorded breach"
    if review.open and not review.open_incidents:
        desk.tell(CloseReview(review="r", by="insp-1", reason="looked into"))
        assert not desk.review("r").open, "nobody could end it"


@given(OPEN)
@tried(400)
def test_a_review_nobody_speaks_of_ends_or_is_handed_over(opening: OpenReview) -> None:
    desk = Desk()
    desk.tell(opening)
    desk.wait_until(T + DAY)
    review = desk.review("r")
    assert (not review.open) != any(said.deploy for said in desk.tx.said(ReviewEscalated))


FACTS = st.lists(
    st.one_of(
        st.builds(
            HangUp,
            call=st.sampled_from("abc"),
            at=st.integers(0, 90).map(lambda s: T + timedelta(seconds=s)),
            line=st.sampled_from(Line),
            number=st.sampled_from([None, "+447700900123"]),
            welfare_established=st.sampled_from([None, True, False]),
        ),
        st.builds(
            PresentCall,
            call=st.sampled_from("abc"),
            at=st.just(T),
            line=st.sampled_from(Line),
            number=st.sampled_from([None, "+447700900123"]),
            switch=st.just("kent-1"),
        ),
        st.builds(
            QueueCall,
            call=st.sampled_from("abc"),
            at=st.integers(0, 90).map(lambda s: T + timedelta(seconds=s)),
            queue=st.sampled_from(["999", "101"]),
        ),
        st.builds(
            AnswerCall,
            call=st.sampled_from("abc"),
            at=st.integers(0, 90).map(lambda s: T + timedelta(seconds=s)),
            handler=st.sampled_from(["h7", "h8"]),
        ),
        st.builds(EndCall, call=st.sampled_from("abc"), at=st.integers(0, 90).map(lambda s: T + timedelta(seconds=s))),
    ),
    max_size=14,
)


def heard(stream: str, n: int, said: Event) -> Envelope[Event]:
    return Envelope(
        id=f"{stream}/{n}",
        service="contact",
        stream=stream,
        version=n,
        position=n,
        type=registry.of(said).name,
        recorded=T,
        correlation="c",
        cause="c",
        actor="a",
        event=said,
    )


def contact() -> Contact:
    return Contact(contact_policy.load(), Numbers(lambda raw: (raw, True), lambda kind, value: f"{kind}:{value}"))


def told(facts: Sequence[Any]) -> MemoryTransaction:
    tx = MemoryTransaction(T)
    for fact in facts:
        after: Loaded[Any] = contact().handle(tx, fact)
        assert after.version > 0
    return tx


@given(FACTS, st.data())
@tried(400)
def test_every_abandoned_999_call_has_one_review_and_no_other_call_has_any(facts: list[Any], data: st.DataObject) -> None:
    said = told(facts)
    desk = Desk()
    for n, (stream, spoken) in enumerate(said.recorded, start=1):
        for command in [*reactions.react(heard(stream, n, spoken))] * data.draw(st.integers(1, 2)):
            desk.tell(command)
    abandoned = Counter(event.call for event in said.said(CallAbandoned))
    assert set(abandoned.values()) <= {1}
    emergencies = {event.call for event in said.said(CallAbandoned) if event.line is Line.EMERGENCY}
    assert {event.call for event in desk.tx.said(ReviewOpened)} == emergencies
    assert set(desk.tx.streams) == {f"review-{call}" for call in emergencies}


@given(FACTS, st.randoms(use_true_random=False))
@tried(400)
def test_facts_repeated_in_any_order_say_nothing_new(facts: list[Any], random: Any) -> None:
    tx = told(facts)
    before = len(tx.recorded)
    again = [replace(fact) for fact in facts]
    random.shuffle(again)
    for fact in again:
        contact().handle(tx, fact)
    contact_facts = tx.recorded[before:]
    assert contact_facts == [], "a repetition was told as news"


@given(FACTS)
@tried(400)
def test_waits_are_never_negative_and_nothing_told_is_lost(facts: list[Any]) -> None:
    tx = told(facts)
    assert all(event.waited_s >= 0 for event in [*tx.said(CallAnswered), *tx.said(CallAbandoned)])
    told_calls = {f"call-{fact.call}" for fact in facts}
    assert {stream for stream in tx.streams if stream.startswith("call-")} == told_calls
