"""What callback says of harvested callers: which attempts they made, and when each has its turn."""

from contracts.envelope import Event, Instant, Text
from contracts.registry import event


@event("callback")
class AttemptsLearned(Event):
    """A later list of the carrier names more attempts of the caller. The place in the list stays that of the first."""

    review: Text
    attempted_at: tuple[Instant, ...]


@event("callback")
class TurnGiven(Event):
    """The turn of a harvested review has come: from now on its caller is rung as any other."""

    review: Text


@event("callback")
class TurnsBegun(Event):
    """There are harvested callers to be rung: turns are given, the highest rank first, at the pace of the policy."""

    policy: Text
    next_at: Instant


@event("callback")
class TurnsTaken(Event):
    """Some turns were given; the next are given at `next_at`, or never when nobody waits any more."""

    policy: Text
    reviews: tuple[Text, ...]
    next_at: Instant | None = None
