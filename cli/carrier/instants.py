"""Times as carriers write them: with a zone or by the local clock, in one column or two, day first."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DATES = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d/%m/%y", "%Y/%m/%d", "%Y%m%d")
_CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H%M%S", "%H%M")
_EPOCH = re.compile(r"\d{10}(\d{3})?(\.\d+)?")


def instant(words: str, zone: ZoneInfo) -> datetime | None:
    """The instant in UTC, or None when it cannot be read. Without a zone of its own it is by the clock of `zone`."""
    words = " ".join(words.split())
    try:
        found = next(_read(words), None)
        return None if found is None else (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def _read(words: str) -> Iterator[datetime]:
    if _EPOCH.fullmatch(words):
        seconds = float(words)
        yield datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    for text in (words, words.removesuffix(" UTC") + "+00:00" if words.endswith(" UTC") else ""):
        try:
            if len(text) > len("2023-06-25"):
                yield datetime.fromisoformat(text)
        except ValueError:
            continue
    for date in _DATES:
        for clock in _CLOCKS:
            try:
                yield datetime.strptime(words, f"{date} {clock}")  # noqa: DTZ007  the zone comes from whoever reads
            except ValueError:
                continue
