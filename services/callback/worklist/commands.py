"""What people and timers ask of an item of the worklist."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeItem:
    """Somebody wants to work on a review."""

    review: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWork:
    """Whoever has it says that they are on it, perhaps with words."""

    review: str
    by: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """Whoever has it gives it back to the list."""

    review: str
    by: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeHandOver:
    """Somebody takes notice of what was handed over."""

    review: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassSilence:
    """Nothing was heard of an item in time."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassAcknowledgement:
    """Nobody took notice of a hand-over in time."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassTaking:
    """Nobody took in time what is people's."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlarm:
    """Somebody of the role that was told, or above it, says what will be done."""

    review: str
    by: str
    role: str
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbAlarm:
    """Nobody acknowledged an alarm in time."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatAlarm:
    """An alarm was acknowledged, and it is time to see whether anything followed."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOff:
    """Somebody leaves the desk, or a supervisor says so for them."""

    person: str
    by: str


ByPeople = TakeItem | NoteWork | PutBack | AcknowledgeHandOver | AcknowledgeAlarm
ByTimers = PassSilence | PassAcknowledgement | PassTaking | ClimbAlarm | RepeatAlarm
ItemCommand = ByPeople | ByTimers
