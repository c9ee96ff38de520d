"""What the contact service says of its feeds and of who answers which queue."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Text
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
class HandlerMoved(Event):
    """From now on a call handler answers these queues; none: answers no queue."""

    handler: Text
    queues: tuple[Text, ...]
    by: Text
    reason: Text
