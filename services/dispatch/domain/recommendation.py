"""Who should go: the nearest suitable unit, with what speaks for and against each, and what is missing when nobody fits."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

import msgspec

from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job
from services.dispatch.domain.unit import Unit

EARTH_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""


class Candidate(msgspec.Struct, frozen=True):
    """A unit that could be sent. Distance and travel time are unknown where a place is unknown."""

    unit: str
    callsign: str
    suitable: bool
    preemptible: bool
    in_favour: tuple[str, ...]
    against: tuple[str, ...]
    distance_m: float | None = None
    travel_s: float | None = None


class Recommendation(msgspec.Struct, frozen=True):
    """All candidates, the best first, and what the job still lacks."""

    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]
    wanting: int
    policy: str

    def best(self) -> tuple[Candidate, ...]:
        """As many units as are wanted, that fit and are free."""
        free = [one for one in self.candidates if one.suitable and not one.preemptible]
        return tuple(free[: self.wanting])


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The great-circle distance of two points in degrees, by the haversine formula."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, point)) for point in (a, b))
    chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def recommend(job: Job, units: Sequence[Unit], rules: Deployment) -> Recommendation:
    """Weigh every unit that policy lets be sent, free or pre-emptible."""
    sendable = [unit for unit in units if _sendable(unit, job, rules)]
    weighed = [_weighed(job, unit, rules) for unit in sendable]
    weighed.sort(key=_order)
    return Recommendation(tuple(weighed), _missing(job, weighed, sendable), job.wanting, rules.version)


def _sendable(unit: Unit, job: Job, rules: Deployment) -> bool:
    if not unit.on_duty or unit.holds(job.job) is not None:
        return False
    return unit.status in rules.preemptible or (unit.status in rules.available and not unit.held)


def _order(one: Candidate) -> tuple[bool, bool, bool, float, str]:
    return (not one.suitable, one.preemptible, one.distance_m is None, one.distance_m or 0.0, one.unit)


def _weighed(job: Job, unit: Unit, rules: Deployment) -> Candidate:
    in_favour, against = _skills(job, unit)
    metres = _distance(job, unit)
    seconds = None
    if metres is None:
        against.append("how far it is is not known")
    else:
        seconds = metres / rules.kmh(job.grade) * 3.6
        in_favour.append(f"{metres / 1000:.1f} km, about {seconds / 60:.0f} min")
    preemptible = unit.status in rules.preemptible
    if preemptible:
        against.append("committed but deployable: " + (f"would leave {unit.held[0].incident}" if unit.held else "must be asked"))
    else:
        in_favour.append(f"free, status {int(unit.status)}")
    if unit.crew == 1:
        against.append("single-crewed")
    return Candidate(
        unit.unit,
        unit.callsign,
        not set(job.skills) - set(unit.skills),
        preemptible,
        tuple(in_favour),
        tuple(against),
        None if metres is None else round(metres, 1),
        None if seconds is None else round(seconds, 1),
    )


def _skills(job: Job, unit: Unit) -> tuple[list[str], list[str]]:
    has = [f"has {skill}" for skill in job.skills if skill in unit.skills]
    lacks = [f"lacks {skill}" for skill in job.skills if skill not in unit.skills]
    return has, lacks


def _distance(job: Job, unit: Unit) -> float | None:
    place = job.place
    if place is None or place.latitude is None or place.longitude is None or unit.latitude is None or unit.longitude is None:
        return None
    return distance_m((place.latitude, place.longitude), (unit.latitude, unit.longitude))


def _missing(job: Job, weighed: Sequence[Candidate], units: Sequence[Unit]) -> tuple[str, ...]:
    """Why the wanted number cannot be sent from those that fit and are free, in words a dispatcher can act on."""
    free = sum(one.suitable and not one.preemptible for one in weighed)
    if free >= job.wanting:
        return ()
    said = [f"{free} of {job.wanting} units wanted fit and are free"]
    said += [f"no unit that can be sent has {skill}" for skill in job.skills if not any(skill in unit.skills for unit in units)]
    taken = sum(one.suitable and one.preemptible for one in weighed)
    if taken:
        said.append(f"{taken} that fit could be taken from another job")
    return tuple(said)
