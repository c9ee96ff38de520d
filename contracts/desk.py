"""What the desk of callback says: turns of harvested callers, the worklist, and what carriers told of."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Reference, Telephone, Text
from contracts.registry import event


class HandBack(StrEnum):
    """Why an item of the worklist is nobody's any more."""

    PUT_BACK = "put_back"
    LOGGED_OFF = "logged_off"
    REVIEW_OVER = "review_over"
    OTHERS_HAVE_IT = "others_have_it"


@event("callback")
class AttemptsLearned(Event):
    """A later list of the carrier names more attempts of the caller. The place in the list stays that of the first."""

    review: Text
    attempted_at: tuple[Instant, ...]


@event("callback")
class TurnGiven(Event):
    """The turn of a harvested review has come: from now on its caller is rung as any other."""

    review: Text


@event("callback")
class TurnsBegun(Event):
    """There are harvested callers to be rung: turns are given, the highest rank first, at the pace of the policy."""

    policy: Text
    next_at: Instant


@event("callback")
class TurnsTaken(Event):
    """Some turns were given; the next are given at `next_at`, or never when nobody waits any more."""

    policy: Text
    reviews: tuple[Text, ...]
    next_at: Instant | None = None


@event("callback")
class ItemTaken(Event):
    """Somebody took a review from the worklist: it is theirs, and by `act_by` they must have shown a sign of life."""

    review: Text
    by: Text
    act_by: Instant
    policy: Text
    taken_over_from: Text | None = None


@event("callback")
class ItemWorked(Event):
    """Whoever has the item did something about it, or said that they are on it."""

    review: Text
    by: Text
    act_by: Instant
    words: Narrative | None = None


@event("callback")
class ItemFellSilent(Event):
    """An alarm: the item was taken, and nothing was heard since. Taking is not acting (West Midlands 2018).

    `role` is told, the `rung`-th of the `ladder`, and must acknowledge by `acknowledge_by`, or it climbs.
    """

    review: Text
    by: Text
    since: Instant
    role: Text = "supervisor"
    rung: Annotated[int, Field(ge=1)] = 1
    ladder: tuple[Text, ...] = ("supervisor",)
    acknowledge_within_s: tuple[Annotated[int, Field(ge=1)], ...] = (600,)
    acknowledge_by: Instant | None = None
    policy: Text | None = None


@event("callback")
class ItemHandedBack(Event):
    """The item is nobody's again. After a log-off somebody else must acknowledge it by `acknowledge_by`."""

    review: Text
    by: Text
    reason: HandBack
    acknowledge_by: Instant | None = None
    words: Narrative | None = None


@event("callback")
class HandOverAcknowledged(Event):
    """Somebody knows of what was handed over at log-off."""

    review: Text
    by: Text
    handed_over_by: Text


@event("callback")
class HandOverUnanswered(Event):
    """An alarm: what was handed over at log-off, nobody acknowledged in time. `role` is told and must answer, or it climbs."""

    review: Text
    handed_over_by: Text
    role: Text = "supervisor"
    rung: Annotated[int, Field(ge=1)] = 1
    ladder: tuple[Text, ...] = ("supervisor",)
    acknowledge_within_s: tuple[Annotated[int, Field(ge=1)], ...] = (600,)
    acknowledge_by: Instant | None = None
    policy: Text | None = None


@event("callback")
class PersonLoggedOff(Event):
    """Somebody left the desk; all they had was handed over, each item to be acknowledged."""

    person: Text
    by: Text
    reviews: tuple[Text, ...]


@event("callback")
class CarrierTold(Event):
    """A carrier told of a call that broke off, so that what was taken can be held against what was acted on.

    `at` is when it broke off by the carrier's clock. Without a `review` by `look_at` it is an orphan.
    """

    carried: Text
    account: Text
    carrier: Text
    number: Telephone | None = None
    number_ref: Reference | None = None
    reference: Text | None = None
    review: Text | None = None
    look_at: Instant | None = None


@event("callback")
class CarriedMatched(Event):
    """The review of a call that a carrier told of was found, or opened after all."""

    carried: Text
    review: Text


@event("callback")
class OrphanFound(Event):
    """An alarm: a carrier told of a call that broke off, and nobody reviews it."""

    carried: Text
    carrier: Text
    called_at: Instant


@event("callback")
class OrphanExplained(Event):
    """A supervisor said why a call that a carrier told of needs no review here."""

    carried: Text
    by: Text
    reason: Narrative


@event("callback")
class AccountTaken(Event):
    """A part of a carrier's list of broken calls was taken in: how many are new, and for how many there was a review."""

    account: Text
    carrier: Text
    told: Annotated[int, Field(ge=0)]
    matched: Annotated[int, Field(ge=0)]
