"""How one call stands under one definition: answered, abandoned, left out with the reason, or still going on."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from contracts.contact.calls import Abandonment, Line
from services.contact.figures.call_facts import CallFacts
from services.contact.figures.definition import Clock, Definition, Whole


class Standing(StrEnum):
    """Every call of a definition's lines stands in exactly one of these."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    LEFT_OUT = "left_out"
    OPEN = "open"


class Judged(NamedTuple):
    """A call's standing, why it was left out if it was, and whether the whole of the shares takes it in."""

    standing: Standing
    reason: str | None
    in_whole: bool


def judge(call: CallFacts, definition: Definition) -> Judged | None:
    """The standing; None for a call of another line, switch or queue. No call is dropped: what does not count is left out."""
    if not _concerns(call, definition):
        return None
    standing, reason = _standing(call, definition)
    return Judged(standing, reason, _in_whole(call, standing, definition.whole))


def waited_s(call: CallFacts, clock: Clock) -> float | None:
    """Seconds from a clock's beginning to the answer, else to the break.

    None where that beginning was never told, or nothing ended the wait; below 0 where two clocks disagree. Nobody who never
    queued waited in a queue: by that clock an answered call counts as 0.
    """
    ended = _wait_ended(call, clock)
    if ended is None:
        return None
    begins = call.presented_at if clock is Clock.PRESENTED else call.queued_at
    if begins is not None:
        return (ended - begins).total_seconds()
    return 0.0 if clock is Clock.QUEUED and call.answered_at is not None else None


def _wait_ended(call: CallFacts, clock: Clock) -> datetime | None:
    """The queue's wait ends by the switch's clock where it said so, as the answer is the handler's."""
    if call.answered_at is None:
        return call.abandoned_at
    return call.left_queue_at or call.answered_at if clock is Clock.QUEUED else call.answered_at


def _concerns(call: CallFacts, definition: Definition) -> bool:
    """A line nobody named is taken for the emergency line, as contact itself does."""
    return (
        (call.line or Line.EMERGENCY) in definition.lines
        and (not definition.switches or call.switch in definition.switches)
        and (not definition.queues or call.queue in definition.queues)
    )


def _standing(call: CallFacts, definition: Definition) -> tuple[Standing, str | None]:
    over = call.abandonment is not None or call.answered_at is not None
    if over and definition.whole is Whole.QUEUED and call.queued_at is None:
        return Standing.LEFT_OUT, "never queued"
    if call.abandonment is not None:
        return _broken_off(call, call.abandonment, definition)
    if call.answered_at is not None:
        return Standing.ANSWERED, None
    if call.place_given_up:
        return Standing.LEFT_OUT, "kept the place, and was answered in another call"
    if call.ended_at is not None:
        return Standing.LEFT_OUT, "over, and nobody said that it was answered"
    return Standing.OPEN, None


def _broken_off(call: CallFacts, kind: Abandonment, definition: Definition) -> tuple[Standing, str | None]:
    if kind not in definition.abandoned:
        if call.answered_at is not None and call.abandoned_at is not None and call.answered_at <= call.abandoned_at:
            return Standing.ANSWERED, None
        return Standing.LEFT_OUT, f"class {kind}"
    if definition.least_wait_s and (waited_s(call, definition.clock) or 0.0) < definition.least_wait_s:
        return Standing.LEFT_OUT, f"gone within {definition.least_wait_s:g} s"
    if call.rang_again and not definition.rang_again:
        return Standing.LEFT_OUT, "rang again and was answered"
    return Standing.ABANDONED, None


def _in_whole(call: CallFacts, standing: Standing, whole: Whole) -> bool:
    match whole:
        case Whole.ALL:
            return True
        case Whole.PRESENTED:
            return call.abandonment is not Abandonment.BEFORE_PRESENTED
        case Whole.QUEUED:
            return call.queued_at is not None
        case Whole.COUNTED:
            return standing in (Standing.ANSWERED, Standing.ABANDONED)
