"""Calls as people read them: made from the state alone, so that what was known at an instant reads the same way."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel

from contracts.contact import Abandonment, Line, Sound
from contracts.places import Location
from services.contact.domain.call import Call
from services.contact.domain.place import Place, told
from services.contact.domain.times import talked_s, waited_s


class Estimate(BaseModel):
    """Where the caller was said to be, and when. `words` are what a machine wrote beside its estimate: they are no address."""

    at: datetime
    location: Location
    cell: str | None = None
    words: str | None = None
    flags: tuple[str, ...] = ()


class CallView(BaseModel):
    """One call: the facts that stand. `status` says in a word how it is with it."""

    call: str
    status: str
    line: Line | None = None
    number: str | None = None
    presented_at: datetime | None = None
    queue: str | None = None
    queued_at: datetime | None = None
    handler: str | None = None
    answered_at: datetime | None = None
    waited_s: float | None = None
    abandoned_at: datetime | None = None
    abandonment: Abandonment | None = None
    sounds: tuple[Sound, ...] = ()
    ended_at: datetime | None = None
    talked_s: float | None = None
    answered_again_in: str | None = None
    locations: tuple[Estimate, ...] = ()
    set_aside: tuple[str, ...] = ()


class QueueView(BaseModel):
    """A queue with callers in it, and since when the first of them waits."""

    queue: str
    waiting: int
    since: datetime


def call(state: Call) -> CallView:
    """All that is known of one call."""
    left_at = state.left_queue_at or state.answered_at or state.abandoned_at
    return CallView(
        call=state.call,
        status=status(state),
        line=state.line,
        number=state.number,
        presented_at=state.presented_at,
        queue=state.queue,
        queued_at=state.queued_at,
        handler=state.handler,
        answered_at=state.answered_at,
        waited_s=None if left_at is None else waited_s(state.queued_at, left_at),
        abandoned_at=state.abandoned_at,
        abandonment=state.abandonment,
        sounds=state.sounds,
        ended_at=state.ended_at,
        talked_s=None if state.ended_at is None else talked_s(state.answered_at, state.ended_at),
        answered_again_in=state.rang_again,
        locations=tuple(estimate(place) for place in state.places),
        set_aside=state.set_aside,
    )


def estimate(place: Place) -> Estimate:
    """One estimate with all that is known of it."""
    return Estimate(at=place.at, location=told(place), cell=place.cell, words=place.words, flags=place.flags)


def status(state: Call) -> str:
    """Abandoned, ended, talking, waiting or presented."""
    if state.abandoned_at is not None:
        return "abandoned"
    if state.ended_at is not None:
        return "ended"
    if state.answered_at is not None:
        return "talking"
    return "presented" if state.queued_at is None else "waiting"


def queues(waiting: Iterable[str]) -> list[QueueView]:
    """The queues with callers in them, from the index of waiting calls, which is in order of queue and time."""
    count: Counter[str] = Counter()
    since: dict[str, datetime] = {}
    for value in waiting:
        queue, _, queued_at = value.rpartition(" ")
        count[queue] += 1
        since.setdefault(queue, datetime.fromisoformat(queued_at))
    return [QueueView(queue=queue, waiting=count[queue], since=since[queue]) for queue in sorted(count)]
