"""What had put a call through, weighed: what rang by itself, or silently on purpose, says more than that somebody asked."""

from contracts.contact.calls import Start

_WEIGHT = (None, Start.REQUEST, Start.NO_REQUEST)
"""From the start that says least; all others say most, and the first of them stands."""


def says_more(known: Start | None, told: Start | None) -> bool:
    """Whether what is told of the start goes beyond what is known."""
    return told is not None and weight(told) > weight(known)


def weight(start: Start | None) -> int:
    """From 0 for nothing known."""
    return _WEIGHT.index(start) if start in _WEIGHT else len(_WEIGHT)
