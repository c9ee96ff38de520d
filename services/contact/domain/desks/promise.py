"""A helpline call that nobody answered is a promise: somebody owns it, it is due by a working day's end, and it can be broken."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from contracts.contact.contacts import PromiseBroken, PromiseHandedOver, PromiseKept, PromiseMade, PromiseTried
from contracts.envelope import Event, Narrative, Reference, Telephone
from contracts.refusals import NotFound, Refused
from services.contact.domain.desks.working_days import Nation
from services.contact.domain.times import stamp


class HelplineRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose the promise is at first, and by when it is kept: so many working days of a nation later, at a time of day."""

    owner: str
    within_working_days: int
    by: time
    zone: str
    nation: str
    nations: dict[str, Nation]

    def __post_init__(self) -> None:
        if self.within_working_days < 1:
            raise ValueError("`within_working_days` must be 1 at least")
        if self.nation not in self.nations:
            raise ValueError(f"`nation` must be one of {', '.join(sorted(self.nations))}")
        ZoneInfo(self.zone)

    def due(self, at: datetime) -> datetime:
        """By when somebody who rang in vain at an instant is rung back."""
        zone = ZoneInfo(self.zone)
        day = self.nations[self.nation].after(at.astimezone(zone).date(), self.within_working_days)
        return datetime.combine(day, self.by, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePromise:
    """A helpline call went unanswered; the promise has the id of its call, so there can be one at most."""

    promise: str
    at: datetime
    number: Telephone | None = None
    number_ref: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverPromise:
    """Somebody else takes it."""

    promise: str
    owner: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryPromise:
    """The caller was rung and not reached."""

    promise: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPromise:
    """The caller was spoken to."""

    promise: str
    by: str
    words: Narrative | None = None
    answered_call: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteBroken:
    """It is due now."""

    promise: str


PromiseCommand = MakePromise | HandOverPromise | TryPromise | KeepPromise | NoteBroken


class Promise(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who owes whom a call, by when, and how often it was tried."""

    promise: str
    owner: str
    made_at: datetime
    due: datetime
    nation: str
    number: str | None = None
    number_ref: str | None = None
    tries: int = 0
    broken: bool = False
    kept_at: datetime | None = None
    kept_by: str | None = None
    answered_call: str | None = None


def owes(promise: Promise) -> Mapping[str, datetime]:
    """The moment from which it is broken."""
    return {} if promise.broken or promise.kept_at is not None else {"due": promise.due}


def index(promise: Promise) -> Iterable[tuple[str, str]]:
    """Open promises, the one due first first; and by number, for the caller who rings again."""
    if promise.kept_at is None:
        yield "promise", stamp(promise.due)
        if promise.broken:
            yield "promise-broken", stamp(promise.due)
        if promise.number_ref is not None:
            yield "promise-number", promise.number_ref


def decide(promise: Promise | None, command: PromiseCommand, now: datetime, rules: HelplineRules) -> list[Event]:
    """A promise is made once; whoever keeps it ends it, also after it was broken."""
    if isinstance(command, MakePromise):
        return [] if promise is not None else [_made(command, rules)]
    if promise is None:
        raise NotFound("promise-unknown", "There is no promise of this id.")
    match command:
        case HandOverPromise():
            _open(promise)
            same = promise.owner == command.owner
            return [] if same else [PromiseHandedOver(at=now, promise=promise.promise, owner=command.owner, by=command.by)]
        case TryPromise():
            _open(promise)
            return [PromiseTried(at=now, promise=promise.promise, by=command.by)]
        case KeepPromise():
            return [] if promise.kept_at is not None else [_kept(promise, command, now)]
        case NoteBroken():
            over = promise.broken or promise.kept_at is not None
            return [] if over else [PromiseBroken(at=now, promise=promise.promise, owner=promise.owner, due=promise.due)]


def _made(command: MakePromise, rules: HelplineRules) -> PromiseMade:
    return PromiseMade(
        at=command.at,
        promise=command.promise,
        call=command.promise,
        owner=rules.owner,
        due=rules.due(command.at),
        nation=rules.nation,
        number=command.number,
        number_ref=command.number_ref,
    )


def _kept(promise: Promise, command: KeepPromise, now: datetime) -> PromiseKept:
    return PromiseKept(at=now, promise=promise.promise, by=command.by, words=command.words, answered_call=command.answered_call)


def _open(promise: Promise) -> None:
    if promise.kept_at is not None:
        raise Refused("promise-kept", "The promise is kept already.")


def _was_made(_: Promise | None, event: PromiseMade) -> Promise:
    return Promise(event.promise, event.owner, event.at, event.due, event.nation, event.number, event.number_ref)


def _handed_over(promise: Promise, event: PromiseHandedOver) -> Promise:
    return replace(promise, owner=event.owner)


def _tried(promise: Promise, _: PromiseTried) -> Promise:
    return replace(promise, tries=promise.tries + 1)


def _was_kept(promise: Promise, event: PromiseKept) -> Promise:
    return replace(promise, kept_at=event.at, kept_by=event.by, answered_call=event.answered_call)


def _was_broken(promise: Promise, _: PromiseBroken) -> Promise:
    return replace(promise, broken=True)


EVOLVE: dict[type[Event], Callable[[Any, Any], Promise]] = {
    PromiseMade: _was_made,
    PromiseHandedOver: _handed_over,
    PromiseTried: _tried,
    PromiseKept: _was_kept,
    PromiseBroken: _was_broken,
}
