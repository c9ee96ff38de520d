"""The callback service on a table of dictionaries: timers fire in order, and after every event each promise is looked at."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import event

from chassis.testing.memory import MemoryTransaction
from contracts.callback.episodes import LinkedIncidentEnded, ReviewReopened
from contracts.callback.reviews import (
    AttemptStarted,
    Disposition,
    IncidentLinked,
    Outcome,
    ReviewAssessed,
    ReviewClosed,
    ReviewInformed,
    ReviewOpened,
    Risk,
)
from contracts.contact.calls import Marker, Sound
from contracts.envelope import Event
from contracts.refusals import Refused
from services.callback.cases.reviews import Reviews
from services.callback.domain.commands import EndRinging
from services.callback.domain.course import follow
from services.callback.domain.review import Review
from services.callback.policy import default
from services.callback.streams import review_stream
from services.callback.timers import on_timer

T = datetime(2017, 6, 1, 12, tzinfo=UTC)


class Desk:
    """Tell it commands and let time pass; it fails as soon as a promise is broken."""

    def __init__(self) -> None:
        self.tx = MemoryTransaction(T)
        self.policy = default.load()
        self.cases = Reviews(self.policy)

    def wait_until(self, instant: datetime) -> None:
        """Time passes, and every timer fires when it is due."""
        while (timers := self.tx.timers()) and timers[0].due <= instant:
            timer = timers[0]
            self.tx.now = max(self.tx.now, timer.due)
            self.tell(on_timer(timer))
            assert timer not in self.tx.timers(), f"{timer.name} fires for ever"
        self.tx.now = max(self.tx.now, instant)

    def wait(self, seconds: float) -> None:
        """So long."""
        self.wait_until(self.tx.now + timedelta(seconds=seconds))

    def tell(self, command: Any) -> None:
        """Obey a command, or refuse it; then look."""
        try:
            self.cases.handle(self.tx, command)
        except Refused as refused:
            event(f"refused: {refused.code}")
        self.look()
        self._deciding_twice_is_deciding_once(command)

    def telephone(self, review: str, n: int, outcome: Outcome) -> EndRinging:
        """What the telephone says about an attempt, or about one that nobody made."""
        started = {event.attempt: event.attempt_id for event in self.tx.said(AttemptStarted) if event.review == review}
        return EndRinging(review=review, attempt_id=started.get(n, "foreign"), outcome=outcome, at=self.tx.now)

    def review(self, review: str) -> Review:
        """How a review stands."""
        state = self.tx.load(self.cases.kind, review_stream(review)).state
        assert state is not None
        return state

    def reviews(self) -> list[Review]:
        """All of them."""
        return [self.review(stream.removeprefix("review-")) for stream in self.tx.streams if stream.startswith("review-")]

    def look(self) -> None:
        """Every promise, of every review."""
        ids = [event.attempt_id for event in self.tx.said(AttemptStarted)]
        assert len(set(ids)) == len(ids), "an identity was dialled twice"
        for review in self.reviews():
            story = self.tx.streams[review_stream(review.review)]
            one_review_and_one_disposition(story)
            nothing_is_dialled_that_must_not_be(story)
            the_risk_never_falls(story)
            nothing_ends_while_its_incident_is_open(story)
            nothing_rings_on(review)
            assert review.merged_into is None or not review.open or self.review(review.merged_into).open, "it goes on nowhere"
            rules = self.policy.version(review.policy)
            assert follow(review, self.tx.now, rules) == [], "the review would do more by itself"

    def _deciding_twice_is_deciding_once(self, command: Any) -> None:
        before = len(self.tx.recorded)
        with suppress(Refused):
            self.cases.handle(self.tx, command)
        assert len(self.tx.recorded) == before, f"{command} said more when it was repeated"


def one_review_and_one_disposition(story: list[Event]) -> None:
    """I1, I3: opened once, and the last end is the one that stands."""
    said = Counter(type(event) for event in story)
    assert said[ReviewOpened] == 1
    assert said[ReviewClosed] - said[ReviewReopened] in (0, 1), "a review has two dispositions"


def the_risk_never_falls(story: list[Event]) -> None:
    """Nothing learned later makes a call harmless."""
    said = [event for event in story if isinstance(event, ReviewAssessed)]
    risks = [list(Risk).index(event.risk) for event in said]
    assert risks == sorted(risks)
    gates = [event.gate_open for event in said]
    assert gates == sorted(gates, reverse=True), "the gate opened again"


def nothing_ends_while_its_incident_is_open(story: list[Event]) -> None:
    """DOMAIN section 3.9."""
    linked: set[str] = set()
    for said in story:
        if isinstance(said, IncidentLinked):
            linked.add(said.incident)
        elif isinstance(said, LinkedIncidentEnded):
            linked.discard(said.incident)
        elif isinstance(said, ReviewClosed):
            assert not linked or (len(linked) == 1 and said.disposition is Disposition.INCIDENT_RESOLVED)
            linked.clear()


SHUTTING_MARKERS = {Marker.DOMESTIC_ABUSE, Marker.STALKING, Marker.HOSTAGE, Marker.DO_NOT_RING, Marker.CODEWORD}


def nothing_is_dialled_that_must_not_be(story: list[Event]) -> None:
    """I4, read from the facts themselves: not past the gate, not after the end, no attempt twice."""
    shut = closed = False
    dialled: list[int] = []
    for said in story:
        if isinstance(said, ReviewOpened | ReviewInformed):
            shut = shut or Sound.VIOLENCE in said.sounds or bool(SHUTTING_MARKERS & set(said.markers))
        shut = shut or (isinstance(said, ReviewAssessed) and not said.gate_open)
        closed = (closed or isinstance(said, ReviewClosed)) and not isinstance(said, ReviewReopened)
        if isinstance(said, AttemptStarted):
            assert not shut, "dialled past the safety gate"
            assert not closed, "dialled after the end"
            assert said.permit, "dialled without a permit"
            dialled.append(said.attempt)
    assert len(set(dialled)) == len(dialled), "an attempt was dialled twice"


def nothing_rings_on(review: Review) -> None:
    """A telephone rings only as long as it may: else it was told to stop."""
    for attempt in review.attempts:
        if attempt.ringing and attempt.recalled is None:
            assert review.open, "it rings for a review that is over"
            assert review.gate_open, "it rings behind a shut gate"
    assert review.planned is None or (review.open and review.gate_open)
