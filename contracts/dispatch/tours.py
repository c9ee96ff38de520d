"""What the dispatch service says of meals in a tour of duty, of standby elsewhere, and of the cover of areas."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Narrative, Text
from contracts.registry import event


@event("dispatch")
class MealBreakInterrupted(Event):
    """A unit was sent from its meal: what it had of it, and what stays owed."""

    unit: Text
    incident: Text
    by: Text
    taken_s: Annotated[int, Field(ge=0)]
    owed_s: Annotated[int, Field(ge=0)]


@event("dispatch")
class MealBreakMissed(Event):
    """The time in which the meal break is to be taken has passed, and this much of it is owed."""

    unit: Text
    owed_s: Annotated[int, Field(ge=0)]


@event("dispatch")
class StandbyOrdered(Event):
    """A free unit was moved to cover another area; until it is sent somewhere it counts there."""

    unit: Text
    area: Text
    by: Text
    reason: Narrative


@event("dispatch")
class CoverGapOpened(Event):
    """Fewer units can be sent from an area than its minimum."""

    area: Text
    available: Annotated[int, Field(ge=0)]
    minimum: Annotated[int, Field(ge=1)]


@event("dispatch")
class CoverGapClosed(Event):
    """As many units as the minimum can be sent from the area again."""

    area: Text
    available: Annotated[int, Field(ge=0)]
    minimum: Annotated[int, Field(ge=0)]
