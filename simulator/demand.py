"""How many calls a force gets in a day, on which line, at which hour, and how many call handlers sit there.

Sources (sections are DOMAIN's): Hampshire about 226,000 calls on 999 and 657,000 on 101 a year, so 26 % on 999 (section 10);
seven minutes a call (section 4). By hour: lowest before dawn, highest from 18 to 22, as the deployments of one United Kingdom
force over 15 months (B. J. Logie, "Demand profile"); the steps between are a design reading.
"""

from collections.abc import Iterator
from math import ceil
from random import Random

SHARE_999 = 226_000 / (226_000 + 657_000)
HANDLING_S = 420
BY_HOUR = (30, 25, 21, 18, 16, 16, 19, 26, 34, 40, 44, 46, 47, 47, 48, 50, 53, 56, 59, 60, 58, 55, 47, 38)
"""Calls by local hour, as weights."""
KEPT_FOR_999 = 1
"""So many idle handlers take no call from 101: 999 goes first, always. A design reading."""
STAFFED = 0.9
"""Call handlers for each erlang of load. Too few on purpose: as at Hampshire about one caller on 101 in eight gives up, while
more than 90 % of 999 is answered within 10 s."""


def arrivals(calls: int, random: Random) -> Iterator[float]:
    """The seconds after midnight at which calls are presented: exactly so many, in order, drawn hour by hour."""
    drawn, reached, total = 0, 0, sum(BY_HOUR)
    for hour, weight in enumerate(BY_HOUR):
        reached += weight
        upto = round(calls * reached / total)
        yield from sorted(round(3600 * (hour + random.random()), 1) for _ in range(upto - drawn))
        drawn = upto


def handlers(calls: int, hour: int) -> int:
    """Call handlers on duty in an hour of a day with so many calls."""
    erlangs = calls * BY_HOUR[hour % 24] / sum(BY_HOUR) * HANDLING_S / 3600
    return ceil(STAFFED * erlangs) + KEPT_FOR_999
