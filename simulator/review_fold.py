"""Counts reviews from what the callback service stored, and holds every abandoned 999 call against its one review."""

from collections import Counter, deque
from datetime import datetime, timedelta

from chassis.durations import Durations
from contracts.callback.episodes import ReviewReopened
from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptEnded,
    AttemptStarted,
    Disposition,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    ReviewOpened,
)
from contracts.contact.calls import CallAbandoned, CallerRangAgain, Line
from contracts.envelope import Envelope, Event

SLACK = timedelta(hours=2)
"""What was established in a conversation may be recorded this long after the review ended."""
_NAMED = 20
"""So many violations are named; the rest is counted."""


class _Open:
    __slots__ = (
        "abandoned_at",
        "assessed",
        "called_off",
        "closed",
        "closed_at",
        "disposition",
        "outcomes",
        "over_before",
        "rung",
    )

    def __init__(self, abandoned_at: datetime) -> None:
        self.abandoned_at = abandoned_at
        self.assessed = self.rung = self.closed = False
        self.over_before = False
        self.called_off: datetime | None = None
        self.disposition = ""
        self.closed_at: datetime | None = None
        self.outcomes: dict[int, str] = {}


class ReviewFold:
    """Feed it the events of contact and callback in the order in which they were recorded."""

    def __init__(self) -> None:
        self._broken_off: set[str] = set()
        self._open: dict[str, _Open] = {}
        self._closed: deque[tuple[datetime, str]] = deque()
        self.counts: Counter[str] = Counter()
        self.dispositions: Counter[str] = Counter()
        self.risks: Counter[str] = Counter()
        self.escalations: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.time_to_review = Durations()
        self.time_to_ring_back = Durations()
        self.time_to_disposition = Durations()
        self.violations: list[str] = []

    def feed(self, envelope: Envelope[Event]) -> None:
        """Count one event."""
        while self._closed and self._closed[0][0] < envelope.recorded - SLACK:
            self._forget(*self._closed.popleft())
        match envelope.event:
            case CallAbandoned(line=Line.EMERGENCY) as event:
                self._broken_off.add(event.call)
                self.counts["identified"] += event.number_ref is not None
            case CallerRangAgain(call=call) if call in self._broken_off or call in self._open:
                self.counts["rang_again"] += 1
                self.counts["over_already"] += call in self._open and self._open[call].closed
            case AttemptCancelled(review=name, at=at) if name in self._open:
                self._open[name].called_off = at
            case ReviewOpened() as event:
                self._opened(event)
            case ReviewAssessed() as event:
                self._assessed(event)
            case AttemptStarted() as event:
                self._started(event)
            case AttemptEnded() as event:
                self._ended(event)
            case ReviewEscalated() as event:
                self.escalations[event.reason] += 1
            case ReviewClosed() as event:
                self._close(event, envelope.recorded)
            case ReviewReopened() as event:
                self._reopen(event)
            case _:
                pass

    def _forget(self, closed_at: datetime, name: str) -> None:
        """One that was opened again meanwhile is forgotten after its last end."""
        review = self._open.get(name)
        if review is not None and review.closed_at == closed_at:
            del self._open[name]

    def finish(self) -> None:
        """Nothing more will be recorded: what is open now stayed open."""
        for call in sorted(self._broken_off):
            self._violated(f"call {call} broke off and has no review")
        for review in sorted(name for name, review in self._open.items() if not review.closed):
            self._violated(f"review {review} has no disposition")

    def _violated(self, words: str) -> None:
        self.counts["violations"] += 1
        if len(self.violations) < _NAMED:
            self.violations.append(words)
        elif len(self.violations) == _NAMED:
            self.violations.append("and more")

    def _opened(self, event: ReviewOpened) -> None:
        self.counts["reviews"] += 1
        if event.call in self._broken_off:
            self._broken_off.remove(event.call)
        else:
            self._violated(f"review {event.review} is not the only one of an abandoned 999 call")
        self._open[event.review] = _Open(event.abandoned_at)

    def _assessed(self, event: ReviewAssessed) -> None:
        review = self._open.get(event.review)
        if review is None or review.assessed:
            return
        review.assessed = True
        self.risks[event.risk] += 1
        self.counts["gate_closed"] += not event.gate_open
        self.time_to_review.between(review.abandoned_at, event.at)

    def _started(self, event: AttemptStarted) -> None:
        self.counts["attempts"] += 1
        review = self._open.get(event.review)
        if review is not None and not review.rung:
            review.rung = True
            self.time_to_ring_back.between(review.abandoned_at, event.at)

    def _ended(self, event: AttemptEnded) -> None:
        """An attempt that was answered ends again when somebody says what was established: the last word counts."""
        review = self._open.get(event.review)
        if review is not None:
            self.outcomes.subtract(filter(None, [review.outcomes.get(event.attempt)]))
            review.outcomes[event.attempt] = event.outcome
        self.outcomes[event.outcome] += 1

    def _close(self, event: ReviewClosed, now: datetime) -> None:
        self.counts["dispositions"] += 1
        self.counts["breaches"] += event.breach
        self.dispositions[event.disposition] += 1
        review = self._open.get(event.review)
        if event.disposition is Disposition.CALLER_RANG_AGAIN and review is not None and not review.over_before:
            self.counts["called_off"] += 1
            self.counts["rings_called_off"] += review.called_off == event.at
        if review is None or review.closed:
            self._violated(f"review {event.review} has more than one disposition")
            return
        review.closed, review.closed_at, review.disposition = True, now, event.disposition
        self._closed.append((now, event.review))
        self.time_to_disposition.between(review.abandoned_at, event.at)

    def _reopen(self, event: ReviewReopened) -> None:
        """The disposition before no longer stands: a review has one, its last."""
        self.counts["reopened"] += 1
        self.counts["dispositions"] -= 1
        review = self._open.get(event.review)
        if review is None or not review.closed:
            self._violated(f"review {event.review} was opened again without having ended")
            return
        review.closed, review.closed_at, review.over_before = False, None, True
        self.dispositions[review.disposition] -= 1
