"""What may be the same thing twice: near in place and time, or alike in words. It suggests and never decides."""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from services.incident.domain.incident import Incident
from services.incident.domain.place import Place
from services.incident.domain.room import Likeness

CELL_DEGREES = 0.01
"""The side of a cell of the map, about a kilometre: whatever lies within a kilometre is in a cell or in one beside it."""
_EARTH_M = 6_371_000
_WORD = re.compile(r"[a-z0-9]{3,}")


class What(NamedTuple):
    """What is known of the one that others are compared with."""

    incident: str
    reported_at: datetime
    place: Place | None
    opening_code: str
    summary: str | None


class Alike(NamedTuple):
    """Another record that may be of the same thing, and why."""

    incident: str
    score: float
    reasons: tuple[str, ...]


def cells_around(latitude: float, longitude: float) -> Iterator[str]:
    """The cell of the map a point lies in, then the eight beside it."""
    row, column = math.floor(latitude / CELL_DEGREES), math.floor(longitude / CELL_DEGREES)
    yield f"{row} {column}"
    beside = ((up, along) for up in (-1, 0, 1) for along in (-1, 0, 1) if (up, along) != (0, 0))
    yield from (f"{row + up} {column + along}" for up, along in beside)


def alike(one: What, other: Incident, rules: Likeness) -> Alike | None:
    """How much the other record is like this one; None when it is not, or when it is the same record."""
    apart = abs(other.reported_at - one.reported_at)
    if other.incident == one.incident or apart > timedelta(minutes=rules.within_min):
        return None
    score, reasons = 0.0, []
    metres = _metres(one.place, other.place)
    if metres is not None and metres <= rules.within_m:
        score += 1 - metres / (2 * rules.within_m)
        reasons.append(f"{metres:.0f} m away")
    words = _shared(one.summary, other.summary)
    if words >= rules.words_alike:
        score += words
        reasons.append(f"{words:.0%} of the words")
    if not reasons:
        return None
    reasons.append(f"{apart.total_seconds() / 60:.0f} min apart")
    if one.opening_code == other.opening_code:
        score += 0.5
        reasons.append("the same opening code")
    return Alike(other.incident, score, tuple(reasons))


def _metres(one: Place | None, other: Place | None) -> float | None:
    if one is None or other is None:
        return None
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    up = math.radians(other.latitude - one.latitude)
    along = math.radians(other.longitude - one.longitude) * math.cos(math.radians(one.latitude))
    return _EARTH_M * math.hypot(up, along)


def _shared(one: str | None, other: str | None) -> float:
    first, second = set(_WORD.findall((one or "").lower())), set(_WORD.findall((other or "").lower()))
    return len(first & second) / len(first | second) if first and second else 0.0
