"""Attempts that never came here: a carrier's list of them becomes broken calls, one a caller, whatever is told again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact.calls import Abandonment, CallAbandoned, Line, Marker
from contracts.contact.harvest import AttemptsHarvested, HarvestTaken
from contracts.envelope import Event, Reference, Telephone
from services.contact.domain.calls.call import Call
from services.contact.domain.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCaller:
    """One caller of a carrier's list. `reference` tells those apart whose number does not."""

    attempted_at: tuple[datetime, ...]
    number: Telephone | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestCallers:
    """Take in a part of a carrier's list. `harvest` names the list."""

    harvest: str
    carrier: str
    callers: tuple[FailedCaller, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestCall:
    """One caller's attempts, with what is on record about the number."""

    call: str
    harvest: str
    attempted_at: tuple[datetime, ...]
    number: Telephone | None = None
    number_ref: Reference | None = None
    markers: tuple[Marker, ...] = ()
    earlier_calls: int = 0


class Harvest(msgspec.Struct, frozen=True):
    """What was taken in of a list so far: callers and attempts named, calls opened and extended."""

    harvest: str
    carrier: str
    callers: int = 0
    attempts: int = 0
    opened: int = 0
    extended: int = 0
    answered_since: int = 0


def decide(call: Call | None, command: HarvestCall) -> list[Event]:
    """The broken call of a caller, once; later only what is new of it. The call broke off for good with the last attempt."""
    if call is not None:
        new = tuple(sorted(set(command.attempted_at) - set(call.attempted_at)))
        if not new:
            return []
        return [AttemptsHarvested(at=new[-1], call=call.call, harvest=command.harvest, attempted_at=new)]
    attempts = tuple(sorted(set(command.attempted_at)))
    return [
        CallAbandoned(
            at=attempts[-1],
            call=command.call,
            line=Line.EMERGENCY,
            abandonment=Abandonment.BEFORE_PRESENTED,
            waited_s=0,
            number=command.number,
            number_ref=command.number_ref,
            markers=command.markers,
            earlier_calls=command.earlier_calls,
            harvest=command.harvest,
            attempted_at=attempts,
        )
    ]


def of_the_same_outage(call: Call, attempted_at: tuple[datetime, ...], rules: Rules) -> bool:
    """Whether attempts of the number belong to a harvested call of it."""
    return any(abs(known - new) <= rules.harvest_window for known in call.attempted_at for new in attempted_at)


def unknown(attempted_at: Iterable[datetime], came: Iterable[Call], rules: Rules) -> tuple[datetime, ...]:
    """The attempts that are not calls which came here: those have a life, and where they broke off a review, of their own."""
    known = list(came)
    return tuple(at for at in attempted_at if not any(_is(call, at, rules) for call in known))


def _is(call: Call, at: datetime, rules: Rules) -> bool:
    over = call.over_at or call.answered_at or call.since
    return call.since - rules.same_attempt <= at <= over + rules.same_attempt


def answered_after(broken: Call, other: Call, rules: Rules) -> bool:
    """Whether a harvested caller got through in another call: any time after the first attempt, within the window of the last."""
    at = other.answered_at
    return at is not None and broken.attempted_at[0] <= at <= broken.attempted_at[-1] + rules.harvest_window


def _taken(harvest: Harvest | None, event: HarvestTaken) -> Harvest:
    before = harvest or Harvest(event.harvest, event.carrier)
    return replace(
        before,
        callers=before.callers + event.callers,
        attempts=before.attempts + event.attempts,
        opened=before.opened + event.opened,
        extended=before.extended + event.extended,
        answered_since=before.answered_since + event.answered_since,
    )


EVOLVE: dict[type[Event], Callable[[Any, Any], Harvest]] = {HarvestTaken: _taken}
