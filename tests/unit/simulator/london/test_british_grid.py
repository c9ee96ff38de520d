"""Grid references become degrees by OSTN15, to within 0.1 m."""

from math import hypot

import pytest

from simulator.london.british_grid import point

METRES = (111_250.0, 69_400.0)
"""Metres in a degree of latitude and of longitude, at London; near enough for differences of centimetres."""


@pytest.mark.parametrize(
    ("easting", "northing", "latitude", "longitude"),
    [
        (651409.804, 313177.450, 52.658007833, 1.716073973),  # the Ordnance Survey's own worked example
        (528652.0, 176830.0, 51.4758117319, -0.1488944358),  # published with both by the London Fire Brigade
        (533773.0, 194492.0, 51.6333422942, -0.0684879648),
        (541086.0, 175646.0, 51.4622106766, 0.029557239),
    ],
)
def test_known_places(easting: float, northing: float, latitude: float, longitude: float) -> None:
    found = point(easting, northing)
    assert found is not None
    assert hypot((found.latitude - latitude) * METRES[0], (found.longitude - longitude) * METRES[1]) < 0.1


@pytest.mark.parametrize(("easting", "northing"), [(-5.0, 1.0), (900_000.0, 100.0), (float("nan"), 1.0)])
def test_outside_the_grid_there_is_no_point(easting: float, northing: float) -> None:
    assert point(easting, northing) is None
