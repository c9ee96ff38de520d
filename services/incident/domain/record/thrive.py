"""THRIVE: assessments under six headings, one after the other; each suggests a grade with its reasons, and a person decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.incidents import Vulnerability
from contracts.incident.records import Heading, Level, ThriveAssessed
from contracts.refusals import Invalid
from services.incident.domain.room import ThriveRules

HEADINGS = ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")
_ORDER = tuple(Level)
_VULNERABLE = {
    Level.NONE: Vulnerability.NONE_KNOWN,
    Level.LOW: Vulnerability.NONE_KNOWN,
    Level.MEDIUM: Vulnerability.RAISED,
    Level.HIGH: Vulnerability.HIGH,
}


class Assessment(msgspec.Struct, frozen=True):
    """One assessment, as it was made. The words stay in the event."""

    number: int
    at: datetime
    by: str
    levels: tuple[str, ...]
    suggested: str
    reasons: tuple[str, ...]


class Thrive(msgspec.Struct, frozen=True):
    """All assessments of one incident, the latest last."""

    incident: str
    assessments: tuple[Assessment, ...] = ()


@dataclass(frozen=True, slots=True)
class Assess:
    """What somebody sees under each heading. `suggest` and `policy` are filled in from the rules in force."""

    incident: str
    by: str
    headings: Mapping[str, Heading]
    at: datetime | None = None
    policy: str = ""
    suggested: str = ""
    reasons: tuple[str, ...] = ()


def thrive_of(incident: str) -> str:
    """The one row of assessments of an incident."""
    return f"thrive-{incident.removeprefix('incident-')}"


def suggestion(headings: Mapping[str, Heading], rules: ThriveRules) -> tuple[int, tuple[str, ...]]:
    """The most urgent rank any line asks for, and the lines that ask for it."""
    asked = [line for line in rules.lines if _ORDER.index(headings[line.heading].level) >= _ORDER.index(line.level)]
    rank = min((line.rank for line in asked), default=rules.otherwise_rank)
    reasons = {f"{line.heading} {headings[line.heading].level.value}": None for line in asked if line.rank == rank}
    return rank, tuple(reasons) or ("nothing asks for more",)


def decide(state: Thrive | None, command: Assess, now: datetime) -> list[Event]:
    """A further assessment beside those there are."""
    if set(command.headings) != set(HEADINGS):
        raise Invalid("headings-missing", "Assess all six headings.", HEADINGS)
    at = command.at or now
    if at > now:
        raise Invalid("in-the-future", "An assessment cannot be made later than now.")
    return [
        ThriveAssessed(
            at=at,
            incident=command.incident,
            number=1 + (0 if state is None else len(state.assessments)),
            by=command.by,
            policy=command.policy,
            suggested=command.suggested,
            reasons=command.reasons,
            level=_VULNERABLE[command.headings["vulnerability"].level],
            **command.headings,
        )
    ]


def _levels(event: Any) -> Sequence[str]:
    return [str(getattr(event, heading).level) for heading in HEADINGS]


def _on_assessed(state: Thrive | None, event: ThriveAssessed) -> Thrive:
    one = Assessment(event.number, event.at, event.by, tuple(_levels(event)), event.suggested, tuple(event.reasons))
    known = state or Thrive(event.incident)
    return replace(known, assessments=(*known.assessments, one))


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Thrive]] = {ThriveAssessed: _on_assessed}
