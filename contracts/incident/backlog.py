"""What the incident service says about waiting: escalations, tasks, who has an incident in hand, and its silence."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Text
from contracts.registry import event

Rung = Annotated[int, Field(ge=1)]
"""A step of a ladder, counted from 1."""


class EscalationReason(StrEnum):
    """Why somebody higher is told."""

    UNALLOCATED = "unallocated"
    OVERDUE = "overdue"
    SILENCE = "silence"
    TASK_OVERDUE = "task_overdue"
    HANDOVER = "handover"
    TRANSFER = "transfer"
    SHIFT_CHANGE = "shift_change"


class TaskKind(StrEnum):
    """What somebody has to do for an incident."""

    INFORM_CALLER = "inform_caller"
    RECONTACT = "recontact"
    REVIEW = "review"
    FINISH_DRAFT = "finish_draft"


@event("incident")
class EscalationRaised(Event):
    """An incident was brought before a role, which must acknowledge by a time or it climbs. `number` counts within the incident.

    Without `acknowledge_by` it stands at the top of its ladder and waits there.
    """

    incident: Text
    number: Annotated[int, Field(ge=1)]
    reason: EscalationReason
    role: Text
    rung: Rung
    rungs: Rung
    policy: Text
    acknowledge_by: Instant | None = None
    again_at: Instant | None = None
    ladder: tuple[Text, ...] = ()
    acknowledge_within_min: tuple[int, ...] = ()


@event("incident")
class EscalationClimbed(Event):
    """Nobody acknowledged in time: the next role of the ladder is told."""

    incident: Text
    number: Annotated[int, Field(ge=1)]
    previous: Text
    role: Text
    rung: Rung
    acknowledge_by: Instant | None = None


@event("incident")
class EscalationAcknowledged(Event):
    """Somebody of the role, or above it, has it, and says what will be done."""

    incident: Text
    number: Annotated[int, Field(ge=1)]
    by: Text
    role: Text
    plan: Narrative


@event("incident")
class EscalationSettled(Event):
    """Somebody came, or the incident is over: it is not raised again at the change of shifts."""

    incident: Text
    reason: Text


@event("incident")
class TaskOpened(Event):
    """Somebody has to do something for an incident by a time."""

    task: Text
    incident: Text
    kind: TaskKind
    due: Instant
    because: Text
    owner: Text | None = None


@event("incident")
class TaskDone(Event):
    """It was done, by whom, and what came of it."""

    task: Text
    incident: Text
    kind: TaskKind
    by: Text
    words: Narrative


@event("incident")
class TaskOverdue(Event):
    """It was not done in time. It stays open, and an escalation follows."""

    task: Text
    incident: Text
    kind: TaskKind


@event("incident")
class IncidentAccepted(Event):
    """Somebody took the incident in hand. That is no action yet: without one by `act_by` there is an alarm."""

    incident: Text
    by: Text
    act_by: Instant


@event("incident")
class ActionSeen(Event):
    """Something was done since: the next look at it is at `act_by`."""

    incident: Text
    what: Text
    act_by: Instant


@event("incident")
class SilenceAlarmed(Event):
    """It was accepted, and then nothing was done for as long as the policy bears."""

    incident: Text
    holder: Text
    silent_since: Instant
    act_by: Instant


@event("incident")
class HandOverOffered(Event):
    """Whoever has it in hand goes off: somebody else must acknowledge it by a time. Until then it stays where it was."""

    incident: Text
    holder: Text
    to: Text
    acknowledge_by: Instant


@event("incident")
class HandOverAcknowledged(Event):
    """The other one has it now."""

    incident: Text
    by: Text
    act_by: Instant


@event("incident")
class HandOverOverdue(Event):
    """Nobody acknowledged it; an escalation follows, and the offer stands."""

    incident: Text
    holder: Text
    to: Text


@event("incident")
class CustodyEnded(Event):
    """Nobody need have it in hand any more: the incident is over."""

    incident: Text
    reason: Text
