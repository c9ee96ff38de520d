"""Where in a TOML file something stands: the parser forgets lines, and a refusal without one sends people searching."""

import re
from collections.abc import Iterator, Sequence

_HEADER = re.compile(r"\s*\[(\[)?\s*([\w.\-]+)\s*\]")
_KEY = re.compile(r"\s*([\w\-]+)\s*=")


def line_of(text: str, table: str, n: int, path: Sequence[str | int]) -> int:
    """The line, from 1, of a key within the n-th `[[table]]`; of what encloses it when the key itself is not written."""
    best, reached = 1, -1
    for line, place in _places(text, table, n):
        depth = _common(place, path)
        if depth == len(place) and depth > reached:
            best, reached = line, depth
    return best


def _places(text: str, table: str, n: int) -> Iterator[tuple[int, list[str | int]]]:
    """Each header and key of the n-th table with its line and its path from there."""
    seen = -1
    inner: list[str | int] = []
    counts: dict[str, int] = {}
    for line, written in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(written):
            name = header[2]
            if name == table:
                seen, inner, counts = seen + 1, [], {}
            else:
                counts[name] = counts.get(name, -1) + 1
                inner = [*name.split(".")[1:], *([counts[name]] if header[1] else [])]
            if seen == n:
                yield line, inner
        elif seen == n and (key := _KEY.match(written)):
            yield line, [*inner, key[1]]


def _common(place: Sequence[str | int], path: Sequence[str | int]) -> int:
    depth = 0
    for one, other in zip(place, path, strict=False):
        if one != other:
            break
        depth += 1
    return depth
