"""The rank of a review among all that are open, and why in words: danger first, then repeats, then whoever waits longest."""

from datetime import datetime
from typing import NamedTuple

from contracts.callback.reviews import Escalation, Risk
from services.callback.domain.review import Review, stamp

_MOST = 999


class Rank(NamedTuple):
    """Lower goes first. `place` is where the caller stands in line: the first attempt, however often they tried again."""

    level: int
    repeats: int
    place: datetime

    @property
    def key(self) -> str:
        """The rank as a text that sorts."""
        return f"{self.level} {_MOST - min(self.repeats, _MOST):03d} {stamp(self.place)}"


def rank(review: Review) -> Rank:
    """Where a review stands."""
    place = min((review.abandoned_at, *review.attempted_at))
    repeats = max(review.earlier_calls, review.earlier_contacts, len(review.attempted_at) - 1) + len(review.joined)
    return Rank(_level(review), repeats, place)


def reasons(review: Review) -> tuple[str, ...]:
    """Why it stands there, the weightiest first."""
    found = rank(review)
    words = [_LEVELS[found.level], *review.reasons]
    if found.repeats and not review.reasons:
        words.append(f"tried {found.repeats + 1} times")
    words.append(f"in line since {stamp(found.place)[:19]}Z")
    return tuple(words)


_LEVELS = (
    "the safety gate is shut: nobody may ring, a person must act",
    "high risk",
    "the deadline has passed",
    "raised risk",
    "no risk known",
)


def _level(review: Review) -> int:
    if not review.gate_open:
        return 0
    if review.risk is Risk.HIGH:
        return 1
    if review.escalated(Escalation.DEADLINE):
        return 2
    return 3 if review.risk is Risk.RAISED else 4
