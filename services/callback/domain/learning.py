"""What a review does with each new fact about its call or its caller, also when it is over."""

from datetime import datetime

from contracts.callback.episodes import ReviewMerged
from contracts.callback.reviews import Disposition, LocationLearned, ReviewInformed, Risk
from contracts.envelope import Event
from services.callback.domain.commands import LearnCaller, LearnLocation, LearnMarker, LearnNear, LearnNumber, LearnSounds
from services.callback.domain.course import reopening
from services.callback.domain.evolve import after
from services.callback.domain.number import diallable
from services.callback.domain.place import kept
from services.callback.domain.review import Review
from services.callback.domain.risk import Assessment, Known, assess
from services.callback.domain.rules import Rules
from services.callback.domain.weighing import of_place, weigh

Learn = LearnLocation | LearnNear | LearnSounds | LearnMarker | LearnCaller | LearnNumber


def learn(review: Review, command: Learn, now: datetime, rules: Rules) -> list[Event]:
    """The fact, and what it changes in the assessment. Nothing that was known before is said again."""
    match command:
        case LearnLocation():
            return _location(review, command, now, rules)
        case LearnSounds():
            said = informed(review, "somebody listened to the line", now, sounds=command.sounds)
            return [*said, *_weighed(review, Known(review.abandonment, sounds=command.sounds), now, rules)]
        case LearnNear():
            said = informed(review, "an incident was opened near", now, near=(command.incident,))
            return [*said, *_weighed(review, Known(review.abandonment, near=(command.incident,)), now, rules)]
        case LearnMarker():
            said = informed(review, "a marker was placed", now, markers=(command.marker,))
            return [*said, *_weighed(review, Known(review.abandonment, markers=(command.marker,)), now, rules)]
        case LearnCaller():
            return _caller(review, command, now, rules)
        case LearnNumber():
            return _number(review, command, now, rules)


def informed(review: Review, source: str, now: datetime, **learned: tuple[object, ...]) -> list[Event]:
    """What of it is new to the review, as it is said; nothing when nothing is."""
    new = {name: _new(getattr(review, name), values) for name, values in learned.items()}
    if not any(new.values()):
        return []
    return [ReviewInformed.model_validate({"at": now, "review": review.review, "source": source, **new})]


def _new(known: tuple[object, ...], told: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(dict.fromkeys(one for one in told if one not in known))


def _weighed(review: Review, known: Known, now: datetime, rules: Rules) -> list[Event]:
    return weigh(review, assess(known, rules), now, rules)


def _location(review: Review, command: LearnLocation, now: datetime, rules: Rules) -> list[Event]:
    if kept(command.at, command.location) in review.places:
        return []
    found = of_place(command.at, command.location, rules)
    near = assess(Known(review.abandonment, near=command.near), rules)
    return [
        LocationLearned(at=command.at, review=review.review, location=command.location),
        *informed(review, "open incidents near", now, near=command.near),
        *weigh(review, found.joined(near), now, rules),
    ]


def _caller(review: Review, command: LearnCaller, now: datetime, rules: Rules) -> list[Event]:
    """By number, person and address: every association counts the same (IOPC to Hampshire, February 2023)."""
    contacts = command.earlier_contacts if command.earlier_contacts > review.earlier_contacts else 0
    markers = _new(review.markers, command.markers)
    if not contacts and not markers:
        return []
    said = ReviewInformed.model_validate(
        {
            "at": now,
            "review": review.review,
            "source": "who the caller is",
            "markers": markers,
            "earlier_contacts": contacts,
            "reasons": command.reasons,
        }
    )
    found = assess(Known(review.abandonment, markers=command.markers, earlier_contacts=contacts), rules)
    why = tuple(reason for reason in command.reasons if markers)
    return [said, *weigh(review, found.joined(Assessment(Risk.NONE_KNOWN, why, True)), now, rules)]


def _number(review: Review, command: LearnNumber, now: datetime, rules: Rules) -> list[Event]:
    """A call without a number gets one: it can be rung, and is, also when it had ended for want of one."""
    if diallable(review.number):
        return []
    story: list[Event] = [
        ReviewInformed(
            at=now,
            review=review.review,
            source=command.source,
            number=command.number,
            number_ref=command.number_ref,
            markers=tuple(marker for marker in command.markers if marker not in review.markers),
        )
    ]
    ended_too_early = (
        review.disposition is Disposition.NO_CONTACT_NO_RISK
        and review.closed_at is not None
        and now - review.closed_at <= rules.reopen_within
    )
    if ended_too_early and diallable(command.number):
        reason = "the number was learned after the review had ended without one"
        story.append(reopening(review, now, review.review, reason, f"policy {review.policy}", rules))
    changed = after(review, story) or review
    if command.into is not None and changed.open and not changed.with_people and not changed.attempts:
        reason = "its number turned out to be that of another call, and that review is open"
        story.append(ReviewMerged(at=now, review=review.review, into=command.into, reason=reason))
    return [*story, *_weighed(changed, Known(review.abandonment, markers=command.markers), now, rules)]
