"""Keeps personal data out of log lines: only known keys pass, numbers are masked, ids are hashed, foreign texts are cut."""

import hashlib
import re
import traceback
from collections.abc import MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

from chassis.errors import RingbackError

MASK = "[number]"
LONGEST = 300
_WORDS = """
event level logger service version instance time trace signal exit address port host url store log schema environment
command result reason error caused_by where refusal source topic partition position previous expected offset owner
loop timer effect batch count limit seconds attempt age method route status kind name file line
"""
KEYS = frozenset(_WORDS.split())
"""What a line may say. None of them ever holds a text that a caller or an operator wrote."""
HASHED = frozenset({"stream", "correlation", "cause", "id", "key"})
"""Ids: shown as the start of their SHA-256, so that lines of one incident can be found by who knows its id."""

_SEPARATOR = r"(?:[\s().\-/\u2010-\u2015]|%[0-9a-fA-F]{2}){0,3}"
_LIKE_A_NUMBER = re.compile(rf"\+?\d(?:{_SEPARATOR}\d){{6,}}")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS = rf"(?<![\d.]){_OCTET}(?:\.{_OCTET}){{3}}(?![\d.])"
_UUID = r"(?<!\w)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\w)"
_TRACE = r"(?<!\w)[0-9a-f]{32}(?!\w)"
_KEPT = re.compile(rf"({_ADDRESS}|{_UUID}|{_TRACE})")
_LARGEST = 10**9


def hashed(identity: str) -> str:
    """The first 12 hex digits of the SHA-256 of an id: `printf %s ID | sha256sum | cut -c1-12`."""
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def masked(text: str) -> str:
    """The first line of a text with everything that could be a telephone number masked; IP addresses, uuids and traces stay."""
    line = text[: 4 * LONGEST].splitlines()[0][:LONGEST] if text else ""
    words_and_kept = _KEPT.split(line)
    words_and_kept[::2] = [_LIKE_A_NUMBER.sub(MASK, words) for words in words_and_kept[::2]]
    return "".join(words_and_kept)


def scrubbed(line: MutableMapping[str, Any]) -> dict[str, Any]:
    """What may be written of a log line; names the keys it dropped, because they are a programming error."""
    kept = {key: _value(value) for key, value in line.items() if key in KEYS}
    kept |= {key: hashed(str(line[key])) for key in HASHED if line.get(key) is not None}
    dropped = sorted(key for key in line if key not in KEYS and key not in HASHED)
    return kept | {"dropped": [masked(key) for key in dropped]} if dropped else kept


def _value(value: Any) -> Any:
    match value:
        case None | bool() | datetime():
            return value.isoformat() if isinstance(value, datetime) else value
        case int() | float():
            return value if abs(value) < _LARGEST else MASK
        case list() | tuple() | set() | frozenset():
            return [_value(item) for item in value]
        case _:
            return masked(str(value))


def explained(error: BaseException) -> dict[str, Any]:
    """An error for a log line: its type, its place, and its words only if they are ours (foreign words may quote data)."""
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < 5:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    line = {
        "error": type(error).__name__,
        "where": [_frame(frame) for frame in traceback.extract_tb(error.__traceback__)[-8:]],
    }
    if isinstance(error, RingbackError):
        line["reason"] = str(error)
    elif isinstance(error, OSError) and error.strerror:
        line["reason"] = error.strerror
    return line | {"caused_by": causes} if causes else line


def _frame(frame: traceback.FrameSummary) -> str:
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"
