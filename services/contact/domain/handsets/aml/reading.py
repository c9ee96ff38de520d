"""What a handset's message says once it is read, whatever form it came in: nothing is guessed, and what is odd is flagged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

from contracts.contact.handsets import HandsetFlag
from contracts.places import Location, LocationSource, Point


@dataclass(frozen=True, slots=True)
class Reading:
    """A message read. `location` is None when it names no point for a map; `flags` say why, and what else is odd."""

    location: Location | None = None
    measured_at: datetime | None = None
    number: str | None = None
    cell: str | None = None
    flags: tuple[HandsetFlag, ...] = ()

    def flagged(self, *flags: HandsetFlag) -> tuple[HandsetFlag, ...]:
        """These flags beside its own, each once, in a fixed order."""
        return tuple(flag for flag in HandsetFlag if flag in {*self.flags, *flags})


def fields(text: str, between: str) -> tuple[dict[str, str], bool]:
    """Names and values of a message, the first of each name; and whether any name came twice."""
    found: dict[str, str] = {}
    repeated = False
    for part in text.split(between):
        name, _, value = part.partition("=")
        repeated |= name in found
        found.setdefault(name, value)
    return found, repeated


def real(text: str | None) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None


def epoch(text: str | None, per_second: int) -> datetime | None:
    """An instant from a count since 1970, or None."""
    value = real(text)
    try:
        return None if value is None else datetime.fromtimestamp(value / per_second, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def located(
    latitude: float | None, longitude: float | None, radius: float | None, percent: float | None, no_fix: bool
) -> tuple[Location | None, tuple[HandsetFlag, ...]]:
    """The estimate, or why there is none. A null fix (no radius, no method, or 0,0) is never a point (DOMAIN section 1)."""
    if no_fix or (latitude == 0 and longitude == 0):
        return None, (HandsetFlag.NO_FIX,)
    if latitude is None or longitude is None:
        return None, (HandsetFlag.UNREADABLE,)
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None, (HandsetFlag.OUT_OF_RANGE,)
    return (
        Location(
            source=LocationSource.HANDSET,
            point=Point(latitude=latitude, longitude=longitude),
            radius_m=radius if radius is not None and radius >= 0 else None,
            confidence=percent / 100 if percent is not None and 0 <= percent <= 100 else None,
        ),
        (),
    )


def cell(found: Mapping[str, str], *names: str) -> str | None:
    """Network and cell as one name, when all parts of it are there and are digits."""
    parts = [found.get(name, "") for name in names]
    return "-".join(parts) if all(part.isascii() and part.isdigit() and len(part) <= 20 for part in parts) else None
