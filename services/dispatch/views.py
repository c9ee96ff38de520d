"""Units, jobs and recommendations as people read them: made from states alone, so that the past reads the same way."""

from datetime import datetime

from pydantic import BaseModel

from contracts.dispatch import Status
from contracts.places import Location, Point
from services.dispatch.domain.job import Job
from services.dispatch.domain.recommendation import Recommendation
from services.dispatch.domain.unit import Held, Unit


class AssignmentView(BaseModel):
    """What a unit is assigned to. `reached`: it said that it was on scene."""

    assignment: str
    incident: str
    job: str
    since: datetime
    reached: bool


class UnitView(BaseModel):
    """One unit. More than one assignment: another control room reported an overlap."""

    unit: str
    callsign: str
    on_duty: bool
    status: Status
    status_at: datetime
    skills: tuple[str, ...]
    crew: int
    point: Point | None
    assignments: tuple[AssignmentView, ...]


class JobView(BaseModel):
    """One job: what was asked for, who works for it, how many are still wanted."""

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


class RecommendationView(BaseModel):
    """Candidates, the best first, and what is missing."""

    job: str
    wanting: int
    policy: str
    candidates: tuple[CandidateView, ...]
    missing: tuple[str, ...]


def unit(state: Unit) -> UnitView:
    """All that is known of one unit."""
    known = state.latitude is not None and state.longitude is not None
    return UnitView(
        unit=state.unit,
        callsign=state.callsign,
        on_duty=state.on_duty,
        status=state.status,
        status_at=state.status_at,
        skills=state.skills,
        crew=state.crew,
        point=Point(latitude=state.latitude, longitude=state.longitude) if known else None,
        assignments=tuple(_assignment(held) for held in state.held),
    )


def _assignment(held: Held) -> AssignmentView:
    return AssignmentView(
        assignment=held.assignment, incident=held.incident, job=held.job, since=held.since, reached=held.reached
    )


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
    )


def recommendation(job: str, found: Recommendation, most: int = 20) -> RecommendationView:
    """The best candidates, at most `most` of them."""
    candidates = tuple(CandidateView.model_validate(one, from_attributes=True) for one in found.candidates[:most])
    return RecommendationView(job=job, wanting=found.wanting, policy=found.policy, candidates=candidates, missing=found.missing)
