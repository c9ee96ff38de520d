"""The numbers and lists a review follows; a force sets its own, with effective dates."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from contracts.callback import Outcome
from contracts.contact import Abandonment, Marker, Sound

Seconds = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Then(StrEnum):
    """What follows on an attempt that established nothing."""

    NEXT = "next"
    REPEAT = "repeat"
    STOP = "stop"


ESTABLISHED = frozenset({Outcome.SAFE, Outcome.ANSWERED, Outcome.UNDER_DURESS, Outcome.WHISPERED})
"""Outcomes that safety decides on, not policy."""


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition of the policy (DOMAIN section 3). Checked when it is read: `ValueError` names the key.

    `attempt_delays_s` counts from the opening of the review, one for each attempt. `after` says for each outcome whether the
    next attempt follows, the same is repeated without counting against the caller, or the number is never dialled again.
    """

    version: str
    attempt_delays_s: tuple[Seconds, ...]
    ring_s: Count
    unknown_grace_s: Seconds
    talk_limit_s: Count
    repeat_delay_s: Seconds
    repeats_at_most: Seconds
    deadline_s: Count
    emergency_period_s: Count
    usable_radius_m: Annotated[float, msgspec.Meta(gt=0)]
    earlier_calls_raise: Count
    earlier_calls_high: Count
    gate_markers: tuple[Marker, ...]
    gate_sounds: tuple[Sound, ...]
    high_markers: tuple[Marker, ...]
    high_sounds: tuple[Sound, ...]
    raised_abandonments: tuple[Abandonment, ...]
    after: dict[Outcome, Then]

    def __post_init__(self) -> None:
        if not self.attempt_delays_s or list(self.attempt_delays_s) != sorted(self.attempt_delays_s):
            raise ValueError("`attempt_delays_s` must name one delay at least, each no less than the one before")
        if Marker.DO_NOT_RING not in self.gate_markers:
            raise ValueError("`gate_markers` must hold do_not_ring")
        if Sound.VIOLENCE not in self.gate_sounds:
            raise ValueError("`gate_sounds` must hold violence")
        if self.earlier_calls_high < self.earlier_calls_raise:
            raise ValueError("`earlier_calls_high` must not be less than `earlier_calls_raise`")
        self._every_outcome_has_a_consequence()

    def _every_outcome_has_a_consequence(self) -> None:
        wanted = set(Outcome) - ESTABLISHED
        if missing := sorted(wanted - set(self.after)):
            raise ValueError(f"`after` lacks {', '.join(missing)}")
        if beyond := sorted(set(self.after) - wanted):
            raise ValueError(f"`after` cannot decide on {', '.join(beyond)}")

    @property
    def give_up_after(self) -> timedelta:
        """How long after the last ring somebody may still say how it ended."""
        return timedelta(seconds=self.unknown_grace_s)

    @property
    def talk_limit(self) -> timedelta:
        """How long a call handler may take to record what was established."""
        return timedelta(seconds=self.talk_limit_s)
