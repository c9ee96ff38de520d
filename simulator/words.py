"""How figures are said to people: durations, shares and the names of what was counted."""

from datetime import timedelta
from itertools import pairwise


def seconds(value: float | None) -> str:
    """A duration: `35.03 s`, `6 min 30 s`, `2 h 05 min`; a dash where there is none."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:g} s"
    if value < 3600:
        minutes, rest = divmod(round(value), 60)
        return f"{minutes} min {rest:02d} s" if minutes < 60 else "1 h 00 min"
    hours, minutes = divmod(round(timedelta(seconds=value) / timedelta(minutes=1)), 60)
    return f"{hours} h {minutes:02d} min"


def share(part: int, whole: int) -> str:
    """A share in percent; a dash of nothing."""
    return f"{part / whole:.1%}" if whole else "–"


def named(name: str) -> str:
    """`in_queue` as people write it."""
    return name.replace("_", " ").capitalize() if name.islower() else name.replace("_", " ")


def banded(edges_s: tuple[int, ...]) -> list[str]:
    """What the bands between edges are called: `under 10 s`, `10–60 s`, `1–5 min`, `1 h or more`."""
    if not edges_s:
        return ["all"]
    between = [_between(low, high) for low, high in pairwise(edges_s)]
    return [f"under {_short(edges_s[0])}", *between, f"{_short(edges_s[-1])} or more"]


def _between(low_s: int, high_s: int) -> str:
    for unit_s, unit in ((3600, "h"), (60, "min"), (1, "s")):
        if low_s % unit_s == high_s % unit_s == 0:
            return f"{low_s // unit_s}–{high_s // unit_s} {unit}"
    raise ValueError("bands have whole seconds")


def _short(edge_s: int) -> str:
    for unit_s, unit in ((3600, "h"), (60, "min")):
        if edge_s % unit_s == 0:
            return f"{edge_s // unit_s} {unit}"
    return f"{edge_s} s"


def printed(value: float | None, digits: int, sign: bool = False) -> str:
    """A number as it is printed: `3,641`, `27`, `8.0`; with `sign` a difference, `+1`, `-2`, `0`."""
    if value is None:
        return "–"
    text = f"{value:+,.{max(digits, 0)}f}" if sign else f"{value:,.{max(digits, 0)}f}"
    return text if set(text) & set("123456789") else text.lstrip("+-")
