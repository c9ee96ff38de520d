"""Keyed references stand for personal values: equal values match, and nobody without the key can go back."""

import hmac
import re
from typing import NamedTuple

import phonenumbers

REGION = "GB"
_WRITTEN = re.compile(r"\+?[\d\s().\-/]+")
_ADDRESS = re.compile(r"(?:tel|sips?):([^@;?]*)[@;?]?.*", re.IGNORECASE)
_SEPARATOR = b"\x1f"


class Number(NamedTuple):
    """A telephone number as it is kept: E.164 where it can be dialled, else exactly as it was given.

    Only a diallable number tells callers apart: "withheld" is not one caller, so make no reference of it.
    """

    normalised: str
    diallable: bool


def telephone(raw: str) -> Number:
    """Read a number as a switch or a person wrote it; what cannot be read survives as given.

    Diallable means of a possible length with its area code, not of a known range: ranges are opened faster than tables are
    updated, and a caller who could have been rung back matters more than an attempt that fails. `tel:` and `sip:` are read.
    """
    address = _ADDRESS.fullmatch(raw)
    written = raw if address is None else address[1]
    if not _WRITTEN.fullmatch(written):
        return Number(raw, False)
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        return Number(raw, False)
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return Number(raw, False)
    return Number(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), True)


class Keyer:
    """Makes references with one key, the same in all services of a force."""

    def __init__(self, key: bytes) -> None:
        if not key:
            raise ValueError("a reference key cannot be empty")
        self._key = key

    def reference(self, kind: str, value: str) -> str:
        """`kind:` and 128 bits of HMAC-SHA-256 in hex; the kind is part of what is keyed, so kinds never match each other."""
        message = kind.encode() + _SEPARATOR + value.encode("utf-8", "surrogatepass")
        return f"{kind}:{hmac.digest(self._key, message, 'sha256').hex()[:32]}"
