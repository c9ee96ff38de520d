"""British National Grid references (OSGB36) to WGS84 by OSTN15, the official transformation (docs/adr/0013)."""

from math import isnan

from convertbng.cutil import convert_osgb36_to_ll

from contracts.places import Point

CELL_M = 100.0
"""Rounded references name the middle of a square of this size."""
HALF_DIAGONAL_M = 71.0
"""No place in such a square is farther from its middle."""
_DIGITS = 8
"""Decimals of a degree: about a millimetre."""


def point(easting: float, northing: float) -> Point | None:
    """The point of a reference in metres, to within 0.1 m; None outside the grid that OSTN15 covers."""
    longitudes, latitudes = convert_osgb36_to_ll(easting, northing)
    longitude, latitude = float(longitudes[0]), float(latitudes[0])
    if isnan(longitude) or isnan(latitude):
        return None
    return Point(latitude=round(latitude, _DIGITS), longitude=round(longitude, _DIGITS))
