"""What a grade promises, in numbers: the part of a grading policy that a decision about one incident needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

OUTSIDE = "outside"
"""The policy an outside control room grades by: unknown to us, kept as given, never measured against our targets."""

UNGRADED = 0
"""An incident nobody has graded stands before all others: nobody knows yet how urgent it is."""

UNKNOWN = 99
"""A grade of somebody else's scale has no place among ours."""


@dataclass(frozen=True, slots=True)
class Standard:
    """One grade of one policy version. Both clocks run from the first report (DOMAIN section 5)."""

    grade: str
    policy: str
    rank: int
    allocate_within: timedelta | None = None
    attend_within: timedelta | None = None
    units: int = 1
    skills: tuple[str, ...] = ()

    def allocate_by(self, reported_at: datetime) -> datetime | None:
        """When a unit is to be assigned."""
        return None if self.allocate_within is None else reported_at + self.allocate_within

    def attend_by(self, reported_at: datetime) -> datetime | None:
        """When a unit is to be on scene."""
        return None if self.attend_within is None else reported_at + self.attend_within


def as_reported(grade: str) -> Standard:
    """The standard of a grade another control room gave: no promise of ours."""
    return Standard(grade, OUTSIDE, UNKNOWN)
