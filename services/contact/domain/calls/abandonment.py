"""How a call broke off, from what was known when the caller was gone (DOMAIN section 2, classes a to h)."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.contact.calls import Abandonment, Sound, Start

OF_ITS_START: Mapping[Start, Abandonment] = {
    Start.EMERGENCY_SOS: Abandonment.DEVICE_STARTED,
    Start.CRASH_DETECTION: Abandonment.DEVICE_STARTED,
    Start.ECALL: Abandonment.DEVICE_STARTED,
    Start.ECALL_BUTTON: Abandonment.DEVICE_STARTED,
    Start.SILENT_SOLUTION: Abandonment.SILENT_SOLUTION,
}
"""What rang by itself, or rang silently on purpose, has one class wherever it broke off; where is told by its other facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What bears on the class. `welfare`: the handler's word that all is well, or None where nobody was asked."""

    presented: bool = True
    in_stage_1: bool = False
    queued: bool
    answered: bool
    sounds: tuple[Sound, ...] = ()
    welfare: bool | None = None
    start: Start | None = None


def abandonment(broken: Broken) -> Abandonment | None:
    """The class, or None when the caller hung up after an ordinary talk."""
    if broken.answered and _well(broken):
        return None
    if broken.start is not None and broken.start in OF_ITS_START:
        return OF_ITS_START[broken.start]
    if broken.start is Start.NO_REQUEST and _noise(broken):
        return Abandonment.SOUNDS_WITHOUT_REQUEST
    return _after_answer(broken) if broken.answered else _unanswered(broken)


def _well(broken: Broken) -> bool:
    """Violence heard is never welfare established (Northamptonshire 2011); who asked for nothing must be known to be well."""
    if broken.welfare is None:
        return not broken.sounds and broken.start in (None, Start.REQUEST)
    return broken.welfare and Sound.VIOLENCE not in broken.sounds


def _noise(broken: Broken) -> bool:
    return any(sound is not Sound.SILENCE for sound in broken.sounds)


def _unanswered(broken: Broken) -> Abandonment:
    if broken.queued:
        return Abandonment.IN_QUEUE
    return Abandonment.BEFORE_PRESENTED if broken.in_stage_1 and not broken.presented else Abandonment.BEFORE_QUEUE


def _after_answer(broken: Broken) -> Abandonment:
    if broken.sounds and not _noise(broken):
        return Abandonment.SILENT_AFTER_ANSWER
    if broken.welfare is False or not broken.sounds:
        return Abandonment.LOST_AFTER_ANSWER
    return Abandonment.SOUNDS_WITHOUT_REQUEST
