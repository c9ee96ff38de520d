"""Units, jobs and recommendations as people read them: made from states alone, so that the past reads the same way."""

from datetime import datetime

from pydantic import BaseModel

from contracts.dispatch import Status
from contracts.places import Location, Point
from services.dispatch.domain.job import Alarm, Job, Leg
from services.dispatch.domain.recommendation import Recommendation
from services.dispatch.domain.unit import Held, Meal, Offered, Unit


class AssignmentView(BaseModel):
    """What a unit is assigned to. `reached`: it said that it was on scene; `inferred_at`: nobody said so, yet it was."""

    assignment: str
    incident: str
    job: str
    since: datetime
    reached: bool
    en_route_at: datetime | None
    at_scene_at: datetime | None
    inferred_at: datetime | None


class OfferView(BaseModel):
    """What a crew was asked, and until when it answers."""

    offer: str
    incident: str
    job: str
    by: str
    answer_by: datetime


class MealView(BaseModel):
    """The meal break of the tour: what of it was owed and had when its last status came, and when it is to be taken."""

    owed_s: int
    taken_s: int
    begins: datetime
    ends: datetime
    taking: bool
    missed: bool


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
    expires: dict[str, datetime]
    officers: tuple[str, ...]
    vehicle: str | None
    area: str | None
    standby: str | None
    tour_at: datetime | None
    tour_ends: datetime | None
    meal: MealView | None
    offer: OfferView | None


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


class PositionsView(BaseModel):
    """What became of a batch of positions."""

    taken: int
    ignored: int


class AreaView(BaseModel):
    """The cover of one area. `gap`: fewer can be sent than its minimum."""

    area: str
    available: int
    minimum: int
    gap: bool


class MoveView(BaseModel):
    """A unit that could stand by there, and the area that can spare it."""

    unit: str
    callsign: str
    leaves: str
    distance_m: float | None


class CoverView(BaseModel):
    """Every area that has a minimum, and for those with a gap who could stand by."""

    areas: tuple[AreaView, ...]
    moves: dict[str, tuple[MoveView, ...]]


class SpreadView(BaseModel):
    """How long something took, in seconds, over so many incidents; `slowest` names those that took longest."""

    incidents: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    longest_s: float | None
    slowest: tuple[str, ...]


class GradeFiguresView(BaseModel):
    """One grade. `before_report`, `before_sent`: attended before that; they stay in, and want explaining."""

    grade: str
    incidents: int
    allocate: SpreadView
    travel: SpreadView
    attend: SpreadView
    unattended: int
    inferred: int
    past_attend_by: int
    before_report: int
    before_sent: int


class FiguresView(BaseModel):
    """Response figures under a named definition, and what was left out."""

    definition: str
    grades: tuple[GradeFiguresView, ...]
    left_out: dict[str, int]


class MeasuredView(BaseModel):
    """One incident behind the figures; its events are at `/jobs/{job}/history`."""

    incident: str
    job: str
    grade: str
    reported_at: datetime
    allocate_s: float | None
    travel_s: float | None
    attend_s: float | None
    inferred: bool
    late: bool
    before_sent: bool


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
        expires=dict(state.expires),
        officers=state.officers,
        vehicle=state.vehicle,
        area=state.area,
        standby=state.standby,
        tour_at=state.tour_at,
        tour_ends=state.tour_ends,
        meal=None if state.meal is None else _meal(state.meal),
        offer=None if state.offer is None else _offer(state.offer),
    )


def _assignment(held: Held) -> AssignmentView:
    return AssignmentView(
        assignment=held.assignment,
        incident=held.incident,
        job=held.job,
        since=held.since,
        reached=held.reached,
        en_route_at=held.en_route_at,
        at_scene_at=held.at_scene_at,
        inferred_at=held.inferred_at,
    )


def _meal(meal: Meal) -> MealView:
    return MealView(
        owed_s=meal.owed_s,
        taken_s=meal.taken_s,
        begins=meal.begins,
        ends=meal.ends,
        taking=meal.since is not None,
        missed=meal.missed,
    )


def _offer(offer: Offered) -> OfferView:
    return OfferView(offer=offer.offer, incident=offer.incident, job=offer.job, by=offer.by, answer_by=offer.answer_by)


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


def positions(taken: object) -> PositionsView:
    """What became of a batch of positions."""
    return PositionsView.model_validate(taken, from_attributes=True)


def cover(areas: object) -> CoverView:
    """The cover of the force."""
    return CoverView.model_validate(areas, from_attributes=True)


def recommendation(job: str, found: Recommendation, most: int = 20) -> RecommendationView:
    """The best candidates, at most `most` of them."""
    candidates = tuple(CandidateView.model_validate(one, from_attributes=True) for one in found.candidates[:most])
    return RecommendationView(job=job, wanting=found.wanting, policy=found.policy, candidates=candidates, missing=found.missing)
