"""Jobs and recommendations as people read them: made from states alone, so that the past reads the same way."""

from datetime import datetime

from pydantic import BaseModel

from contracts.places import Location
from services.dispatch.domain.job import Alarm, Job, Leg
from services.dispatch.domain.recommendation import Recommendation


class LegView(BaseModel):
    """One assignment to a job, live or over. An inferred arrival stands beside what was said, and never in its place."""

    unit: str
    assignment: str
    sent_at: datetime
    arrived_at: datetime | None
    inferred_at: datetime | None


class AlarmView(BaseModel):
    """That nobody works for a job: whom the last alarm went to, who took note, when it is raised again."""

    level: int
    role: str | None
    acknowledged_by: str | None
    next_at: datetime | None


class JobView(BaseModel):
    """One job: what was asked for, who works for it, how many are still wanted. `returned`: a diversion took its unit."""

    job: str
    incident: str
    grade: str
    rank: int
    units: int
    wanting: int
    working: tuple[str, ...]
    skills: tuple[str, ...]
    location: Location | None
    silent_approach: bool
    requested_at: datetime
    reported_at: datetime
    attend_by: datetime | None
    closed_at: datetime | None
    outside: bool
    owner: str | None
    returned: bool
    delay: str | None
    on_view: bool
    legs: tuple[LegView, ...]
    alarm: AlarmView | None


class CandidateView(BaseModel):
    """A unit that could be sent, and what speaks for and against it."""

    unit: str
    callsign: str
    suitable: bool
    preemptible: bool
    in_favour: tuple[str, ...]
    against: tuple[str, ...]
    distance_m: float | None
    travel_s: float | None
    below_cover: str | None


class RecommendationView(BaseModel):
    """Candidates, the best first, and what is missing."""

    job: str
    wanting: int
    policy: str
    candidates: tuple[CandidateView, ...]
    missing: tuple[str, ...]


def job(state: Job) -> JobView:
    """All that is known of one job."""
    return JobView(
        job=state.job,
        incident=state.incident,
        grade=state.grade,
        rank=state.rank,
        units=state.units,
        wanting=state.wanting,
        working=tuple(one.unit for one in state.working),
        skills=state.skills,
        location=None if state.place is None else state.place.location(),
        silent_approach=state.silent_approach,
        requested_at=state.requested_at,
        reported_at=state.reported_at,
        attend_by=state.attend_by,
        closed_at=state.closed_at,
        outside=state.outside,
        owner=state.owner,
        returned=state.returned,
        delay=state.delay,
        on_view=state.on_view,
        legs=tuple(_leg(leg) for leg in state.legs),
        alarm=_alarm(state.alarm) if state.idle and state.alarm.level else None,
    )


def _leg(leg: Leg) -> LegView:
    return LegView(
        unit=leg.unit,
        assignment=leg.assignment,
        sent_at=leg.sent_at,
        arrived_at=leg.arrived_at,
        inferred_at=leg.inferred_at,
    )


def _alarm(alarm: Alarm) -> AlarmView:
    return AlarmView(level=alarm.level, role=alarm.role, acknowledged_by=alarm.acknowledged_by, next_at=alarm.next_at)


def recommendation(job: str, found: Recommendation, most: int = 20) -> RecommendationView:
    """The best candidates, at most `most` of them."""
    candidates = tuple(CandidateView.model_validate(one, from_attributes=True) for one in found.candidates[:most])
    return RecommendationView(job=job, wanting=found.wanting, policy=found.policy, candidates=candidates, missing=found.missing)
