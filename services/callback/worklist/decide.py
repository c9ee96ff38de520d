"""What follows on each word about an item: one person at a time has it, and silence, a hand-over and a wait end in an alarm."""

from datetime import datetime, timedelta

from contracts.callback.alarms import ItemUntaken, ItemWaits
from contracts.callback.worklist import (
    HandBack,
    HandOverAcknowledged,
    HandOverUnanswered,
    ItemFellSilent,
    ItemHandedBack,
    ItemTaken,
    ItemWorked,
)
from contracts.envelope import Event
from contracts.refusals import Refused
from services.callback.domain.desk_rules import DeskRules
from services.callback.domain.review import Review
from services.callback.worklist import alarm
from services.callback.worklist.commands import (
    AcknowledgeAlarm,
    AcknowledgeHandOver,
    ClimbAlarm,
    ItemCommand,
    NoteWork,
    PassAcknowledgement,
    PassSilence,
    PassTaking,
    PutBack,
    RepeatAlarm,
    TakeItem,
)
from services.callback.worklist.item import Item


def wanted(review: Review | None) -> bool:
    """Whether a person must take the review: it was handed to one, and no incident has it or was asked for with that."""
    if review is None or not review.open or review.merged_into is not None or review.open_incidents:
        return False
    return any(not step.past and not step.deploy for step in review.escalations)


def decide(item: Item | None, command: ItemCommand, review: Review | None, now: datetime, rules: DeskRules) -> list[Event]:
    """The events of a command. An item of a review that is over is nobody's business."""
    open_ = review is not None and review.open
    match command:
        case TakeItem():
            return _take(item, command, open_, now, rules)
        case NoteWork():
            return worked(item, command.by, open_, now, rules, command.words) or _not_yours(item, command.by)
        case PutBack():
            return _put_back(item, command, review, now, rules) or _not_yours(item, command.by)
        case AcknowledgeHandOver():
            return _acknowledge(item, command, review, now, rules)
        case AcknowledgeAlarm():
            return alarm.acknowledge(None if item is None else item.alarm, command, now, rules)
        case _:
            return _passed(item, command, open_, now, rules)


def follow(item: Item | None, review: Review, now: datetime, rules: DeskRules) -> list[Event]:
    """What becomes of the item when the review has changed: it waits for somebody, or nobody need have it any more."""
    if wanted(review):
        return waits(review, now, rules) if item is None or item.idle else []
    if item is None or item.idle:
        return []
    by = item.taken_by or item.handed_over_by or f"policy {item.policy}"
    if not review.open:
        return [ItemHandedBack(at=now, review=item.review, by=by, reason=HandBack.REVIEW_OVER)]
    if item.waits_since is not None:
        return [ItemHandedBack(at=now, review=item.review, by=by, reason=HandBack.OTHERS_HAVE_IT)]
    return []


def waits(review: Review | None, now: datetime, rules: DeskRules) -> list[Event]:
    """Somebody must take what is people's and what nobody has."""
    if review is None or not wanted(review):
        return []
    take_by = now + timedelta(seconds=rules.take_within_s)
    return [ItemWaits(at=now, review=review.review, take_by=take_by, policy=rules.version)]


def _take(item: Item | None, command: TakeItem, open_: bool, now: datetime, rules: DeskRules) -> list[Event]:
    if not open_:
        raise Refused("review-closed", "the review is over: there is nothing left to do")
    holder = None if item is None else item.taken_by
    if holder == command.by:
        return []
    if item is not None and holder is not None and not item.silent:
        raise Refused(
            "item-taken",
            f"{holder} has it since {item.taken_at:%H:%M:%S} UTC and was heard of at {item.heard_at:%H:%M:%S}",
            ("take another item", f"ask {holder} to put it back", "a supervisor logs them off"),
        )
    taken = ItemTaken(
        at=now,
        review=command.review,
        by=command.by,
        act_by=now + rules.silence,
        policy=rules.version,
        taken_over_from=holder,
    )
    return [*_noticed(item, command.by, now), taken]


