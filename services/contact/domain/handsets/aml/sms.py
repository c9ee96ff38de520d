"""A handset's position as a text message: fields between semicolons, in two versions, with the length it claims to have."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from contracts.contact.handsets import HandsetFlag
from services.contact.domain.handsets.aml.reading import Reading, epoch, fields, located, real

HEADER = 'A"ML='
_NO_FIX = "N"


def read(text: str) -> Reading:
    """The message; a text that is none is flagged unreadable, and kept by whoever asked."""
    if not text.startswith(HEADER):
        return Reading(flags=(HandsetFlag.UNREADABLE,))
    found, repeated = fields(text, ";")
    reading = _second(found) if found['A"ML'] == "2" else _first(found)
    odd = []
    if repeated:
        odd.append(HandsetFlag.FIELD_REPEATED)
    if "ml" in found and found["ml"] != str(len(text)):
        odd.append(HandsetFlag.LENGTH_LIES)
    return Reading(reading.location, reading.measured_at, flags=reading.flagged(*odd))


def _first(found: Mapping[str, str]) -> Reading:
    """Version 1: `rd` or `pm` N says that there is no fix."""
    no_fix = _NO_FIX in (found.get("rd"), found.get("pm"))
    location, flags = located(real(found.get("lt")), real(found.get("lg")), real(found.get("rd")), real(found.get("lc")), no_fix)
    measured_at = _time(found.get("top", ""))
    return Reading(location, measured_at, flags=(*flags, *_untimed(measured_at)))


def _second(found: Mapping[str, str]) -> Reading:
    """Version 2 (Android's trial): `lo` holds latitude, longitude and radius, `lt` seconds between the call and the fix."""
    parts = [real(part) for part in found.get("lo", "").split(",")]
    latitude, longitude, radius = (*parts, None, None, None)[:3]
    location, flags = located(latitude, longitude, radius or None, real(found.get("lc")), not found.get("lo"))
    measured_at = _later(epoch(found.get("et"), 1), real(found.get("lt")))
    return Reading(location, measured_at, flags=(*flags, *_untimed(measured_at)))


def _later(at: datetime | None, seconds: float | None) -> datetime | None:
    try:
        return None if at is None or seconds is None else at + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if len(text) == 14 else None
    except ValueError:
        return None


def _untimed(measured_at: datetime | None) -> tuple[HandsetFlag, ...]:
    return (HandsetFlag.NO_TIME,) if measured_at is None else ()
