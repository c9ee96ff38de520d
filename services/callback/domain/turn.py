"""The turn of a harvested caller: thousands are not rung at once, so a harvested review waits until it is called up."""

from dataclasses import dataclass
from datetime import datetime

from contracts.callback.reviews import ReviewAssessed, Risk
from contracts.callback.turns import AttemptsLearned, TurnGiven
from contracts.envelope import Event
from services.callback.domain.number import diallable
from services.callback.domain.review import Review
from services.callback.domain.risk import Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveTurn:
    """The caller may be rung now."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnAttempts:
    """A later list of the carrier names more attempts of the caller."""

    review: str
    attempted_at: tuple[datetime, ...]


def waits(review: Review) -> bool:
    """Whether its caller is to be rung and has not had a turn. Without a number to ring there is nothing to wait for, and what
    goes on in another review, or was opened again by a new call, waits no more.
    """
    harvested = review.harvest is not None and review.turn_at is None and review.reopened_at is None
    return review.open and harvested and review.merged_into is None and diallable(review.number)


def of_attempts(attempts: int) -> Assessment:
    """Who tried several times in an outage had reason to; that no attempt came through says nothing about danger by itself."""
    if attempts < 2:
        return Assessment(Risk.NONE_KNOWN, (), True)
    return Assessment(Risk.RAISED, (f"{attempts} attempts failed in an outage",), True)


def give(review: Review | None, now: datetime) -> list[Event]:
    """The turn, once."""
    return [] if review is None or not waits(review) else [TurnGiven(at=now, review=review.review)]


def learn(review: Review | None, command: LearnAttempts, now: datetime) -> list[Event]:
    """The attempts that are new, also when the review is over: they are counted in their hours."""
    new = () if review is None else tuple(sorted(set(command.attempted_at) - set(review.attempted_at)))
    if review is None or not new:
        return []
    learned = AttemptsLearned(at=now, review=review.review, attempted_at=new)
    known = Assessment(review.risk, review.reasons, review.gate_open)
    joined = known.joined(of_attempts(len(review.attempted_at) + len(new)))
    if joined == known or not review.open:
        return [learned]
    news = ReviewAssessed(
        at=now,
        review=review.review,
        risk=joined.risk,
        reasons=joined.reasons,
        gate_open=joined.gate_open,
        policy=review.policy,
    )
    return [learned, news]
