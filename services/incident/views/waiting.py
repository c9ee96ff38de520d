"""Escalations, tasks, who has an incident in hand, and the ranked backlog, as people read them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from contracts.incident.backlog import EscalationReason, TaskKind
from services.incident.domain.backlog.custody import Custody
from services.incident.domain.backlog.escalation import Escalation
from services.incident.domain.backlog.task import Task
from services.incident.views.incident import IncidentView


class EscalationView(BaseModel):
    """The ladder of an incident. Without `acknowledge_by`, and pending, it stands at the top."""

    incident: str
    number: int
    reason: EscalationReason
    role: str
    rung: int
    ladder: tuple[str, ...]
    policy: str
    raised_at: datetime
    pending: bool
    may_acknowledge: tuple[str, ...]
    climbed: int
    acknowledge_by: datetime | None = None
    again_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None


class TaskView(BaseModel):
    """One thing to do for an incident."""

    task: str
    incident: str
    kind: TaskKind
    due: datetime
    because: str
    owner: str | None = None
    overdue: bool = False
    done_at: datetime | None = None
    done_by: str | None = None


class CustodyView(BaseModel):
    """Who has an incident in hand. `act_by`: when somebody looks whether anything was done."""

    incident: str
    holder: str
    accepted_at: datetime
    act_by: datetime
    alarms: int = 0
    offered_to: str | None = None
    acknowledge_by: datetime | None = None
    ended: bool = False


class BacklogItem(BaseModel):
    """One that waits, and why it stands where it stands. `score`: minutes past the promise times the weight; 0: not late."""

    incident: IncidentView
    score: Annotated[float, Field(ge=0)]
    reasons: list[str]


def escalation(state: Escalation) -> EscalationView:
    """All of a ladder."""
    return EscalationView(
        incident=state.incident,
        number=state.number,
        reason=state.reason,
        role=state.role,
        rung=state.rung,
        ladder=tuple(step.role for step in state.ladder),
        policy=state.policy,
        raised_at=state.raised_at,
        pending=state.pending,
        may_acknowledge=state.may_answer if state.pending else (),
        climbed=state.climbed,
        acknowledge_by=state.acknowledge_by,
        again_at=state.again_at,
        acknowledged_by=state.acknowledged_by,
        acknowledged_at=state.acknowledged_at,
    )


def task(state: Task) -> TaskView:
    """All of a task."""
    return TaskView(
        task=state.task,
        incident=state.incident,
        kind=state.kind,
        due=state.due,
        because=state.because,
        owner=state.owner,
        overdue=state.overdue,
        done_at=state.done_at,
        done_by=state.done_by,
    )


def custody(state: Custody) -> CustodyView:
    """Who has it."""
    return CustodyView(
        incident=state.incident,
        holder=state.holder,
        accepted_at=state.accepted_at,
        act_by=state.act_by,
        alarms=state.alarms,
        offered_to=state.offered_to,
        acknowledge_by=state.acknowledge_by,
        ended=state.ended,
    )