def _noticed(item: Item | None, by: str, now: datetime) -> list[Event]:
    if item is None or item.handed_over_by is None:
        return []
    return [HandOverAcknowledged(at=now, review=item.review, by=by, handed_over_by=item.handed_over_by)]


def worked(item: Item | None, by: str, open_: bool, now: datetime, rules: DeskRules, words: str | None = None) -> list[Event]:
    """A sign of life of whoever has it; with the review over they have it no more. Others' work changes nothing here."""
    if item is None or item.taken_by != by:
        return []
    if not open_:
        return [ItemHandedBack(at=now, review=item.review, by=by, reason=HandBack.REVIEW_OVER)]
    return [ItemWorked(at=now, review=item.review, by=by, act_by=now + rules.silence, words=words)]


def _put_back(item: Item | None, command: PutBack, review: Review | None, now: datetime, rules: DeskRules) -> list[Event]:
    if item is None or item.taken_by != command.by:
        return []
    back = ItemHandedBack(at=now, review=item.review, by=command.by, reason=HandBack.PUT_BACK, words=command.words)
    return [back, *waits(review, now, rules)]


def _not_yours(item: Item | None, by: str) -> list[Event]:
    holder = None if item is None else item.taken_by
    raise Refused("item-not-yours", f"{by} does not have it: {'nobody' if holder is None else holder} does", ("take it first",))


def handed_over(item: Item, open_: bool, now: datetime, rules: DeskRules) -> list[Event]:
    """What somebody who leaves had in hand goes back, to be acknowledged; what is over is just over."""
    by = item.taken_by
    if by is None:
        return []
    if not open_:
        return [ItemHandedBack(at=now, review=item.review, by=by, reason=HandBack.REVIEW_OVER)]
    acknowledge_by = now + timedelta(seconds=rules.acknowledge_s)
    return [ItemHandedBack(at=now, review=item.review, by=by, reason=HandBack.LOGGED_OFF, acknowledge_by=acknowledge_by)]


def _acknowledge(
    item: Item | None, command: AcknowledgeHandOver, review: Review | None, now: datetime, rules: DeskRules
) -> list[Event]:
    """Knowing of it is not having it: from now on it waits for somebody to take it."""
    if item is None or item.handed_over_by is None:
        raise Refused("nothing-handed-over", "nobody handed this over, or somebody acknowledged it already", ("take it",))
    if item.handed_over_by == command.by:
        raise Refused("own-hand-over", "whoever handed it over cannot acknowledge it", ("somebody else acknowledges it",))
    return [*_noticed(item, command.by, now), *waits(review, now, rules)]


def _passed(item: Item | None, command: ItemCommand, open_: bool, now: datetime, rules: DeskRules) -> list[Event]:
    """A timer. What is over by now raises no alarm."""
    if item is None or item.idle:
        return []
    if not open_:
        by = item.taken_by or item.handed_over_by or f"policy {item.policy}"
        return [ItemHandedBack(at=now, review=item.review, by=by, reason=HandBack.REVIEW_OVER)]
    match command:
        case ClimbAlarm():
            return alarm.climb(item.alarm, item.review, now)
        case RepeatAlarm():
            return alarm.repeat(item.alarm, item.review, now)
        case PassSilence() | PassAcknowledgement() | PassTaking() if item.alarm is None:
            return _raised(item, command, now, rules)
        case _:
            return []


def _raised(item: Item, command: PassSilence | PassAcknowledgement | PassTaking, now: datetime, rules: DeskRules) -> list[Event]:
    told = alarm.raised(rules, item.reached, now)
    match command:
        case PassSilence() if item.taken_by is not None and item.act_by is not None and now >= item.act_by:
            return [ItemFellSilent(at=now, review=item.review, by=item.taken_by, since=item.heard_at or now, **told)]
        case PassAcknowledgement() if (
            item.handed_over_by is not None and item.acknowledge_by is not None and now >= item.acknowledge_by
        ):
            return [HandOverUnanswered(at=now, review=item.review, handed_over_by=item.handed_over_by, **told)]
        case PassTaking() if item.waits_since is not None and item.take_by is not None and now >= item.take_by:
            return [ItemUntaken(at=now, review=item.review, since=item.waits_since, **told)]
        case _:
            return []
