"""An abandoned 999 call whose review must be seen in time: the silence of whoever reviews is noticed from outside of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact.calls import Abandonment, Marker, Sound
from contracts.envelope import Event
from contracts.incident.unreviewed import CallUnreviewed, ReviewExpected, ReviewSeen, UnreviewedExplained
from contracts.places import Location
from contracts.refusals import Invalid, NotFound, Refused
from services.incident.domain.place import Place, place_of
from services.incident.domain.room import RoomRules

REVIEW = "review"


class Abandoned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was heard of the call and of its review, in whatever order. Without `expect_by` nobody waits for a review."""

    call: str
    broke_off_at: datetime | None = None
    expect_by: datetime | None = None
    abandonment: Abandonment | None = None
    number: str | None = None
    place: Place | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    unreviewed_since: datetime | None = None
    reviewed_at: datetime | None = None
    explained_by: str | None = None
    explanation: str | None = None

    @property
    def settled(self) -> bool:
        """Its review is open, or a supervisor said why it needs none."""
        return self.reviewed_at is not None or self.explained_by is not None

    @property
    def alarming(self) -> bool:
        """Nobody reviews it, and it was told."""
        return self.unreviewed_since is not None and not self.settled


@dataclass(frozen=True, slots=True)
class ExpectReview:
    """A 999 call broke off."""

    call: str
    at: datetime
    abandonment: Abandonment
    number: str | None = None
    location: Location | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()


@dataclass(frozen=True, slots=True)
class SeeReview:
    """Its review is open. `incident`: the one that was opened for the call meanwhile, filled in by the use case."""

    call: str
    at: datetime
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class PassReview:
    """A timer: by now its review must have been seen."""

    call: str


@dataclass(frozen=True, slots=True)
class ExplainUnreviewed:
    """A supervisor knows why none is needed."""

    call: str
    by: str
    reason: str


Command = ExpectReview | SeeReview | PassReview | ExplainUnreviewed


def abandoned_of(call: str) -> str:
    """The stream of an abandoned call."""
    return f"abandoned-{call}"


def decide(state: Abandoned | None, command: Command, now: datetime, rules: RoomRules) -> list[Event]:
    """The events that obey. Which of the call and its review is heard first is chance, and makes no difference."""
    match command:
        case ExpectReview():
            return [] if state is not None else [_expected(command, now, rules)]
        case SeeReview():
            seen = state is not None and state.reviewed_at is not None
            return [] if seen else [ReviewSeen(at=command.at, call=command.call, incident=command.incident)]
        case PassReview():
            return [] if state is None or REVIEW not in owes(state) else [_unreviewed(state, now)]
        case ExplainUnreviewed():
            return _explain(state, command, now)


def _expected(command: ExpectReview, now: datetime, rules: RoomRules) -> ReviewExpected:
    """Counted from when it was heard of: what was told late is reviewed late, and that is no silence."""
    return ReviewExpected(
        at=command.at,
        call=command.call,
        expect_by=now + timedelta(seconds=rules.unreviewed.within_s),
        policy=rules.version,
        abandonment=command.abandonment,
        number=command.number,
        location=command.location,
        sounds=command.sounds,
        markers=command.markers,
    )


def _unreviewed(state: Abandoned, now: datetime) -> CallUnreviewed:
    assert state.broke_off_at is not None
    location = None if state.place is None else state.place.location()
    return CallUnreviewed(at=now, call=state.call, broke_off_at=state.broke_off_at, number=state.number, location=location)


def _explain(state: Abandoned | None, command: ExplainUnreviewed, now: datetime) -> list[Event]:
    known = alarmed(state)
    if known.explained_by is not None and (known.explained_by, known.explanation) == (command.by, command.reason):
        return []
    if known.settled:
        raise Refused("not-unreviewed", "Its review is open." if known.reviewed_at else f"{known.explained_by} explained it.")
    if not command.reason.strip():
        raise Invalid("reason-needed", "Say why it needs no review.")
    return [UnreviewedExplained(at=now, call=command.call, by=command.by, reason=command.reason)]


def alarmed(state: Abandoned | None) -> Abandoned:
    """The call, if there ever was an alarm about it; raises NotFound."""
    if state is None or state.unreviewed_since is None:
        raise NotFound("call-unknown", "There was no alarm that this call is unreviewed.")
    return state


def _on_expected(_: Abandoned | None, event: ReviewExpected) -> Abandoned:
    return Abandoned(
        call=event.call,
        broke_off_at=event.at,
        expect_by=event.expect_by,
        abandonment=event.abandonment,
        number=event.number,
        place=place_of(event.location),
        sounds=tuple(event.sounds),
        markers=tuple(event.markers),
    )


def _on_seen(state: Abandoned | None, event: ReviewSeen) -> Abandoned:
    return replace(state or Abandoned(call=event.call), reviewed_at=event.at)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Abandoned]] = {
    ReviewExpected: _on_expected,
    ReviewSeen: _on_seen,
    CallUnreviewed: lambda state, event: replace(state, unreviewed_since=event.at),
    UnreviewedExplained: lambda state, event: replace(state, explained_by=event.by, explanation=event.reason),
}


def owes(state: Abandoned) -> Mapping[str, datetime]:
    """The look that decides whether anybody reviews it."""
    if state.settled or state.unreviewed_since is not None or state.expect_by is None:
        return {}
    return {REVIEW: state.expect_by}


def index(state: Abandoned) -> Iterator[tuple[str, str]]:
    """While nobody reviews it, by when that was told."""
    if state.alarming and state.unreviewed_since is not None:
        yield "unreviewed", state.unreviewed_since.isoformat(timespec="milliseconds")
