"""What the callback service says of a review beyond its one call: episodes of several calls, incidents, second looks."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Text
from contracts.registry import event


@event("callback")
class EpisodeJoined(Event):
    """Another call of the same caller belongs to this review. `credited_s` is the wait the caller has behind them by then."""

    review: Text
    call: Text
    answered: bool
    credited_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    by: Text | None = None


@event("callback")
class ReviewMerged(Event):
    """This review goes on in another one of the same caller: it rings nobody itself and ends with the other."""

    review: Text
    into: Text
    reason: Text


@event("callback")
class ReviewReopened(Event):
    """A review that was over is worked on again, with a deadline of its own; its earlier disposition no longer stands."""

    review: Text
    call: Text
    reason: Narrative
    by: Text
    deadline: Instant
    rings: bool = True


@event("callback")
class LinkedIncidentEnded(Event):
    """One of several incidents linked to the review is over; the review stays open as long as another is not."""

    review: Text
    incident: Text


@event("callback")
class EmergencyPeriodEnded(Event):
    """Subscriber and location data of the call can no longer be asked for urgently."""

    review: Text


@event("callback")
class SampleChecked(Event):
    """A supervisor looked at a review that the policy had closed by itself and that was drawn as a sample."""

    review: Text
    by: Text
    agreed: bool
    reason: Narrative
