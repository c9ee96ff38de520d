"""What callback says of its worklist: who has a review in hand, for how long in silence, and who took it over."""

from enum import StrEnum

from contracts.envelope import Event, Instant, Narrative, Text
from contracts.registry import event


class HandBack(StrEnum):
    """Why an item of the worklist is nobody's any more."""

    PUT_BACK = "put_back"
    LOGGED_OFF = "logged_off"
    REVIEW_OVER = "review_over"


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
    """An alarm: the item was taken, and nothing was heard since. Taking is not acting (West Midlands 2018)."""

    review: Text
    by: Text
    since: Instant


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
    """An alarm: what was handed over at log-off, nobody acknowledged in time."""

    review: Text
    handed_over_by: Text


@event("callback")
class PersonLoggedOff(Event):
    """Somebody left the desk; all they had was handed over, each item to be acknowledged."""

    person: Text
    by: Text
    reviews: tuple[Text, ...]
