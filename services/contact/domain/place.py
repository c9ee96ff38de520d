"""A location estimate as a state keeps it: plain, so that it survives a snapshot, and with the time of its source."""

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from contracts.contact.handsets import HandsetFlag
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
    cell: str | None = None
    words: str | None = None
    flags: tuple[str, ...] = ()

    def same(self, other: "Place") -> bool:
        """Whether both say the same; what is odd about a message depends on when it came, and is no part of what it says."""
        return msgspec.structs.replace(self, flags=()) == msgspec.structs.replace(other, flags=())


def kept(
    at: datetime, estimate: Location, cell: str | None = None, words: str | None = None, flags: tuple[str, ...] = ()
) -> Place:
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
        cell=cell,
        words=words,
        flags=flags,
    )


def best(places: Sequence[Place]) -> Place | None:
    """The newest estimate, or the most exact one that lies within it: a wide cell that is told late hides no handset's fix.

    A fix from before the call comes last, also when its time was past belief and it stands with the time of its receipt.
    """
    newest = max(places, key=lambda place: (HandsetFlag.OLDER_THAN_CALL not in place.flags, place.at), default=None)
    if newest is None or newest.latitude is None or newest.radius_m is None:
        return newest
    within = [place for place in places if place.radius_m is not None and _apart_m(place, newest) <= newest.radius_m]
    return min(within, key=lambda place: (place.radius_m or 0, -place.at.timestamp()), default=newest)


def _apart_m(one: Place, other: Place) -> float:
    """Metres between two estimates, on a flat earth that is good enough within a cell; infinite without a point."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return math.inf
    north = math.radians(one.latitude - other.latitude)
    east = math.radians(one.longitude - other.longitude) * math.cos(math.radians(other.latitude))
    return 6_371_000 * math.hypot(north, east)


def told(place: Place) -> Location:
    """The estimate of a state, for an event."""
    point = None
    if place.latitude is not None and place.longitude is not None:
        point = Point(latitude=place.latitude, longitude=place.longitude)
    return Location(source=place.source, point=point, radius_m=place.radius_m, confidence=place.confidence, address=place.address)


def says_nothing(location: Location) -> bool:
    """No words and no point, or the null fix 0,0 that a handset sends when it has none (DOMAIN section 1)."""
    point = location.point
    return location.address is None and (point is None or (point.latitude == 0 and point.longitude == 0))
