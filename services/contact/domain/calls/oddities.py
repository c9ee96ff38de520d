"""What is odd about what was told of a call: flagged, so that a person sees it, and never a reason to treat the call as less."""

from collections.abc import Iterator
from enum import StrEnum

from services.contact.domain.calls.call import Call

NATIONAL = "+44"
_WITHHELD = {"withheld", "anonymous", "private", "restricted", "unavailable", "unknown", "payphone", "no number"}


class Flag(StrEnum):
    """One oddity."""

    NEVER_PRESENTED = "never_presented"
    ANSWERED_WITHOUT_QUEUE = "answered_without_queue"
    ENDED_WITHOUT_ANSWER = "ended_without_answer"
    NUMBER_MISSING = "number_missing"
    NUMBER_WITHHELD = "number_withheld"
    NUMBER_UNREADABLE = "number_unreadable"
    NUMBER_INTERNATIONAL = "number_international"
    NUMBER_CHANGED = "number_changed"
    TIME_IMPOSSIBLE = "time_impossible"
    TIMES_OUT_OF_ORDER = "times_out_of_order"
    CLOCKS_DISAGREE = "clocks_disagree"
    CONTRADICTED = "contradicted"


def flags(call: Call) -> tuple[Flag, ...]:
    """All that is odd about a call."""
    return (*_of_course(call), *_of_number(call), *_of_clocks(call))


def _of_course(call: Call) -> Iterator[Flag]:
    if call.presented_at is None:
        yield Flag.NEVER_PRESENTED
    if call.answered_at is not None and call.queued_at is None:
        yield Flag.ANSWERED_WITHOUT_QUEUE
    if call.ended_at is not None and call.answered_at is None:
        yield Flag.ENDED_WITHOUT_ANSWER


def _of_number(call: Call) -> Iterator[Flag]:
    if call.number is None:
        yield Flag.NUMBER_MISSING
    elif call.number_ref is None:
        withheld = call.number.strip().lower().removeprefix("sip:").partition("@")[0] in _WITHHELD
        yield Flag.NUMBER_WITHHELD if withheld else Flag.NUMBER_UNREADABLE
    elif call.number.startswith("+") and not call.number.startswith(NATIONAL):
        yield Flag.NUMBER_INTERNATIONAL
    if call.earlier_refs:
        yield Flag.NUMBER_CHANGED


def _of_clocks(call: Call) -> Iterator[Flag]:
    told = [at for at in (call.presented_at, call.queued_at, call.answered_at, call.over_at) if at is not None]
    if told != sorted(told):
        yield Flag.TIMES_OUT_OF_ORDER
    if any("that time cannot be" in said.reason for said in call.asides):
        yield Flag.TIME_IMPOSSIBLE
    if any(said.apart_s is not None for said in call.asides):
        yield Flag.CLOCKS_DISAGREE
    if any(said.apart_s is None for said in call.asides):
        yield Flag.CONTRADICTED
