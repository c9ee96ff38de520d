"""A call a carrier told of: under review, awaited, or an orphan, until it is matched or explained."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback.reconciliation import AccountTaken, CarriedMatched, CarrierTold, OrphanExplained, OrphanFound
from contracts.envelope import Event, Telephone
from services.callback.domain.review import Review, stamp
from services.callback.reconciliation.hours import key, times


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedCall:
    """One call of a carrier's list."""

    at: datetime
    number: Telephone | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellCarried:
    """A part of a carrier's list. `account` names the list."""

    account: str
    carrier: str
    calls: tuple[CarriedCall, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookForReview:
    """By now the call must be under review."""

    carried: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOrphan:
    """A supervisor knows why there is none."""

    carried: str
    by: str
    reason: str


class Carried(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call as the carrier tells it."""

    carried: str
    account: str
    carrier: str
    called_at: datetime
    number: str | None = None
    number_ref: str | None = None
    reference: str | None = None
    review: str | None = None
    look_at: datetime | None = None
    orphan_since: datetime | None = None
    explained_by: str | None = None
    explanation: str | None = None

    @property
    def unmatched(self) -> bool:
        """Neither under review nor explained."""
        return self.review is None and self.explained_by is None


class Account(msgspec.Struct, frozen=True):
    """What was taken in of one list so far."""

    account: str
    carrier: str
    told: int = 0
    matched: int = 0


def owes(carried: Carried) -> Mapping[str, datetime]:
    """The look that decides whether it is an orphan."""
    if carried.unmatched and carried.orphan_since is None and carried.look_at is not None:
        return {"orphan": carried.look_at}
    return {}


def index(carried: Carried) -> Iterable[tuple[str, str]]:
    """Those without a review by their time and by number, the orphans among them by age, all others by their review."""
    if carried.review is not None:
        yield "matched", carried.review
    if carried.unmatched:
        yield "unmatched", stamp(carried.called_at)
        yield "awaited", key(carried.called_at, carried.number_ref)
        if carried.orphan_since is not None:
            yield "orphan", stamp(carried.orphan_since)


def fits(carried: Carried, review: Review, within_s: float) -> bool:
    """Whether a review is of this call: the same number, or none on both sides, at the same time by two clocks."""
    if carried.number_ref != review.number_ref:
        return False
    return any(abs((carried.called_at - at).total_seconds()) <= within_s for at in times(review))


def _told(_: Carried | None, event: CarrierTold) -> Carried:
    return Carried(
        carried=event.carried,
        account=event.account,
        carrier=event.carrier,
        called_at=event.at,
        number=event.number,
        number_ref=event.number_ref,
        reference=event.reference,
        review=event.review,
        look_at=event.look_at,
    )


def _matched(carried: Carried, event: CarriedMatched) -> Carried:
    return replace(carried, review=event.review)


def _found(carried: Carried, event: OrphanFound) -> Carried:
    return replace(carried, orphan_since=event.at)


def _explained(carried: Carried, event: OrphanExplained) -> Carried:
    return replace(carried, explained_by=event.by, explanation=event.reason)


def _taken(account: Account | None, event: AccountTaken) -> Account:
    before = account or Account(event.account, event.carrier)
    return replace(before, told=before.told + event.told, matched=before.matched + event.matched)


EVOLVE: dict[type[Event], Callable[[Any, Any], Carried]] = {
    CarrierTold: _told,
    CarriedMatched: _matched,
    OrphanFound: _found,
    OrphanExplained: _explained,
}
ACCOUNT_EVOLVE: dict[type[Event], Callable[[Any, Any], Account]] = {AccountTaken: _taken}
