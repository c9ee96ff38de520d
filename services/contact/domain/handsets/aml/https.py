"""A handset's position as a web form, perhaps sealed with an HMAC over everything before it."""

import hmac
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote_plus

from contracts.contact.handsets import HandsetFlag
from services.contact.domain.handsets.aml.reading import Reading, cell, epoch, fields, located, real

_TAG = "&hmac="
_KINDS = {40: "sha1", 64: "sha256"}


class Seal(StrEnum):
    """What is known of the message's HMAC."""

    MISSING = "missing"
    RIGHT = "right"
    WRONG = "wrong"
    UNCHECKED = "unchecked"


def read(body: str) -> Reading:
    """The form; the fields that cannot be read are flagged."""
    found, repeated = fields(body, "&")
    found = {unquote_plus(name): unquote_plus(value) for name, value in found.items()}
    if "v" not in found:
        return Reading(flags=(HandsetFlag.UNREADABLE,))
    latitude, longitude = found.get("location_latitude"), found.get("location_longitude")
    location, flags = located(
        real(latitude),
        real(longitude),
        real(found.get("location_accuracy")),
        real(found.get("location_certainty")),
        not latitude and not longitude,
    )
    measured_at = epoch(found.get("location_time"), 1000)
    reading = Reading(
        location,
        measured_at,
        found.get("device_number") or None,
        cell(found, "cell_network_mcc", "cell_network_mnc", "cell_id"),
        flags,
    )
    odd = [*([HandsetFlag.FIELD_REPEATED] if repeated else []), *_untimed(measured_at)]
    return Reading(reading.location, reading.measured_at, reading.number, reading.cell, reading.flagged(*odd))


def seal(body: str, key: bytes | None) -> Seal:
    """Whether the HMAC (SHA-1 or SHA-256, in hex) over everything before it is right under the key."""
    said, found, tag = body.rpartition(_TAG)
    if not found:
        return Seal.MISSING
    if key is None:
        return Seal.UNCHECKED
    kind = _KINDS.get(len(tag))
    right = kind is not None and hmac.compare_digest(hmac.digest(key, said.encode(), kind).hex().encode(), tag.lower().encode())
    return Seal.RIGHT if right else Seal.WRONG


def _untimed(measured_at: datetime | None) -> tuple[HandsetFlag, ...]:
    return (HandsetFlag.NO_TIME,) if measured_at is None else ()
