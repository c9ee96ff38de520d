"""What the incident service says: what was opened, how it was graded, what it asks for, how it closed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Reference, Text
from contracts.places import Location
from contracts.registry import event


class Origin(StrEnum):
    """What an incident was opened from."""

    CALL = "call"
    REVIEW = "review"
    OTHER_CONTROL_ROOM = "other_control_room"
    EMERGENCY_BUTTON = "emergency_button"
    TRANSFER = "transfer"


class Vulnerability(StrEnum):
    """What is known of those concerned, lowest first: it decides who is told first that a promise is late."""

    NONE_KNOWN = "none_known"
    RAISED = "raised"
    HIGH = "high"


class Danger(StrEnum):
    """What endangers a promise."""

    UNALLOCATED = "unallocated"
    OVERDUE = "overdue"


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
    reference: Text | None = None
    qualifiers: tuple[Text, ...] = ()
    welfare_unknown: bool = False
    rural: bool = False
    cells: tuple[Reference, ...] = ()


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
    escalate_at: Instant | None = None
    suggested: Text | None = None


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
    escalate_at: Instant | None = None
    suggested: Text | None = None
    downgrade: bool = False
    new_information: Narrative | None = None
    role: Text | None = None


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
    """Word that a unit reached the incident; the first of each unit."""

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
    qualifiers: tuple[Text, ...] = ()
    welfare: Narrative | None = None


@event("incident")
class DowngradeReported(Event):
    """A downgrade came near the end of a promise, or after it: it is on record for whoever looks into slow responses."""

    incident: Text
    previous: Text
    grade: Text
    by: Text
    promised: Instant
    broken: bool


@event("incident")
class UnitAllocated(Event):
    """Dispatch sent a unit: while one is on its way or there, nobody need look for one."""

    incident: Text
    unit: Text


@event("incident")
class UnitLeft(Event):
    """A unit no longer works for the incident; when the last one leaves before it was reached, it waits again as before."""

    incident: Text
    unit: Text
    reached: bool


@event("incident")
class PromiseAtRisk(Event):
    """Nobody was sent, or nobody came, in time. An escalation follows."""

    incident: Text
    danger: Danger
    due: Instant


@event("incident")
class PromiseAdvanced(Event):
    """An earlier report of the same incident came to light: the promise counts from that one on. It never moves later."""

    incident: Text
    reported_at: Instant
    because: Text
    allocate_by: Instant | None = None
    attend_by: Instant | None = None
    escalate_at: Instant | None = None


@event("incident")
class VulnerabilityNoted(Event):
    """What is known of how vulnerable those concerned are; it is said again when it changes."""

    incident: Text
    level: Vulnerability
    reasons: tuple[Text, ...]
    by: Text


@event("incident")
class CallBackNoted(Event):
    """A ring back to the caller is planned or going on (`pending`), or it is over."""

    incident: Text
    review: Text
    attempt: Annotated[int, Field(ge=1)]
    pending: bool


@event("incident")
class DelayRecorded(Event):
    """Why nobody could be sent yet, by a code that has one meaning."""

    incident: Text
    code: Text
    by: Text


@event("incident")
class IncidentMerged(Event):
    """The same thing was recorded twice: from now on this record is worked on under another one. Nothing of it is deleted."""

    incident: Text
    into: Text
    reason: Narrative
    by: Text


@event("incident")
class IncidentUnmerged(Event):
    """It was another thing after all: this record stands on its own again, with the promise it had."""

    incident: Text
    into: Text
    reason: Narrative
    by: Text
