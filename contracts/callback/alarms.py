"""What the desk of callback says when the worklist lies: what nobody took, and who was told of it until somebody answered."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Text
from contracts.registry import event

Rung = Annotated[int, Field(ge=1)]
"""A step of a ladder, counted from 1."""
Seconds = Annotated[int, Field(ge=1)]


@event("callback")
class ItemWaits(Event):
    """The review is people's from now on, and no incident has it: somebody must have taken it by `take_by`."""

    review: Text
    take_by: Instant
    policy: Text


@event("callback")
class ItemUntaken(Event):
    """An alarm: the review is people's, and nobody took it in time. `role` is told, and must acknowledge or it climbs."""

    review: Text
    since: Instant
    role: Text
    rung: Rung
    ladder: tuple[Text, ...]
    acknowledge_within_s: tuple[Seconds, ...]
    acknowledge_by: Instant
    policy: Text


@event("callback")
class AlarmClimbed(Event):
    """Nobody acknowledged the alarm in time: the next role is told. Without `acknowledge_by` it waits at the top."""

    review: Text
    previous: Text
    role: Text
    rung: Rung
    acknowledge_by: Instant | None = None


@event("callback")
class AlarmAcknowledged(Event):
    """Somebody of the role that was told, or above it, says what will be done. At `again_at` it is raised again."""

    review: Text
    by: Text
    role: Text
    plan: Narrative
    again_at: Instant


@event("callback")
class AlarmRepeated(Event):
    """The alarm was acknowledged and nothing followed: the role that had it is told again. Acknowledging is not acting."""

    review: Text
    acknowledged_by: Text
    role: Text
    rung: Rung
    acknowledge_by: Instant
