"""What the dispatch service says of jobs that wait: taken from by a diversion, delayed for a reason, left without anybody."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Text
from contracts.registry import event


@event("dispatch")
class JobReturned(Event):
    """A unit was taken away for another job: this one stands at the head of its queue again, with its original clock.

    `owner` is who sent the unit, and is told.
    """

    job: Text
    incident: Text
    unit: Text
    to: Text
    by: Text
    reason: Narrative
    reported_at: Instant
    owner: Text | None = None
    attend_by: Instant | None = None
    alarm_at: Instant | None = None


@event("dispatch")
class JobDelayed(Event):
    """Why nobody is sent yet, by a code of the policy that has one meaning."""

    job: Text
    incident: Text
    code: Text
    meaning: Text
    policy: Text
    by: Text


@event("dispatch")
class JobUnresourced(Event):
    """Nobody works for the job, and it is time that `role` knows. `next_at`: when it climbs unless somebody is sent."""

    job: Text
    incident: Text
    level: Annotated[int, Field(ge=1)]
    role: Text
    reported_at: Instant
    next_at: Instant | None = None


@event("dispatch")
class JobUnresourcedAcknowledged(Event):
    """Somebody has taken note that nobody works for the job. That sends nobody: at `next_at` the alarm is raised again."""

    job: Text
    incident: Text
    level: Annotated[int, Field(ge=1)]
    by: Text
    next_at: Instant


@event("dispatch")
class JobReopened(Event):
    """The incident is worked on again; units are wanted once they are asked for, by the original clock."""

    job: Text
    incident: Text
