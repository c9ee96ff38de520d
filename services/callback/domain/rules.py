"""The numbers and lists a review follows; a force sets its own, with effective dates."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from contracts.callback.reviews import Disposition, Outcome
from contracts.contact.calls import Abandonment, Marker, Sound

Seconds = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Metres = Annotated[float, msgspec.Meta(gt=0)]


class Then(StrEnum):
    """What follows on an attempt that established nothing."""

    NEXT = "next"
    REPEAT = "repeat"
    STOP = "stop"


ESTABLISHED = frozenset({Outcome.SAFE, Outcome.ANSWERED, Outcome.UNDER_DURESS, Outcome.WHISPERED})
"""Outcomes that safety decides on, not policy."""

REOPENABLE = frozenset({Disposition.NO_CONTACT_NO_RISK, Disposition.CALLER_RANG_AGAIN, Disposition.DECIDED_BY_SUPERVISOR})
"""Ends without a word of the caller's own to a handler, and without an incident."""


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition of the policy (DOMAIN section 3). Checked when it is read: `ValueError` names the key.

    The words under each field are what `ringback policy show` prints.
    """

    version: str
    """The name of the edition; a review keeps the one it was opened under. Source: the force."""
    attempt_delays_s: tuple[Seconds, ...]
    """Seconds from the opening of the review to each ring that counts against the caller. Source: design default."""
    ring_s: Count
    """How many seconds the caller's telephone rings before the attempt is given up. Source: design default."""
    unknown_grace_s: Seconds
    """How many seconds after the last ring the telephone may still say how it ended; then the outcome is unknown.
    Source: design default."""
    talk_limit_s: Count
    """How many seconds a call handler may take to record what was established with whoever answered. Source: design default."""
    repeat_delay_s: Seconds
    """How many seconds until an attempt that does not count, as after a network failure, is made again.
    Source: design default."""
    repeats_at_most: Seconds
    """How often an attempt that does not count is made again. Source: design default."""
    trunks: Count
    """How many outgoing lines work: no more telephones ring or talk at once. Source: the force's own telephony."""
    busy_delay_s: Count
    """How many seconds an attempt waits when every line is taken; as often as attempts wait for all the lines, unless the risk is
    high. Source: design default."""
    rings_per_number_hour: Count
    """How often one number is rung within an hour at most, over all its reviews. Source: design default."""
    deadline_s: Count
    """How many seconds after the call broke off the review must be over; later is a recorded breach. Source: design default."""
    emergency_period_s: Count
    """For how many seconds after the call ended subscriber and location data can be asked for urgently.
    Source: PECS code of practice."""
    usable_radius_m: Metres
    """How wide an estimate may be, in metres, to be a place to send somebody to. Source: design default."""
    near_m: Metres
    """How near, in metres, an open incident is looked at together with the broken call. Source: design default."""
    near_within_s: Count
    """How many seconds before the call broke off a near incident may have been opened. Source: design default."""
    earlier_calls_raise: Count
    """How many other calls of the number within an hour before raise the risk. Source: design default."""
    earlier_calls_high: Count
    """How many of them make it high. Source: design default."""
    repeat_within_s: Count
    """Two silent calls of a number within so many seconds make the risk high. Source: forces' usual practice, ten minutes."""
    silent_abandonments: tuple[Abandonment, ...]
    """Which ways of breaking off are silent calls. Source: design default."""
    reopen_within_s: Count
    """For how many seconds after its end a new call of the number opens a review again. Source: West Midlands, October 2022."""
    reopens: Annotated[tuple[Disposition, ...], msgspec.Meta(min_length=1)]
    """Which ends are no ends when the number calls again. Source: West Midlands, October 2022."""
    sample_percent: Percent
    """How many in a hundred reviews that ended without contact a supervisor looks at. Source: design default."""
    gate_markers: tuple[Marker, ...]
    """Markers with which nothing rings and no text goes out. Source: IOPC to Hampshire, February 2023; Kent 2017."""
    gate_sounds: tuple[Sound, ...]
    """Sounds with which nothing rings and no text goes out. Source: Northamptonshire 2011."""
    high_markers: tuple[Marker, ...]
    """Markers that send somebody while the telephone rings on. Source: design default."""
    high_sounds: tuple[Sound, ...]
    """Sounds that send somebody while the telephone rings on. Source: design default."""
    raised_abandonments: tuple[Abandonment, ...]
    """Which ways of breaking off raise the risk by themselves. Source: design default."""
    after: dict[Outcome, Then]
    """What follows on an attempt that established nothing: the next one, the same again without counting against the caller,
    or never again. Source: DOMAIN section 11 and design default."""

    def __post_init__(self) -> None:
        if not self.attempt_delays_s or list(self.attempt_delays_s) != sorted(self.attempt_delays_s):
            raise ValueError("`attempt_delays_s` must name one delay at least, each no less than the one before")
        if Marker.DO_NOT_RING not in self.gate_markers:
            raise ValueError("`gate_markers` must hold do_not_ring")
        if Sound.VIOLENCE not in self.gate_sounds:
            raise ValueError("`gate_sounds` must hold violence")
        if self.earlier_calls_high < self.earlier_calls_raise:
            raise ValueError("`earlier_calls_high` must not be less than `earlier_calls_raise`")
        if Disposition.NO_CONTACT_NO_RISK not in self.reopens or not set(self.reopens) <= REOPENABLE:
            raise ValueError(f"`reopens` must hold no_contact_no_risk, and else only {', '.join(sorted(REOPENABLE))}")
        self._every_outcome_has_a_consequence()

    def _every_outcome_has_a_consequence(self) -> None:
        wanted = set(Outcome) - ESTABLISHED
        if missing := sorted(wanted - set(self.after)):
            raise ValueError(f"`after` lacks {', '.join(missing)}")
        if beyond := sorted(set(self.after) - wanted):
            raise ValueError(f"`after` cannot decide on {', '.join(beyond)}")
        if self.after[Outcome.DEAD_HANDSET] is not Then.STOP:
            raise ValueError("`after` must stop at dead_handset: such a number is never dialled")

    @property
    def give_up_after(self) -> timedelta:
        """How long after the last ring somebody may still say how it ended."""
        return timedelta(seconds=self.unknown_grace_s)

    @property
    def talk_limit(self) -> timedelta:
        """How long a call handler may take to record what was established."""
        return timedelta(seconds=self.talk_limit_s)

    @property
    def reopen_within(self) -> timedelta:
        """How long after its end a review is opened again by a new call."""
        return timedelta(seconds=self.reopen_within_s)
