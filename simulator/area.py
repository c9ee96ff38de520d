"""Where things happen in the simulated force's area: around five towns, more in the larger ones."""

from random import Random

from contracts.places import Point

_TOWNS = (
    (50.909, -1.404, 36),  # Southampton
    (50.805, -1.087, 30),  # Portsmouth
    (51.266, -1.087, 16),  # Basingstoke
    (51.063, -1.308, 10),  # Winchester
    (51.211, -1.492, 8),  # Andover
)
"""Latitude, longitude, weight by inhabitants."""
_SPREAD_DEGREES = 0.025


def place(random: Random) -> Point:
    """A place somewhere in or around one of the towns."""
    [(latitude, longitude, _)] = random.choices(_TOWNS, weights=[weight for _, _, weight in _TOWNS])
    return Point(
        latitude=round(random.gauss(latitude, _SPREAD_DEGREES), 5),
        longitude=round(random.gauss(longitude, _SPREAD_DEGREES * 1.6), 5),
    )
