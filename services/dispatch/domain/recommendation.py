"""Who should go: the nearest suitable unit, with what speaks for and against each, and what is missing when nobody fits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from contracts.dispatch.deployment import Status
from services.dispatch.domain.cover import Cover
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.travel import StraightLine, TravelTimes, Way, Where
from services.dispatch.domain.unit import Unit

_HOUR = timedelta(hours=1)


class Candidate(msgspec.Struct, frozen=True):
    """A unit that could be sent. Distance and travel time are unknown where a place is unknown.

    `preemptible`: it would leave a job or its meal. `below_cover`: the area that would be left with less than its minimum.
    """

    unit: str
    callsign: str
    suitable: bool
    preemptible: bool
    in_favour: tuple[str, ...]
    against: tuple[str, ...]
    distance_m: float | None = None
    travel_s: float | None = None
    below_cover: str | None = None


class Recommendation(msgspec.Struct, frozen=True):
    """The candidates, the best first, and what the job still lacks."""

    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]
    wanting: int
    policy: str

    def best(self) -> tuple[Candidate, ...]:
        """As many units as are wanted, that fit and are free."""
        free = [one for one in self.candidates if one.suitable and not one.preemptible]
        return tuple(free[: self.wanting])


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the job and the units: the time, the ways, where units are newly heard of, cover.

    `elsewhere`: skills that some unit has which is not among those weighed.
    """

    now: datetime
    travel: TravelTimes = field(default_factory=StraightLine)
    where: Callable[[Unit], Where | None] = lambda unit: recorded(unit)
    cover: Mapping[str, Cover] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Weighing:
    """What is collected about one unit; `penalty` is in seconds of travel."""

    in_favour: list[str]
    against: list[str]
    penalty: float = 0.0

    def object(self, reason: str, penalty: float = 0.0) -> None:
        self.against.append(reason)
        self.penalty += penalty


def recorded(unit: Unit) -> Where | None:
    """Where the unit's own events say it is."""
    return None if unit.latitude is None or unit.longitude is None else (unit.latitude, unit.longitude)


def recommend(job: Job, units: Sequence[Unit], rules: Deployment, known: Known) -> Recommendation:
    """Weigh every unit that policy lets be sent, free, pre-emptible, or at its meal if the job is urgent enough for that."""
    sendable = [unit for unit in units if can_be_sent(unit, job, rules)]
    ways = _ways(job, sendable, rules, known)
    weighed = sorted(_weighed(job, unit, way, rules, known) for unit, way in zip(sendable, ways, strict=True))
    candidates = tuple(candidate for _, candidate in weighed)
    return Recommendation(candidates, _missing(job, candidates, sendable, known), job.wanting, rules.version)


def can_be_sent(unit: Unit, job: Job, rules: Deployment) -> bool:
    """Whether policy lets this unit be weighed for this job at all."""
    if not unit.on_duty or unit.holds(job.job) is not None or unit.offer is not None:
        return False
    if unit.status in rules.preemptible:
        return True
    if unit.held:
        return False
    return unit.status in rules.available or (unit.status is Status.REFRESHMENTS and job.rank <= rules.interrupts_meal_rank)


def _ways(job: Job, units: Sequence[Unit], rules: Deployment, known: Known) -> list[Way | None]:
    place = job.place
    if place is None or place.latitude is None or place.longitude is None:
        return [None] * len(units)
    origins = [known.where(unit) for unit in units]
    found = iter(
        known.travel.ways(
            (place.latitude, place.longitude), [one for one in origins if one is not None], job.grade, known.now, rules
        )
    )
    return [None if origin is None else next(found) for origin in origins]


Order = tuple[bool, bool, bool, float, str]


