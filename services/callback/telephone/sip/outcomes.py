"""What the network's last word on an INVITE means for the caller (DOMAIN section 11): one table, the cause before the status."""

import re
from enum import StrEnum
from typing import NamedTuple

from contracts.callback.reviews import Outcome
from services.callback.telephone.sip.leg import Refusal
from services.callback.telephone.sip.transactions.client import Silence
from services.callback.telephone.sip.wire.message import Response

CAUSES: dict[int, Outcome] = {
    **dict.fromkeys((1, 28), Outcome.NUMBER_UNKNOWN),
    17: Outcome.ENGAGED,
    **dict.fromkeys((18, 19, 20), Outcome.RANG_OUT),
    21: Outcome.DECLINED,
    **dict.fromkeys((22, 23), Outcome.NUMBER_CHANGED),
    **dict.fromkeys((34, 38, 41, 42, 102), Outcome.NETWORK_FAILURE),
}
"""Q.850 causes that say more than a status; 16, a normal end, says nothing of a call that never began."""

STATUSES: dict[int, Outcome] = {
    **dict.fromkeys((486, 600), Outcome.ENGAGED),
    **dict.fromkeys((480, 408), Outcome.RANG_OUT),
    **dict.fromkeys((603, 403), Outcome.DECLINED),
    **dict.fromkeys((404, 604, 484, 485), Outcome.NUMBER_UNKNOWN),
    **dict.fromkeys((410, 301, 302), Outcome.NUMBER_CHANGED),
}
"""Every other status is a failure of the network: it does not count against the caller."""


class Heard(StrEnum):
    """Last words that are no status."""

    UNSENT = "could not be sent"
    TIMEOUT = "no answer"


class Verdict(NamedTuple):
    """An outcome and what it was read from: the final status (or `Heard`) and the Q.850 cause, if one came."""

    outcome: Outcome
    final: str
    cause: int | None = None


def verdict(refusal: Refusal) -> Verdict:
    """The outcome of an INVITE that nobody answered."""
    if isinstance(refusal.final, Silence):
        final = Heard.UNSENT if refusal.final is Silence.UNSENT else Heard.TIMEOUT
        return Verdict(Outcome.RANG_OUT if refusal.cancelled and refusal.heard else Outcome.NETWORK_FAILURE, final.value)
    cause = q850(refusal.final)
    return Verdict(_of(refusal, refusal.final.status, cause), str(refusal.final.status), cause)


def _of(refusal: Refusal, status: int, cause: int | None) -> Outcome:
    if status == 487:
        return Outcome.RANG_OUT if refusal.cancelled else Outcome.CANCELLED_ELSEWHERE
    if cause in CAUSES:
        return CAUSES[cause]
    if status == 408 and not refusal.heard:
        return Outcome.NETWORK_FAILURE
    return STATUSES.get(status, Outcome.NETWORK_FAILURE)


_CAUSE = re.compile(r"Q\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{1,3})(?!\d)", re.IGNORECASE)


def q850(response: Response) -> int | None:
    """The cause of the telephone network behind the trunk, from `Reason: Q.850;cause=17` (RFC 3326)."""
    return next((int(found[1]) for value in response.each("Reason") if (found := _CAUSE.match(value))), None)
