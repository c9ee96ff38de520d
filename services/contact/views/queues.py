"""Who waits, in the order of answering, and who answers which queue; from the index alone, which is in that order."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel

from contracts.contact.calls import Line
from services.contact.domain.calls.call import Call
from services.contact.domain.desks.staff import Handler


class Turn(NamedTuple):
    """One place in the order of answering."""

    rank: int
    place_at: datetime
    queued_at: datetime
    queue: str


class QueueView(BaseModel):
    """A queue with callers in it, and since when the first of them waits."""

    queue: str
    waiting: int
    since: datetime


class NextView(BaseModel):
    """A caller whose turn comes: by line, then by place. `ring_back`: the line is free, the place was kept; ring `number`."""

    call: str
    line: Line
    queue: str
    queued_at: datetime
    place_at: datetime
    credited_from: str | None = None
    ring_back: bool = False
    rung: int = 0
    number: str | None = None


class HandlerView(BaseModel):
    """Which queues a handler answers, since when and by whose word."""

    handler: str
    queues: tuple[str, ...]
    since: datetime
    by: str
    reason: str


def turn(value: str) -> Turn:
    """A place, from its index entry."""
    rank, place_at, queued_at, queue = value.split(" ", 3)
    return Turn(int(rank), datetime.fromisoformat(place_at), datetime.fromisoformat(queued_at), queue)


def queues(waiting: Iterable[str]) -> list[QueueView]:
    """The queues with callers in them."""
    count: Counter[str] = Counter()
    since: dict[str, datetime] = {}
    for value in waiting:
        one = turn(value)
        count[one.queue] += 1
        since[one.queue] = min(since.get(one.queue, one.queued_at), one.queued_at)
    return [QueueView(queue=queue, waiting=count[queue], since=since[queue]) for queue in sorted(count)]


def next_of(state: Call) -> NextView:
    """A waiting call as a handler is offered it."""
    assert state.queued_at is not None and state.queue is not None
    return NextView(
        call=state.call,
        line=state.line or Line.EMERGENCY,
        queue=state.queue,
        queued_at=state.queued_at,
        place_at=state.place_at or state.queued_at,
        credited_from=state.credited_from,
        ring_back=state.released_at is not None,
        rung=state.place_rung,
        number=state.number if state.released_at is not None else None,
    )


def handler(state: Handler) -> HandlerView:
    """One handler."""
    return HandlerView(handler=state.handler, queues=state.queues, since=state.since, by=state.by, reason=state.reason)
