"""Units as people read them: made from states alone, so that the past reads the same way."""

from datetime import datetime

from pydantic import BaseModel

from contracts.dispatch.deployment import Status
from contracts.places import Point
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
