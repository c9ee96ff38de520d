"""Counts calls from what the contact service stored, remembering only those that are under way."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chassis.durations import Durations
from contracts.contact.calls import (
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallFactSetAside,
    CallQueued,
    CallReceived,
    Line,
)
from contracts.envelope import Envelope, Event
from simulator.queue_length import QueueLength


@dataclass(slots=True)
class _Open:
    line: Line | None = None
    presented_at: datetime | None = None
    queued_at: datetime | None = None
    answered: bool = False


class ContactFold:
    """Feed it the contact service's events in the order of their positions."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._open: dict[str, _Open] = {}
        self.counts: Counter[str] = Counter()
        self.calls_by_line: Counter[str] = Counter()
        self.abandoned_by_line: Counter[str] = Counter()
        self.abandoned_by_class: Counter[str] = Counter()
        self.by_hour: Counter[tuple[str, int]] = Counter()
        self.waits_answered = Durations()
        self.answer_times_999 = Durations()
        self.queue = QueueLength()

    def feed(self, envelope: Envelope[Event]) -> None:
        """Count one event."""
        self.queue.told_until(envelope.recorded)
        match envelope.event:
            case CallReceived() as event:
                self._received(event)
            case CallQueued() as event:
                self._call(event.call).queued_at = event.at
                self.queue.joined(event.at)
            case CallAnswered() as event:
                self._answered(event)
            case CallAbandoned() as event:
                self._abandoned(event)
            case CallEnded() as event:
                self.counts["ended"] += 1
                self._open.pop(event.call, None)
            case CallFactSetAside():
                self.counts["facts_set_aside"] += 1
            case _:
                pass

    def _call(self, call: str) -> _Open:
        return self._open.setdefault(call, _Open())

    def _hour(self, what: str, at: datetime) -> None:
        self.by_hour[what, at.astimezone(self._zone).hour] += 1

    def _received(self, event: CallReceived) -> None:
        call = self._call(event.call)
        call.line, call.presented_at = event.line, event.at
        self.counts["calls"] += 1
        self.calls_by_line[event.line] += 1
        self._hour("calls", event.at)

    def _answered(self, event: CallAnswered) -> None:
        call = self._call(event.call)
        left = event.left_queue_at or event.at
        if call.queued_at is not None:
            self.queue.left(left)
        self.waits_answered.add((left - call.queued_at).total_seconds() if call.queued_at else 0)
        if call.line is Line.EMERGENCY and call.presented_at is not None:
            self.answer_times_999.between(call.presented_at, event.at)
        self.counts["answered"] += 1
        self._hour("answered", event.at)
        call.answered = True

    def _abandoned(self, event: CallAbandoned) -> None:
        call = self._open.pop(event.call, _Open())
        self.counts["abandoned"] += 1
        self.abandoned_by_line[event.line] += 1
        self.abandoned_by_class[event.abandonment] += 1
        self._hour("abandoned", event.at)
        if call.queued_at is not None and not call.answered:
            self.queue.left(event.at)
            if (event.at - call.queued_at).total_seconds() <= 5:
                self.counts["hung_up_within_5s_of_queueing"] += 1
