"""What must hold between the stored events of the services (invariants I1 to I7), checked stream by stream."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from chassis.store.codec import reader
from chassis.store.storage import Storage
from contracts.callback.episodes import ReviewReopened
from contracts.callback.reviews import AttemptStarted, ReviewAssessed, ReviewClosed, ReviewEscalated, ReviewOpened
from contracts.contact.calls import CallAbandoned, Line
from contracts.dispatch.deployment import (
    AssignmentEnded,
    JobRequested,
    JobUnitAdded,
    JobUnitRemoved,
    UnitAssigned,
    UnitBookedOff,
    UnitBookedOn,
)
from contracts.envelope import Event

PAGE = 1000
SETTLED = timedelta(seconds=60)
Facts = list[tuple[type[Event], Any]]


def broken(stores: Mapping[str, Storage], now: datetime, complete: bool, progress: Callable[[int], None]) -> Iterator[str]:
    """Every breach in words. `complete`: the run is over, so every review must have ended; else what is recent may be open."""
    yield from _reviewed(stores["contact"], stores["callback"], now, complete, progress)
    for stream in _streams(stores["callback"], "review-"):
        facts = _facts(stores["callback"], stream)
        yield from _review(stream, facts, stores["contact"], now, complete)
    for stream in _streams(stores["dispatch"], "unit-"):
        yield from _unit(stream, _facts(stores["dispatch"], stream))
    for stream in _streams(stores["dispatch"], "job-"):
        yield from _job(stream, _facts(stores["dispatch"], stream))


def _reviewed(
    contact: Storage, callback: Storage, now: datetime, complete: bool, progress: Callable[[int], None]
) -> Iterator[str]:
    position = 0
    while events := contact.page(position, PAGE):
        for event in events:
            model, read = reader(event.type)
            if model is not CallAbandoned:
                continue
            fact = read(event.state)
            if fact.line != Line.EMERGENCY or (not complete and now - fact.at < SETTLED):
                continue
            review = f"review-{event.stream.removeprefix('call-')}"
            opened = sum(kind is ReviewOpened for kind, _ in _facts(callback, review))
            if opened != 1:
                yield f"I1: {event.stream} was abandoned and has {opened} reviews"
        position = events[-1].position
        progress(len(events))


def _review(stream: str, facts: Facts, contact: Storage, now: datetime, complete: bool) -> Iterator[str]:
    call = f"call-{stream.removeprefix('review-')}"
    if not any(kind is CallAbandoned for kind, _ in _facts(contact, call)):
        yield f"I2: {stream} reviews {call}, which was not abandoned"
    closed = sum((kind is ReviewClosed) - (kind is ReviewReopened) for kind, _ in facts)
    if closed > 1 or (complete and closed == 0):
        yield f"I3: {stream} has {closed} dispositions"
    deadline = next((fact.deadline for kind, fact in facts if kind is ReviewOpened), None)
    late = any(kind is ReviewEscalated and fact.breach for kind, fact in facts)
    if not closed and not late and deadline is not None and now > deadline + SETTLED:
        yield f"I3: {stream} is past its deadline, without a disposition and without a recorded breach"
    yield from _attempts(stream, facts)


def _attempts(stream: str, facts: Facts) -> Iterator[str]:
    dialled: Counter[int] = Counter()
    over, gate_open = False, False
    for kind, fact in facts:
        if kind is ReviewAssessed:
            gate_open = fact.gate_open
        elif kind is ReviewClosed:
            over = True
        elif kind is ReviewReopened:
            over = False
        elif kind is AttemptStarted:
            dialled[fact.attempt] += 1
            if over:
                yield f"I4: {stream} was rung (attempt {fact.attempt}) after its end"
            if not gate_open:
                yield f"I4: {stream} was rung (attempt {fact.attempt}) past a closed safety gate"
    yield from (f"I4: {stream} dialled attempt {number} {times} times" for number, times in dialled.items() if times > 1)


def _unit(stream: str, facts: Facts) -> Iterator[str]:
    held: dict[str, str] = {}
    on_duty = False
    for kind, fact in facts:
        if kind is UnitBookedOn:
            on_duty = True
        elif kind is UnitBookedOff:
            on_duty = False
        elif kind is UnitAssigned:
            if not on_duty:
                yield f"I7: {stream} was assigned to {fact.incident} while off duty"
            if set(fact.overlaps) != set(held.values()):
                holding = ", ".join(held.values()) or "nothing"
                yield f"I5: {stream} was assigned to {fact.incident} while it held {holding}, and that was not flagged"
            held[fact.assignment] = fact.incident
        elif kind is AssignmentEnded and held.pop(fact.assignment, None) is None:
            yield f"I7: {stream} was released from {fact.incident}, which it did not hold"


def _job(stream: str, facts: Facts) -> Iterator[str]:
    asked, outside = 0, False
    working: set[str] = set()
    for kind, fact in facts:
        if kind is JobRequested:
            asked, outside = max(asked, fact.units), fact.outside
        elif kind is JobUnitAdded:
            working.add(fact.assignment)
            if len(working) > asked and not outside and not fact.override:
                yield f"I6: {stream} has {len(working)} units and asked for {asked}, and nobody overrode it"
        elif kind is JobUnitRemoved:
            working.discard(fact.assignment)


def _facts(storage: Storage, stream: str) -> Facts:
    facts = []
    for event in storage.stream(stream):
        model, read = reader(event.type)
        facts.append((model, read(event.state)))
    return facts


def _streams(storage: Storage, prefix: str) -> Iterator[str]:
    after = prefix
    while streams := storage.streams(after, PAGE):
        for stream in streams:
            if not stream.startswith(prefix):
                return
            yield stream
        after = streams[-1]
