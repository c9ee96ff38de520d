"""A callsign and the stream it stands for: spelt differently by different people, it is the same unit."""

import re

from contracts.refusals import Invalid

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,39}")
_OTHER = re.compile(r"[^A-Z0-9]+")


def unit_of(callsign: str) -> str:
    """The stream of a callsign, for example `unit-E39`; raises Invalid for what cannot be said on the radio.

    A unit's id, as every answer has it beside the callsign, stands for itself.
    """
    if not _PLAIN.fullmatch(callsign):
        raise Invalid("callsign-unreadable", "A callsign has up to 40 letters, digits, spaces, dots, slashes and hyphens.")
    return f"unit-{_OTHER.sub('-', callsign.removeprefix('unit-').upper()).strip('-')}"
