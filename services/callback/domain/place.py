"""A location estimate as the review keeps it: plain, so that it survives a snapshot, and with the time of its source."""

from datetime import datetime

import msgspec

from contracts.places import Location, LocationSource, Point


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """One estimate and when its source made it. Never promoted: a guess stays a guess (Northamptonshire 2011)."""

    at: datetime
    source: LocationSource
    latitude: float | None = None
    longitude: float | None = None
    radius_m: float | None = None
    confidence: float | None = None
    address: str | None = None


def kept(at: datetime, estimate: Location) -> Place:
    """The estimate of an event, live or read from the store, for a state."""
    point = estimate.point
    return Place(
        at=at,
        source=estimate.source,
        latitude=None if point is None else point.latitude,
        longitude=None if point is None else point.longitude,
        radius_m=estimate.radius_m,
        confidence=estimate.confidence,
        address=estimate.address,
    )


def told(place: Place) -> Location:
    """The estimate of a state, for an event."""
    point = None
    if place.latitude is not None and place.longitude is not None:
        point = Point(latitude=place.latitude, longitude=place.longitude)
    return Location(source=place.source, point=point, radius_m=place.radius_m, confidence=place.confidence, address=place.address)


CELL_DEGREES = 0.05


def square(latitude: float, longitude: float) -> str:
    """The square of the map a point lies in, a few kilometres wide."""
    return f"{latitude // CELL_DEGREES:.0f} {longitude // CELL_DEGREES:.0f}"


def cell(place: Place) -> str | None:
    """The square of a place, if it is a point."""
    if place.latitude is None or place.longitude is None:
        return None
    return square(place.latitude, place.longitude)


def usable(place: Place, radius_m: float) -> bool:
    """Whether somebody can be sent there: words, or a point that is known closely enough."""
    if place.address is not None:
        return True
    return place.latitude is not None and place.radius_m is not None and place.radius_m <= radius_m
