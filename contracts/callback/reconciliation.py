"""What callback says of what carriers told of: which of it has a review, which has none, and what explains that."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Reference, Telephone, Text
from contracts.registry import event


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
