"""Right Care Right Person: whether the police must go, whose concern it is if not, and whether that agency took it on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.handing import ConcernAnswered, ConcernHanded, ConcernUnanswered, ThresholdDecided
from contracts.refusals import Invalid, Refused
from services.incident.domain.room import RoomRules

WAIT = "answer"


class Concern(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last decision on the threshold, and where the concern lies."""

    incident: str
    decisions: int = 0
    police_attend: bool | None = None
    handed: int = 0
    agency: str | None = None
    answer_by: datetime | None = None
    overdue: bool = False
    accepted: bool | None = None

    @property
    def unanswered(self) -> bool:
        """An agency was asked and has not answered."""
        return self.agency is not None and self.accepted is None


@dataclass(frozen=True, slots=True)
class DecideThreshold:
    """The police must go, for one of the reasons of the policy; or need not, for reasons given."""

    incident: str
    by: str
    police_attend: bool
    reasons: tuple[str, ...]
    words: str | None = None


@dataclass(frozen=True, slots=True)
class HandConcern:
    """Put it to an agency; `contact` is who was spoken to there."""

    incident: str
    by: str
    agency: str
    answer_by: datetime
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agency said."""

    incident: str
    by: str
    accepted: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PassAnswer:
    """A timer: the agency did not answer."""

    incident: str


Command = DecideThreshold | HandConcern | Answer | PassAnswer


def concern_of(incident: str) -> str:
    """The one row of such decisions of an incident."""
    return f"concern-{incident.removeprefix('incident-')}"


def check(command: DecideThreshold | HandConcern, rules: RoomRules) -> None:
    """Raises Invalid with the reasons, or the agencies, there are."""
    if isinstance(command, HandConcern):
        if command.agency not in rules.agencies:
            raise Invalid("unknown-agency", f"{rules.version} has no such agency.", rules.agencies)
    elif command.police_attend and not set(command.reasons) & set(rules.threshold):
        raise Invalid("threshold-reason-needed", "Name a reason of the policy why the police must go.", rules.threshold)


def decide(state: Concern | None, command: Command, now: datetime) -> list[Event]:
    """The events that obey. A concern that was decided to be the police's is handed to nobody."""
    concern = state or Concern(incident=command.incident)
    match command:
        case DecideThreshold():
            return _decide(concern, command, now)
        case HandConcern():
            return _hand(concern, command, now)
        case Answer():
            return _answer(concern, command, now)
        case PassAnswer():
            late = ConcernUnanswered(at=now, incident=concern.incident, number=concern.handed, agency=concern.agency or "")
            return [late] if concern.unanswered and not concern.overdue else []


def _decide(concern: Concern, command: DecideThreshold, now: datetime) -> list[Event]:
    if not any(reason.strip() for reason in command.reasons):
        raise Invalid("reasons-needed", "Say why the police must go, or need not.")
    return [
        ThresholdDecided(
            at=now,
            incident=concern.incident,
            number=concern.decisions + 1,
            by=command.by,
            police_attend=command.police_attend,
            reasons=command.reasons,
            words=command.words,
        )
    ]


def _hand(concern: Concern, command: HandConcern, now: datetime) -> list[Event]:
    if concern.police_attend is not False:
        raise Refused("threshold-not-decided", "Decide first that the police need not go.", ("decide the threshold",))
    if concern.unanswered:
        raise Refused("asked-already", f"The {concern.agency} has not answered yet.", ("answer",))
    return [
        ConcernHanded(
            at=now,
            incident=concern.incident,
            number=concern.handed + 1,
            agency=command.agency,
            by=command.by,
            answer_by=command.answer_by,
            contact=command.contact,
        )
    ]


def _answer(concern: Concern, command: Answer, now: datetime) -> list[Event]:
    if not concern.unanswered:
        raise Refused("nothing-asked", "No agency has been asked, or it has answered.", ("hand to an agency",))
    if not command.accepted and not (command.reason or "").strip():
        raise Invalid("reason-needed", "Say why the agency refused.")
    return [
        ConcernAnswered(
            at=now,
            incident=concern.incident,
            number=concern.handed,
            agency=concern.agency or "",
            accepted=command.accepted,
            by=command.by,
            reason=command.reason,
        )
    ]


def _on_decided(state: Concern | None, event: ThresholdDecided) -> Concern:
    concern = state or Concern(incident=event.incident)
    return replace(concern, decisions=event.number, police_attend=event.police_attend)


def _on_handed(state: Concern, event: ConcernHanded) -> Concern:
    return replace(state, handed=event.number, agency=event.agency, answer_by=event.answer_by, overdue=False, accepted=None)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Concern]] = {
    ThresholdDecided: _on_decided,
    ConcernHanded: _on_handed,
    ConcernAnswered: lambda state, event: replace(state, accepted=event.accepted),
    ConcernUnanswered: lambda state, event: replace(state, overdue=True),
}


def owes(state: Concern) -> Mapping[str, datetime]:
    """When the agency should have answered."""
    waiting = state.unanswered and not state.overdue and state.answer_by is not None
    return {WAIT: state.answer_by} if waiting and state.answer_by is not None else {}


def index(state: Concern) -> Iterator[tuple[str, str]]:
    """While an agency has not answered, by when it should."""
    if state.unanswered and state.answer_by is not None:
        yield "concerns", state.answer_by.isoformat(timespec="milliseconds")
