"""Calls and callers as people read them: made from the state alone, so that what was known at an instant reads the same way."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import structs
from pydantic import BaseModel

from contracts.contact.calls import Abandonment, Channel, Line, Sound, Start
from contracts.places import Location
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.oddities import Flag, flags
from services.contact.domain.place import Place, told
from services.contact.domain.times import stamp, talked_s, waited_s


class Estimate(BaseModel):
    """Where the caller was said to be, and when. `words` are what a machine wrote beside its estimate: they are no address."""

    at: datetime
    location: Location
    cell: str | None = None
    words: str | None = None
    flags: tuple[str, ...] = ()


class Said(BaseModel):
    """Something that was said and does not stand: by whom, and by how many seconds its time lies after the one that does."""

    at: datetime
    fact: str
    reason: str
    teller: str | None = None
    apart_s: float | None = None


class CallView(BaseModel):
    """One call: the facts that stand. `status` says in a word how it is with it; `flags` what is odd about what was told."""

    call: str
    status: str
    line: Line | None = None
    channel: Channel | None = None
    start: Start | None = None
    switch: str | None = None
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
    place_at: datetime | None = None
    credited_from: str | None = None
    place_kept_at: datetime | None = None
    answered_again_in: str | None = None
    locations: tuple[Estimate, ...] = ()
    set_aside: tuple[str, ...] = ()
    disagreements: tuple[Said, ...] = ()
    flags: tuple[Flag, ...] = ()


def call(state: Call) -> CallView:
    """All that is known of one call."""
    left_at = state.left_queue_at or state.answered_at or state.abandoned_at
    return CallView(
        call=state.call,
        status=status(state),
        line=state.line,
        channel=state.channel,
        start=state.start,
        switch=state.switch,
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
        place_at=state.place_at or state.queued_at,
        credited_from=state.credited_from,
        place_kept_at=state.place_kept_at,
        answered_again_in=state.rang_again,
        locations=tuple(estimate(place) for place in state.places),
        set_aside=tuple(said.fact for said in state.asides),
        disagreements=tuple(disagreements(state)),
        flags=flags(state),
    )


def disagreements(state: Call) -> Iterator[Said]:
    """Where two clocks told one thing: what stands is in the call, what was told besides is here."""
    if state.left_queue_at is not None and state.answered_at not in (None, state.left_queue_at):
        assert state.answered_at is not None
        yield Said(
            at=state.left_queue_at,
            fact=f"left the queue at {stamp(state.left_queue_at)}",
            reason=f"{state.handler} answered it at {stamp(state.answered_at)}",
            teller=state.switch,
            apart_s=(state.left_queue_at - state.answered_at).total_seconds(),
        )
    yield from (Said(**structs.asdict(said)) for said in state.asides)


def estimate(place: Place) -> Estimate:
    """One estimate with all that is known of it."""
    return Estimate(at=place.at, location=told(place), cell=place.cell, words=place.words, flags=place.flags)


def status(state: Call) -> str:
    """Abandoned, ended, talking, waiting, to be rung back, presented, or answered in another call."""
    if state.abandoned_at is not None:
        return "abandoned"
    if state.ended_at is not None:
        return "ended"
    if state.given_up_at is not None:
        return "answered in another call"
    if state.answered_at is not None:
        return "talking"
    if state.queued_at is None:
        return "presented"
    return "waiting" if state.released_at is None else "to be rung back"
