"""What the callback service says about several calls of one caller: they are one episode, in which one review goes on."""

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
