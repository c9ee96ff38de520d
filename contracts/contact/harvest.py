"""What contact says of attempts that never came here, and that a carrier's list names afterwards."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Text
from contracts.registry import event


@event("contact")
class AttemptsHarvested(Event):
    """A later list of the carrier names more attempts of a caller whose failed ones were harvested already."""

    call: Text
    harvest: Text
    attempted_at: tuple[Instant, ...]


@event("contact")
class HarvestTaken(Event):
    """A part of a carrier's list of failed attempts was taken in: how many callers it named, and what was new of it."""

    harvest: Text
    carrier: Text
    callers: Annotated[int, Field(ge=0)]
    attempts: Annotated[int, Field(ge=0)]
    opened: Annotated[int, Field(ge=0)]
    extended: Annotated[int, Field(ge=0)]
    answered_since: Annotated[int, Field(ge=0)] = 0
