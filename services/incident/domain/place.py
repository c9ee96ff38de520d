"""A place as a state keeps it: the same estimate as the event's, in a shape that snapshots can hold."""

from typing import Any

import msgspec

from contracts.places import Location, LocationSource, Point


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """One estimate. It stays an estimate: nothing here makes an address of a point (DOMAIN section 1)."""

    source: LocationSource
    latitude: float | None = None
    longitude: float | None = None
    radius_m: float | None = None
    confidence: float | None = None
    address: str | None = None

    def location(self) -> Location:
        """The estimate as an event carries it."""
        known = self.latitude is not None and self.longitude is not None
        point = Point(latitude=self.latitude, longitude=self.longitude) if known else None
        return Location(source=self.source, point=point, radius_m=self.radius_m, confidence=self.confidence, address=self.address)


def place_of(location: Any) -> Place | None:
    """The place in an event, fresh or read back from the store."""
    if location is None:
        return None
    point = location.point
    return Place(
        location.source,
        None if point is None else point.latitude,
        None if point is None else point.longitude,
        location.radius_m,
        location.confidence,
        location.address,
    )
