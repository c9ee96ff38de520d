"""The safety gate, the only road to the telephone: a ring or a lit-up screen can get somebody hurt (DOMAIN section 3.3).

Asked at every attempt and every text. What it lets through it says as an event, the recorded intention; and only such an
event, once durable, becomes the permit without which no telephone rings and no text goes out.
"""

from collections.abc import Iterator
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from typing import Final, final

from contracts.callback.reviews import AttemptStarted, Outcome, TextStarted
from services.callback.domain.attempt import Attempt
from services.callback.domain.number import diallable
from services.callback.domain.review import Review
from services.callback.domain.risk import Known, shutting
from services.callback.domain.rules import Rules

_GATE_SEAL: Final = object()
_NEVER_AGAIN = frozenset({Outcome.UNDER_DURESS, Outcome.WHISPERED, Outcome.DEAD_HANDSET})


class _Sealed:
    """What this module alone can make."""

    __slots__ = ()

    def __post_init__(self, seal: object) -> None:
        if seal is not _GATE_SEAL:
            raise TypeError("only the safety gate makes a permit")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Permit(_Sealed):
    """Leave to ring one number once, until `give_up_at`. `attempt_id` is the identity the telephone network sees."""

    seal: InitVar[object]
    review: str
    attempt: int
    attempt_id: str
    number: str
    give_up_at: datetime


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TextPermit(_Sealed):
    """Leave to send one text to one number once."""

    seal: InitVar[object]
    review: str
    text_id: str
    number: str
    words: str


def shut(review: Review, rules: Rules) -> tuple[str, ...]:
    """Why neither a ring nor a text may go out as things stand, in words; empty: one may.

    Weighed again from the facts themselves each time, whatever an earlier assessment concluded.
    """
    return tuple(dict.fromkeys(_reasons(review, rules)))


def _reasons(review: Review, rules: Rules) -> Iterator[str]:
    if not review.open:
        yield "the review is over"
    if review.merged_into is not None:
        yield "it goes on in another review of the caller"
    if not diallable(review.number):
        yield "there is no number that can be dialled"
    yield from shutting(Known(review.abandonment, review.sounds, review.markers), rules)
    if not review.gate_open:
        yield "the safety gate is shut"
    for attempt in review.attempts:
        if attempt.outcome in _NEVER_AGAIN:
            yield f"attempt {attempt.n} ended as {attempt.outcome}"


def ring(review: Review, attempt: Attempt, attempt_id: str, now: datetime, rules: Rules) -> AttemptStarted | None:
    """The intention to ring, if the gate lets it through."""
    if review.number is None or shut(review, rules):
        return None
    return AttemptStarted(
        at=now,
        review=review.review,
        attempt=attempt.n,
        attempt_id=attempt_id,
        number=review.number,
        give_up_at=now + timedelta(seconds=rules.ring_s),
        permit=f"no marker, sound or word against it, and a number to dial; policy {rules.version}",
    )


def text(review: Review, text_id: str, words: str, now: datetime, rules: Rules) -> TextStarted | None:
    """The intention to send a text, if the gate lets it through; to be recorded before anything is sent."""
    if review.number is None or shut(review, rules):
        return None
    return TextStarted(at=now, review=review.review, text_id=text_id, number=review.number, words=words, policy=rules.version)


def permit(started: AttemptStarted) -> Permit:
    """The permit of an intention to ring that is durable."""
    return Permit(
        seal=_GATE_SEAL,
        review=started.review,
        attempt=started.attempt,
        attempt_id=started.attempt_id,
        number=started.number,
        give_up_at=started.give_up_at,
    )


def permit_text(started: TextStarted) -> TextPermit:
    """The permit of an intention to send a text that is durable."""
    return TextPermit(seal=_GATE_SEAL, review=started.review, text_id=started.text_id, number=started.number, words=started.words)
