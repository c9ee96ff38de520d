"""What follows on each word about an item: one person at a time has it, silence is an alarm, a hand-over is acknowledged."""

from datetime import datetime, timedelta

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
from services.callback.worklist.commands import (
    AcknowledgeHandOver,
    ItemCommand,
    NoteWork,
    PassAcknowledgement,
    PassSilence,
    PutBack,
    TakeItem,
)
from services.callback.worklist.item import Item


def decide(item: Item | None, command: ItemCommand, open_: bool, now: datetime, rules: DeskRules) -> list[Event]:
    """The events of a command. `open_`: whether the review is open; an item of one that is over is nobody's business."""
    match command:
        case TakeItem():
            return _take(item, command, open_, now, rules)
        case NoteWork():
            return worked(item, command.by, open_, now, rules, command.words) or _not_yours(item, command.by)
        case PutBack():
            return _put_back(item, command, now) or _not_yours(item, command.by)
        case AcknowledgeHandOver():
            return _acknowledge(item, command, now)
        case PassSilence():
            return _pass_silence(item, open_, now)
        case PassAcknowledgement():
            return _pass_acknowledgement(item, open_, now)


def _take(item: Item | None, command: TakeItem, open_: bool, now: datetime, rules: DeskRules) -> list[Event]:
    if not open_:
        raise Refused("review-closed", "the review is over: there is nothing left to do")
    holder = None if item is None else item.taken_by
    if holder == command.by:
        return []
    if item is not None and holder is not None and item.silent_since is None:
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


def _put_back(item: Item | None, command: PutBack, now: datetime) -> list[Event]:
    if item is None or item.taken_by != command.by:
        return []
    return [ItemHandedBack(at=now, review=item.review, by=command.by, reason=HandBack.PUT_BACK, words=command.words)]


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


def _acknowledge(item: Item | None, command: AcknowledgeHandOver, now: datetime) -> list[Event]:
    if item is None or item.handed_over_by is None:
        raise Refused("nothing-handed-over", "nobody handed this over, or somebody acknowledged it already", ("take it",))
    if item.handed_over_by == command.by:
        raise Refused("own-hand-over", "whoever handed it over cannot acknowledge it", ("somebody else acknowledges it",))
    return _noticed(item, command.by, now)


def _pass_silence(item: Item | None, open_: bool, now: datetime) -> list[Event]:
    if item is None or item.taken_by is None or item.act_by is None or now < item.act_by or item.silent_since is not None:
        return []
    if not open_:
        return [ItemHandedBack(at=now, review=item.review, by=item.taken_by, reason=HandBack.REVIEW_OVER)]
    return [ItemFellSilent(at=now, review=item.review, by=item.taken_by, since=item.heard_at or now)]


def _pass_acknowledgement(item: Item | None, open_: bool, now: datetime) -> list[Event]:
    if item is None or item.handed_over_by is None or item.acknowledge_by is None or now < item.acknowledge_by:
        return []
    if not open_:
        return [ItemHandedBack(at=now, review=item.review, by=item.handed_over_by, reason=HandBack.REVIEW_OVER)]
    return [] if item.unanswered else [HandOverUnanswered(at=now, review=item.review, handed_over_by=item.handed_over_by)]
