"""Which grades a force uses and what each promises: read from files, checked whole when loaded, in force from a date."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

NATIONAL = Path(__file__).with_name("national.toml")
"""The grade set in use where a force brings none of its own."""

Name = Annotated[str, Field(min_length=1, max_length=80)]
Minutes = Annotated[int, Field(gt=0)]


class PolicyRefused(ValueError):
    """A policy file that cannot be used: names the file, the key and the reason."""


class GradeRule(BaseModel):
    """One grade. A grade that deploys has both targets, for towns, in minutes from the first report."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    deploys: bool
    source: Name
    allocate_within_min: Minutes | None = None
    attend_within_min: Minutes | None = None
    units: Annotated[int, Field(ge=0, le=99)] = 0
    skills: Annotated[list[Name], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.deploys and (self.units == 0 or self.allocate_within_min is None or self.attend_within_min is None):
            raise ValueError("a grade that deploys needs units, allocate_within_min and attend_within_min")
        if not self.deploys and (self.units or self.allocate_within_min or self.attend_within_min or self.skills):
            raise ValueError("a grade that does not deploy has no units, skills or targets")
        return self


class GradeSet(BaseModel):
    """One version of a force's grades, the most urgent first."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    force: Name
    version: Name
    effective_from: date
    grades: Annotated[list[GradeRule], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [grade.name for grade in self.grades]
        if len(set(names)) != len(names):
            raise ValueError("two grades have the same name")
        if self.version == "outside":
            raise ValueError("the version 'outside' stands for what other control rooms report")
        if not self.grades[0].deploys:
            raise ValueError("the first grade, the most urgent, must deploy")
        return self

    def rank(self, name: str) -> int:
        """The place of a grade, 1 the most urgent; raises LookupError for a name that is not in the set."""
        for rank, grade in enumerate(self.grades, 1):
            if grade.name == name:
                return rank
        raise LookupError(name)


@dataclass(frozen=True, slots=True)
class GradeBook:
    """All versions of a force's grades, the earliest first. What is older than the first is graded by the first."""

    sets: tuple[GradeSet, ...]

    def at(self, instant: datetime) -> GradeSet:
        """The set in force at an instant; a set holds until the next one begins."""
        day = instant.date()
        return next((grades for grades in reversed(self.sets) if grades.effective_from <= day), self.sets[0])


def load(files: Sequence[Path] = (NATIONAL,)) -> GradeBook:
    """Read and check every file; raises PolicyRefused and leaves nothing half read."""
    sets = sorted((_read(file) for file in files), key=lambda grades: grades.effective_from)
    days = [grades.effective_from for grades in sets]
    if not sets or len(set(days)) != len(days):
        names = ", ".join(map(str, files)) or "no file"
        raise PolicyRefused(f"{names}: effective_from: exactly one grade set must begin on a day")
    return GradeBook(tuple(sets))


def _read(file: Path) -> GradeSet:
    try:
        return GradeSet.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as missing:
        raise PolicyRefused(f"{file}: cannot be read: {missing.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise PolicyRefused(f"{file}: is not TOML: {broken}") from None
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "file"
        raise PolicyRefused(f"{file}: {key}: {first['msg'].removeprefix('Value error, ')}") from None
