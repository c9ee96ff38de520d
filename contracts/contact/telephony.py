"""What the contact service says of its feeds, of places in its queues, and of who answers which."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Reference, Telephone, Text
from contracts.registry import event


@event("contact")
class FeedHeard(Event):
    """A switch, or another feed, gave a sign of life. Not every sign is recorded: one in a while, as the policy says."""

    feed: Text


@event("contact")
class FeedFellSilent(Event):
    """Nothing came from a feed for longer than the policy allows: silence is an alarm (BT, June 2023)."""

    feed: Text
    heard_at: Instant


@event("contact")
class FeedSpokeAgain(Event):
    """A feed that was silent gave a sign of life: the alarm ends."""

    feed: Text
    silent_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]


@event("contact")
class FeedRetired(Event):
    """The feed is out of service on purpose: its silence is no alarm until it speaks again."""

    feed: Text
    by: Text
    reason: Text


@event("contact")
class PlaceCredited(Event):
    """The caller of a waiting call had waited before and came back: the place is the one of the earlier call."""

    call: Text
    place_at: Instant
    earlier_call: Text


@event("contact")
class PlaceKept(Event):
    """A caller agreed to be rung back in turn: the place in the queue stands also when the line goes. Never on 999."""

    call: Text
    number: Telephone
    number_ref: Reference
    by: Text


@event("contact")
class LineReleased(Event):
    """A caller whose place is kept hung up. That is no abandonment: the place waits on."""

    call: Text


@event("contact")
class PlaceRung(Event):
    """The kept place came up and its caller was rung, and not reached."""

    call: Text
    handler: Text


@event("contact")
class PlaceGivenUp(Event):
    """The kept place is not needed any more: its caller was answered in another call."""

    call: Text
    answered_call: Text


@event("contact")
class HandlerMoved(Event):
    """From now on a call handler answers these queues; none: answers no queue."""

    handler: Text
    queues: tuple[Text, ...]
    by: Text
    reason: Text
