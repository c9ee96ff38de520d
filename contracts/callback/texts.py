"""What callback says of neutral texts: that an answer is waited for, whether one was delivered, answered, or not."""

from enum import StrEnum

from contracts.envelope import Event, Instant, Reference, Text
from contracts.registry import event


class Delivery(StrEnum):
    """What the network says became of a text."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"


@event("callback")
class TextAwaited(Event):
    """A text was started: by `deliver_by` the network should have said what became of it, by `reply_by` its reader."""

    review: Text
    text_id: Text
    by: Text
    policy: Text
    deliver_by: Instant
    reply_by: Instant
    number_ref: Reference | None = None


@event("callback")
class TextDelivered(Event):
    """What became of a text; unknown when nobody said so in time."""

    review: Text
    text_id: Text
    delivery: Delivery


@event("callback")
class TextAnswered(Event):
    """Whoever has the number got in touch after the text. What they said is in the contact; it does not say that all is well."""

    review: Text
    text_id: Text
    contact: Text


@event("callback")
class TextUnanswered(Event):
    """An alarm: nobody got in touch after a text, and the review it was sent for should be looked at."""

    review: Text
    text_id: Text
    delivery: Delivery | None = None
