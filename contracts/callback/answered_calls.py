"""What callback says of a call-back that somebody answered, beside what was established in it: who was joined, how it ended."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Text
from contracts.registry import event


class HungUp(StrEnum):
    """Who or what ended an answered call."""

    CALLER = "caller"
    HANDLER = "handler"
    TIME_LIMIT = "time_limit"
    NOBODY_JOINED = "nobody_joined"
    NO_MEDIA = "no_media"
    TAKEN_BACK = "taken_back"
    LINE_LOST = "line_lost"


@event("callback")
class AttemptHungUp(Event):
    """An answered call ended. `joined` is the telephone of the call handler who was put through, since `joined_at`."""

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    attempt_id: Text
    by: HungUp
    joined: Text | None = None
    joined_at: Instant | None = None
