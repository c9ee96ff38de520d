"""Counts reviews from what the callback service stored, and holds every abandoned 999 call against its one review."""

from collections import Counter
from datetime import datetime

from contracts.callback import (
    AttemptEnded,
    AttemptStarted,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    ReviewOpened,
)
from contracts.contact import CallAbandoned, Line
from contracts.envelope import Envelope, Event
from simulator.durations import Durations

_NAMED = 50
"""So many violations are named; the rest is counted."""


class _Open:
    __slots__ = ("abandoned_at", "assessed", "call", "rung")

    def __init__(self, call: str, abandoned_at: datetime) -> None:
        self.call, self.abandoned_at = call, abandoned_at
        self.assessed = self.rung = False


class ReviewFold:
    """Feed it the events of contact and callback in the order in which they were recorded."""

    def __init__(self) -> None:
        self._broken_off: set[str] = set()
        self._open: dict[str, _Open] = {}
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
        match envelope.event:
            case CallAbandoned(line=Line.EMERGENCY, call=call):
                self._broken_off.add(call)
            case ReviewOpened() as event:
                self._opened(event)
            case ReviewAssessed() as event:
                self._assessed(event)
            case AttemptStarted() as event:
                self._started(event)
            case AttemptEnded() as event:
                self.outcomes[event.outcome] += 1
            case ReviewEscalated() as event:
                self.escalations[event.reason] += 1
            case ReviewClosed() as event:
                self._closed(event)
            case _:
                pass

    def finish(self) -> None:
        """Nothing more will be recorded: what is open now stayed open."""
        for call in sorted(self._broken_off):
            self._violated(f"call {call} broke off and has no review")
        for review in sorted(self._open):
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
        self._open[event.review] = _Open(event.call, event.abandoned_at)

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

    def _closed(self, event: ReviewClosed) -> None:
        self.counts["dispositions"] += 1
        self.counts["breaches"] += event.breach
        self.dispositions[event.disposition] += 1
        review = self._open.pop(event.review, None)
        if review is None:
            self._violated(f"review {event.review} has more than one disposition")
        else:
            self.time_to_disposition.between(review.abandoned_at, event.at)
