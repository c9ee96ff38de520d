"""What the incident service says: what was opened, how it was graded, what it asks for, how it closed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Text
from contracts.places import Location
from contracts.registry import event


class Origin(StrEnum):
    """What an incident was opened from."""

    CALL = "call"
    REVIEW = "review"
    OTHER_CONTROL_ROOM = "other_control_room"


Rank = Annotated[int, Field(ge=0, le=99)]
"""The place of a grade among the grades of its policy: 1 is the most urgent, 0 stands before all, 99 is not known."""


@event("incident")
class IncidentOpened(Event):
    """An incident exists from its first information on."""

    incident: Text
    origin: Origin
    origin_id: Text
    opening_code: Text
    reported_at: Instant
    force: Text
    summary: Narrative | None = None
    location: Location | None = None
    silent_approach: bool = False
    outside_reference: Text | None = None


@event("incident")
class IncidentGraded(Event):
    """The first grade, with the promise that goes with it under the policy in force at that time."""

    incident: Text
    grade: Text
    policy: Text
    by: Text
    reasons: tuple[Text, ...] = ()
    rank: Rank = 99
    allocate_by: Instant | None = None
    attend_by: Instant | None = None


@event("incident")
class IncidentRegraded(Event):
    """The grade changed. The promise clock still runs from the original report."""

    incident: Text
    previous: Text
    grade: Text
    policy: Text
    by: Text
    rationale: Narrative
    rank: Rank = 99
    allocate_by: Instant | None = None
    attend_by: Instant | None = None


@event("incident")
class ResourcesRequested(Event):
    """Units are wanted; dispatch answers. A later request of the same incident stands in place of the earlier one."""

    incident: Text
    units: Annotated[int, Field(ge=1)]
    grade: Text
    rank: Rank = 99
    reported_at: Instant | None = None
    skills: tuple[Text, ...] = ()
    location: Location | None = None
    silent_approach: bool = False
    attend_by: Instant | None = None
    outside: bool = False


@event("incident")
class UnitOnScene(Event):
    """The first word that a unit reached the incident."""

    incident: Text
    unit: Text


@event("incident")
class IncidentReopened(Event):
    """A closed incident is worked on again; its promise clock runs from the original report."""

    incident: Text
    reason: Narrative
    by: Text


@event("incident")
class IncidentClosed(Event):
    """The incident is over, with its closing code, a fact beside the opening code."""

    incident: Text
    closing_code: Text
    reason: Narrative
    by: Text
