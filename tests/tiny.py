"""Two tiny services for tests of the plumbing: a desk that takes calls, and one that listens and rings back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chassis.host import Loaded, Service, Timer, Transaction
from chassis.store.aggregate import Aggregate
from contracts.callback.reviews import AttemptStarted, ReviewAssessed, ReviewClosed, ReviewOpened, Risk
from contracts.callback.reviews import Disposition as How
from contracts.contact.calls import Abandonment, CallAbandoned, CallAnswered, CallQueued, CallReceived, Line
from contracts.envelope import Envelope, Event
from contracts.refusals import NotFound, Refused

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
PATIENCE = timedelta(seconds=60)


# -- the desk: service `contact`, streams `call-...`


class Call(msgspec.Struct, frozen=True):
    """One call, as far as these tests care."""

    call: str
    status: str
    queue: str = ""
    patience_ends: datetime | None = None
    transfers: int = 0


@dataclass(frozen=True)
class Receive:
    call: str


@dataclass(frozen=True)
class Queue:
    """Repeated with the same queue it changes nothing."""

    call: str
    queue: str = "999"


@dataclass(frozen=True)
class Answer:
    call: str


@dataclass(frozen=True)
class GiveUp:
    call: str


@dataclass(frozen=True)
class ReceiveAll:
    """Several streams in one use case."""

    calls: tuple[str, ...]


@dataclass(frozen=True)
class Break:
    """A use case with a defect: it records, then fails."""

    call: str
    error: Exception


def _queued(state: Call, event: Any) -> Call:
    return Call(state.call, "queued", event.queue, event.at + PATIENCE, state.transfers + 1)


def _over(status: str) -> Callable[[Call, Any], Call]:
    return lambda state, event: Call(state.call, status, transfers=state.transfers)


def _owes(state: Call) -> Mapping[str, datetime]:
    return {"patience": state.patience_ends} if state.patience_ends else {}


def _index(state: Call) -> Sequence[tuple[str, str]]:
    return () if state.status in ("answered", "abandoned") else (("open", state.queue or "none"), ("call", state.call))


CALL: Aggregate[Call] = Aggregate(
    "call",
    Call,
    {
        CallReceived: lambda state, event: Call(event.call, "received"),
        CallQueued: _queued,
        CallAnswered: _over("answered"),
        CallAbandoned: _over("abandoned"),
    },
    owes=_owes,
    index=_index,
    snapshot_every=4,
)


def decide_call(state: Call | None, command: Any, now: datetime) -> Sequence[Event]:
    if isinstance(command, Receive):
        return [] if state else [CallReceived(at=now, call=command.call, line=Line.EMERGENCY, switch="north")]
    if state is None:
        raise NotFound("no-such-call", "There is no such call.")
    match command:
        case Queue(queue=queue) if state.queue == queue:
            return []
        case Queue(call, queue) if not state.status.startswith("a"):
            return [CallQueued(at=now, call=call, queue=queue)]
        case Answer(call) if not state.status.startswith("a"):
            return [CallAnswered(at=now, call=call, handler="7")]
        case GiveUp(call) if state.queue != "stubborn":
            return [CallAbandoned(at=now, call=call, line=Line.EMERGENCY, abandonment=Abandonment.IN_QUEUE, waited_s=60)]
        case GiveUp():
            return []
    raise Refused("call-over", f"The call is {state.status}.")


def _take_call(tx: Transaction, command: Any) -> Loaded[Call]:
    match command:
        case ReceiveAll(calls):
            return [_take_call(tx, Receive(call)) for call in calls][-1]
        case Break(call, error):
            _take_call(tx, Receive(call))
            raise error
    stream = f"call-{command.call}"
    return tx.record(CALL, stream, decide_call(tx.load(CALL, stream).state, command, tx.now))


def contact(said: Callable[[Envelope[Event]], None] = lambda _: None, aggregate: Aggregate[Call] = CALL) -> Service:
    """The desk. `said` is its outside effect: called for every call that is abandoned."""
    return Service(
        "contact",
        (aggregate,),
        (),
        _take_call,
        lambda _: (),
        lambda timer: GiveUp(timer.stream[5:]),
        {CallAbandoned: said},
        frozenset(),
    )


# -- the listener: service `callback`, streams `review-...`, one for each call it heard of


class Review(msgspec.Struct, frozen=True):
    """What was heard of a call, in order, and whether it was rung."""

    call: str
    heard: tuple[str, ...] = ()
    ring_at: datetime | None = None
    rung: int = 0


@dataclass(frozen=True)
class Note:
    """Something was heard; noted again each time, so that a repetition shows."""

    call: str
    words: str


@dataclass(frozen=True)
class Open:
    call: str


@dataclass(frozen=True)
class Ring:
    call: str


@dataclass(frozen=True)
class Close:
    call: str


REVIEW: Aggregate[Review] = Aggregate(
    "review",
    Review,
    {
        ReviewAssessed: lambda s, e: Review(
            e.review, (*(s.heard if s else ()), *e.reasons), s.ring_at if s else None, s.rung if s else 0
        ),
        ReviewOpened: lambda s, e: Review(e.call, (*(s.heard if s else ()), "abandoned"), e.deadline, 0),
        AttemptStarted: lambda s, e: Review(s.call, s.heard, None, s.rung + 1),
        ReviewClosed: lambda s, e: Review(s.call, s.heard, None, s.rung),
    },
    owes=lambda state: {"ring": state.ring_at} if state.ring_at else {},
    index=lambda state: [("waiting", "all")] if state.ring_at else [],
    snapshot_every=5,
)


def decide_review(state: Review | None, command: Any, now: datetime) -> Sequence[Event]:
    match command:
        case Note(call, words):
            return [ReviewAssessed(at=now, review=call, risk=Risk.NONE_KNOWN, reasons=(words,), gate_open=False, policy="p")]
        case Open(call):
            due = now + PATIENCE
            kind = Abandonment.IN_QUEUE
            return [
                ReviewOpened(
                    at=now, review=call, call=call, abandonment=kind, abandoned_at=now, deadline=due,
                    emergency_period_ends=due, policy="p",
                )
            ]  # fmt: skip
        case Ring(call):
            return [AttemptStarted(at=now, review=call, attempt=1, attempt_id=f"try-{call}", number="+44", give_up_at=now)]
        case Close(call):
            return [ReviewClosed(at=now, review=call, call=call, disposition=How.CALLER_SAFE, reason="", attempts=0, by="x")]
    raise AssertionError(command)


def listener(broken: Mapping[str, Exception] | None = None, rung: Callable[[Envelope[Event]], None] = lambda _: None) -> Service:
    """The listener. What it hears of a queue in `broken` makes it fail; `rung` is its telephone. Answers do not concern it."""
    fails = broken if broken is not None else {}

    def handle(tx: Transaction, command: Any) -> Loaded[Review]:
        stream = f"review-{command.call}"
        loaded = tx.record(REVIEW, stream, decide_review(tx.load(REVIEW, stream).state, command, tx.now))
        if isinstance(command, Note) and command.words in fails:
            raise fails[command.words]
        return loaded

    return Service(
        "callback",
        (REVIEW,),
        ("contact",),
        handle,
        _hear,
        lambda timer: Ring(timer.stream[7:]),
        {AttemptStarted: rung},
        frozenset({CallReceived, CallQueued, CallAbandoned}),
    )


def _hear(heard: Envelope[Event]) -> Sequence[Any]:
    match heard.event:
        case CallReceived(call=call):
            return [Note(call, "received")]
        case CallQueued(call=call, queue=queue):
            return [Note(call, queue)]
        case CallAbandoned(call=call):
            return [Open(call)]
    return []


def patience(stream: str, due: datetime) -> Timer:
    return Timer(stream, "patience", due)
