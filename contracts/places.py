"""Where something is, as well as anybody knows: an estimate keeps its source and its doubt, and never becomes an address."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Address, Personal, Value


class LocationSource(StrEnum):
    """Who says so. Later sources need not be better ones; each estimate is kept."""

    CELL = "cell"
    SUBSCRIBER = "subscriber"
    HANDSET = "handset"
    SPOKEN = "spoken"
    FOUND = "found"


Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Point(Value):
    """WGS84 degrees."""

    latitude: Latitude
    longitude: Longitude


class Location(Value):
    """One estimate: a point with its radius in metres, or words, or both."""

    source: LocationSource
    point: Annotated[Point, Personal("position"), Field(json_schema_extra={"x-personal": "position"})] | None = None
    radius_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    address: Address | None = None
