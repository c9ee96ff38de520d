"""What a grade promises: the grades of a force as its policy gives them, and the one a decision needs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec

OUTSIDE = "outside"
"""The policy an outside control room grades by: unknown to us, kept as given, never measured against our targets."""

UNGRADED = 0
"""An incident nobody has graded stands before all others: nobody knows yet how urgent it is."""

UNKNOWN = 99
"""A grade of somebody else's scale has no place among ours."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Minutes = Annotated[int, msgspec.Meta(gt=0)]


class Promise(NamedTuple):
    """When a unit is to be sent and to be there, and when somebody higher is told that none was sent. None: never."""

    allocate_by: datetime | None
    attend_by: datetime | None
    escalate_at: datetime | None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rung of a ladder: who is told, and by when that role must acknowledge before the next one is told."""

    role: Name
    acknowledge_within_min: Minutes


class Standard(msgspec.Struct, frozen=True):
    """One grade of one policy version. Its clocks run from the first report, or from the opening where the policy says so."""

    grade: str
    policy: str
    rank: int
    allocate_within_min: int | None = None
    attend_within_min: int | None = None
    units: int = 0
    skills: tuple[str, ...] = ()
    rural_attend_within_min: int | None = None
    escalate_unallocated_min: int | None = None
    counts_from_opening: bool = False

    def promise(self, reported_at: datetime, opened_at: datetime, rural: bool = False) -> "Promise":
        """The clocks of an incident under this grade. Neither of the two instants ever changes, so neither do the clocks."""
        start = opened_at if self.counts_from_opening else reported_at
        late = self.escalate_unallocated_min
        attend = self.rural_attend_within_min if rural and self.rural_attend_within_min else self.attend_within_min
        return Promise(
            self.allocate_by(start),
            None if attend is None else start + timedelta(minutes=attend),
            None if late is None else start + timedelta(minutes=late),
        )

    def allocate_by(self, reported_at: datetime) -> datetime | None:
        """When a unit is to be assigned."""
        return None if self.allocate_within_min is None else reported_at + timedelta(minutes=self.allocate_within_min)

    def attend_by(self, reported_at: datetime) -> datetime | None:
        """When a unit is to be on scene."""
        return None if self.attend_within_min is None else reported_at + timedelta(minutes=self.attend_within_min)


class GradeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One grade as a policy file has it. One that deploys has units and both targets (towns, minutes from the first report)."""

    name: Name
    deploys: bool
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    allocate_within_min: Minutes | None = None
    attend_within_min: Minutes | None = None
    units: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    skills: tuple[Name, ...] = ()
    rural_attend_within_min: Minutes | None = None
    escalate_unallocated_min: Minutes | None = None
    ladder: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.ladder) != (self.escalate_unallocated_min is not None):
            raise ValueError(f"grade {self.name!r}: ladder and escalate_unallocated_min go together")
        numbers = (self.units or None, self.allocate_within_min, self.attend_within_min)
        if self.deploys and None in numbers:
            raise ValueError(f"grade {self.name!r} deploys: it needs units, allocate_within_min and attend_within_min")
        if not self.deploys and (numbers != (None, None, None) or self.skills):
            raise ValueError(f"grade {self.name!r} does not deploy: it has no units, skills or targets")


class Grades(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a force's grades, the most urgent first."""

    version: Name
    grades: Annotated[tuple[GradeRule, ...], msgspec.Meta(min_length=1, max_length=90)]
    clock_start: Literal["first report", "opening"] = "first report"

    def __post_init__(self) -> None:
        if len(set(self.names())) != len(self.grades):
            raise ValueError("grades: two have the same name")
        if self.version == OUTSIDE:
            raise ValueError(f"version: {OUTSIDE!r} stands for what other control rooms report")
        if not self.grades[0].deploys:
            raise ValueError("grades: the first one, the most urgent, must deploy")

    def names(self) -> tuple[str, ...]:
        """Every grade there is, the most urgent first."""
        return tuple(rule.name for rule in self.grades)

    def top(self) -> Standard:
        """The most urgent grade."""
        return next(self._standards())

    def standard(self, name: str) -> Standard | None:
        """What a grade promises; None when there is no such grade."""
        return next((standard for standard in self._standards() if standard.grade == name), None)

    def ladder(self, name: str) -> tuple[Step, ...]:
        """Who is told, one after the other, when a grade's promise is at risk; empty where nobody promised anything."""
        return next((rule.ladder for rule in self.grades if rule.name == name), ())

    def ranked(self, rank: int) -> str:
        """The grade of a rank, the least urgent one where there are not so many."""
        return self.grades[min(rank, len(self.grades)) - 1].name

    def _standards(self) -> Iterator[Standard]:
        for rank, rule in enumerate(self.grades, start=1):
            yield Standard(
                rule.name,
                self.version,
                rank,
                rule.allocate_within_min,
                rule.attend_within_min,
                rule.units,
                rule.skills,
                rule.rural_attend_within_min,
                rule.escalate_unallocated_min,
                self.clock_start == "opening",
            )


def as_reported(grade: str) -> Standard:
    """The standard of a grade another control room gave: no promise of ours."""
    return Standard(grade, OUTSIDE, UNKNOWN)
