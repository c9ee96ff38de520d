"""How long units take to come: what is asked of whoever knows, and the straight line for whoever does not."""

from collections.abc import Sequence
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple, Protocol

from services.dispatch.domain.deployment import Deployment

EARTH_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""

Where = tuple[float, float]
"""Latitude and longitude in degrees."""


class Way(NamedTuple):
    """From a unit to a job."""

    metres: float
    seconds: float


class TravelTimes(Protocol):
    """Knows the ways to a place. None for a unit it knows no way for."""

    def ways(self, to: Where, origins: Sequence[Where], grade: str, at: datetime, rules: Deployment) -> Sequence[Way | None]:
        """The way from each origin, in their order."""
        ...


class StraightLine:
    """The great circle times a road factor, at the grade's speed and what the time of day makes of it."""

    def ways(self, to: Where, origins: Sequence[Where], grade: str, at: datetime, rules: Deployment) -> Sequence[Way | None]:
        kmh = rules.kmh(grade) * rules.traffic_at(at)
        ways = []
        for origin in origins:
            metres = distance_m(origin, to)
            ways.append(Way(metres, metres * rules.road_factor / kmh * 3.6))
        return ways


def distance_m(a: Where, b: Where) -> float:
    """The great-circle distance of two points in degrees, by the haversine formula."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, point)) for point in (a, b))
    chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))
