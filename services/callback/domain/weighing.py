"""What is learned joined to what is known: a new assessment, and a review that was over too early is opened again."""

from datetime import datetime

from contracts.callback.reviews import ReviewAssessed, Risk
from contracts.envelope import Event
from contracts.places import Location
from services.callback.domain.course import reopening
from services.callback.domain.place import kept, usable
from services.callback.domain.review import Review
from services.callback.domain.risk import Assessment
from services.callback.domain.rules import Rules


def weigh(review: Review, found: Assessment, now: datetime, rules: Rules) -> list[Event]:
    """What was found joined to what was known; nothing when that changes nothing.

    A review that is over is opened again when it turns out to be a matter for people: high risk, or the gate shut.
    """
    known = Assessment(review.risk, review.reasons, review.gate_open)
    joined = known.joined(found)
    if joined == known:
        return []
    news = assessed(review.review, joined, review.policy, now)
    if review.open:
        return [news]
    grave = (joined.gate_open, joined.risk is Risk.HIGH) != (known.gate_open, known.risk is Risk.HIGH)
    if not grave:
        return []
    reason = f"learned after its end: {'; '.join(reason for reason in found.reasons if reason not in known.reasons)}"
    return [reopening(review, now, review.review, reason, f"policy {review.policy}", rules), news]


def of_place(at: datetime, location: Location, rules: Rules) -> Assessment:
    """A place is no risk; that somebody can be sent there is worth saying."""
    reachable = usable(kept(at, location), rules.usable_radius_m)
    return Assessment(Risk.NONE_KNOWN, ("a place to send somebody to is known",) if reachable else (), True)


def assessed(review: str, found: Assessment, policy: str, now: datetime) -> ReviewAssessed:
    """The assessment as it is said."""
    return ReviewAssessed(at=now, review=review, risk=found.risk, reasons=found.reasons, gate_open=found.gate_open, policy=policy)
