"""Reading JSON that cannot surprise anybody later: one meaning, bounded, finite, and text that shows what it says."""

import json
import math
import re
import unicodedata
from typing import Any

MOST_KEYS = 200
DEEPEST = 20
GREATEST_INTEGER = 2**53 - 1
"""The whole numbers that every JSON reader keeps exactly (RFC 7493)."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Unreadable(Exception):
    """A body that is refused; the message says what to do, and holds nothing of the body."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def has_forbidden_text(text: str) -> bool:
    """Whether a text holds NUL or other control characters, bidirectional overrides, or half a surrogate pair."""
    return _FORBIDDEN.search(text) is not None


def read_json(raw: bytes) -> Any:
    """The value of a JSON text, its strings in Unicode normal form C; raises Unreadable."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Unreadable("not-utf-8", "Send the body in UTF-8.") from None
    try:
        value = _decoder.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError:
        raise Unreadable("not-json", "Send one well-formed JSON value, without a byte order mark.") from None
    return _clean(value, 0)


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, whatever its spacing and order of fields were."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _text(value)
    if not isinstance(value, dict | list):
        return value
    if depth >= DEEPEST:
        raise _too_deep()
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    return {key: _clean(item, depth + 1) for key, item in value.items()}


def _text(value: str) -> str:
    if _FORBIDDEN.search(value):
        raise Unreadable(
            "forbidden-text",
            "Take out control characters (tab and line feed may stand in text), bidirectional overrides and lone surrogates.",
        )
    return unicodedata.normalize("NFC", value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise Unreadable("too-many-fields", f"Send objects of at most {MOST_KEYS} fields.")
    found = {_text(key): value for key, value in pairs}
    if len(found) != len(pairs):
        raise Unreadable("duplicate-field", "Name each field of an object once.")
    return found


def _real(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise Unreadable("number-out-of-range", "Send finite numbers that fit a 64 bit float.")
    return value


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(value := int(digits)) > GREATEST_INTEGER:
        raise Unreadable("number-out-of-range", f"Send whole numbers between -{GREATEST_INTEGER} and {GREATEST_INTEGER}.")
    return value


def _no_constant(_: str) -> float:
    raise Unreadable("number-out-of-range", "Send finite numbers: NaN and Infinity are not JSON.")


def _too_deep() -> Unreadable:
    return Unreadable("too-deep", f"Nest objects and lists at most {DEEPEST} deep.")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=_real, parse_int=_whole, parse_constant=_no_constant)
