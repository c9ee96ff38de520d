"""What the people at the desk go by: the pace of a harvest, silences that raise an alarm, neutral texts; a force sets its own."""

from datetime import timedelta
from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]
Number = Annotated[int, msgspec.Meta(ge=0)]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rung of a ladder: who is told, and by when that role must acknowledge before the next one is told."""

    role: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """Who is told."""
    acknowledge_within_s: Count
    """After how many seconds without an acknowledgement the next one is told."""


class DeskRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition. Checked when it is read: `ValueError` names the key. The words under each field say what it is."""

    version: str
    """The name of the edition. Source: the force."""
    turns_at_once: Count
    """How many harvested callers are called up together. Source: design default, BT June 2023."""
    turn_every_s: Count
    """After how many seconds the next are called up. Source: design default."""
    harvest_deadline_s: Count
    """Within how many seconds a harvested review must be over; later is a recorded breach. Source: design default."""
    silence_s: Count
    """How many seconds of silence raise an alarm, after taking an item or the last sign of life. Source: West Midlands 2018."""
    acknowledge_s: Count
    """How many seconds what was handed over at log-off may wait for somebody to acknowledge it. Source: West Midlands 2018."""
    take_within_s: Count
    """How many seconds a review that is people's may wait for somebody to take it. Source: Cleveland 2020, design default."""
    ladder: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1)]
    """Who is told of an alarm of the worklist, one after the other, until somebody acknowledges. Source: Cleveland 2020."""
    again_after_s: Count
    """After how many seconds an acknowledged alarm that still stands is raised again. Source: West Midlands 2018."""
    match_within_s: Number
    """How many seconds apart a carrier's clock and ours may put one call. Source: design default."""
    orphan_after_s: Annotated[int, msgspec.Meta(ge=1, le=60)]
    """After how many seconds a call the carrier told of, and nobody reviews, raises an alarm. Source: Police Scotland 2015."""
    texts_allowed: bool
    """Whether a neutral text may be sent at all. Source: the force."""
    text_words: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    """What it says: nothing that would tell somebody else why. Source: the force."""
    texts_per_review: Number
    """How many texts one review may send. Source: design default."""
    text_after_attempts: Number
    """After how many attempts without contact one is sent by itself; 0: only when a person says so. Source: design default."""
    delivery_within_s: Count
    """After how many seconds a text nobody reported on counts as unknown. Source: design default."""
    reply_within_s: Count
    """How many seconds an answer to a text is waited for before somebody is told that none came. Source: design default."""

    def __post_init__(self) -> None:
        if self.reply_within_s <= self.delivery_within_s:
            raise ValueError("`reply_within_s` must be more than `delivery_within_s`")
        if len({step.role for step in self.ladder}) < len(self.ladder):
            raise ValueError("`ladder` names a role twice: each is told once on the way up")

    @property
    def turn_every(self) -> timedelta:
        """The time between turns."""
        return timedelta(seconds=self.turn_every_s)

    @property
    def silence(self) -> timedelta:
        """How long somebody who took an item may be silent."""
        return timedelta(seconds=self.silence_s)