def _weighed(job: Job, unit: Unit, way: Way | None, rules: Deployment, known: Known) -> tuple[Order, Candidate]:
    weighing = _Weighing(*_skills(job, unit, known.now))
    suitable = not any(not unit.has(skill, known.now) for skill in job.skills) and _rested(unit, weighing, rules, known.now)
    if way is None:
        weighing.object("how far it is is not known")
    else:
        weighing.in_favour.append(f"{way.metres / 1000:.1f} km, about {way.seconds / 60:.0f} min")
    preemptible = _leaves(unit, weighing, rules, known.now)
    _circumstances(unit, job, weighing, rules, known.now)
    below = _cover_left(unit, weighing, rules, known.cover)
    candidate = Candidate(
        unit.unit,
        unit.callsign,
        suitable,
        preemptible,
        tuple(weighing.in_favour),
        tuple(weighing.against),
        None if way is None else round(way.metres, 1),
        None if way is None else round(way.seconds, 1),
        below,
    )
    seconds = 0.0 if way is None else way.seconds
    return (not suitable, preemptible, way is None, seconds + weighing.penalty, unit.unit), candidate


def _skills(job: Job, unit: Unit, now: datetime) -> tuple[list[str], list[str]]:
    has = [f"has {skill}" for skill in job.skills if unit.has(skill, now)]
    lacks = [
        f"{skill} has expired" if skill in unit.skills else f"lacks {skill}" for skill in job.skills if not unit.has(skill, now)
    ]
    return has, lacks


def _rested(unit: Unit, weighing: _Weighing, rules: Deployment, now: datetime) -> bool:
    hours = 0.0 if unit.tour_at is None else (now - unit.tour_at) / _HOUR
    if hours >= rules.longest_tour_h:
        weighing.object(f"{hours:.0f} h on duty: longer than the {rules.longest_tour_h:g} h allowed")
        return False
    if hours >= rules.fatigue_h:
        weighing.object(f"{hours:.0f} h on duty", rules.penalties.fatigue_s)
    return True


def _leaves(unit: Unit, weighing: _Weighing, rules: Deployment, now: datetime) -> bool:
    """Whether the unit would leave something, a job or its meal."""
    if unit.status in rules.preemptible:
        left = f"would leave {unit.held[0].incident}" if unit.held else "must be asked"
        weighing.object(f"committed but deployable: {left}")
        return True
    if unit.status is Status.REFRESHMENTS:
        owed = 0 if unit.meal is None else unit.meal.left_s(now)
        weighing.object(f"at its meal, of which {owed // 60} min would stay owed")
        return True
    weighing.in_favour.append(f"free, status {int(unit.status)}")
    return False


def _circumstances(unit: Unit, job: Job, weighing: _Weighing, rules: Deployment, now: datetime) -> None:
    penalties = rules.penalties
    if unit.crew == 1:
        weighing.object("single-crewed", penalties.single_crewed_s)
    meal = unit.meal
    if meal is not None and meal.since is None and meal.begins <= now and meal.left_s(now):
        weighing.object(f"{meal.left_s(now) // 60} min of its meal are owed", penalties.meal_due_s)
    area = rules.area(unit.area)
    if area is not None and area.neighbour:
        weighing.object(f"from {area.name}, across the border", penalties.border_s)
    if unit.unit in job.declined:
        weighing.object("has declined this job")


def _cover_left(unit: Unit, weighing: _Weighing, rules: Deployment, cover: Mapping[str, Cover]) -> str | None:
    one = cover.get(unit.covers() or "")
    if one is None or unit.held or unit.status not in rules.available or one.available > one.minimum:
        return None
    left = max(0, one.available - 1)
    weighing.object(f"{one.area} would be left with {left}, its minimum is {one.minimum}", rules.penalties.below_cover_s)
    return one.area


def _missing(job: Job, weighed: Sequence[Candidate], units: Sequence[Unit], known: Known) -> tuple[str, ...]:
    """Why the wanted number cannot be sent from those that fit and are free, in words a dispatcher can act on."""
    free = sum(one.suitable and not one.preemptible for one in weighed)
    if free >= job.wanting:
        return ()
    said = [f"{free} of {job.wanting} units wanted fit and are free"]
    nobody = (skill for skill in job.skills if skill not in known.elsewhere)
    said += [f"no unit that can be sent has {skill}" for skill in nobody if not any(unit.has(skill, known.now) for unit in units)]
    taken = sum(one.suitable and one.preemptible for one in weighed)
    if taken:
        said.append(f"{taken} that fit could be taken from what they do")
    return tuple(said)
