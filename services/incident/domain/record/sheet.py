"""A numbered sheet of paper: given out to somebody, and open until it is entered or void (Police Scotland 2015)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.records import SheetEntered, SheetGivenOut, SheetOverdue, SheetVoided
from contracts.refusals import Invalid, NotFound, Refused
from services.incident.domain.room import RoomRules, after

LOOK = "look"


class Sheet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who has it, since when, and what became of it. `look_at`: when somebody higher is told; None: nobody is left to tell."""

    sheet: str
    holder: str
    given_by: str
    given_at: datetime
    enter_by: datetime
    look_at: datetime | None
    rung: int = 0
    role: str | None = None
    overdue_since: datetime | None = None
    entered_by: str | None = None
    entered_at: datetime | None = None
    incident: str | None = None
    voided_by: str | None = None
    voided_because: str | None = None

    @property
    def open(self) -> bool:
        """Neither entered nor void: what stands on it is known to nobody else."""
        return self.entered_by is None and self.voided_by is None


@dataclass(frozen=True, slots=True)
class GiveOut:
    """Somebody gets a sheet."""

    sheet: str
    holder: str
    by: str


@dataclass(frozen=True, slots=True)
class MarkEntered:
    """Everything that stands on it is in the log. `found`: the log names the sheet; filled in by the use case."""

    sheet: str
    incident: str
    by: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class Void:
    """Nothing is to be entered from it."""

    sheet: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class PassSheet:
    """A timer: it should have been entered by now."""

    sheet: str


Command = GiveOut | MarkEntered | Void | PassSheet


def sheet_of(sheet: str) -> str:
    """The stream of a sheet."""
    return f"sheet-{sheet}"


def decide(state: Sheet | None, command: Command, now: datetime, rules: RoomRules) -> list[Event]:
    """The events that obey. A number is given out once: two sheets of one number could not be told apart."""
    if isinstance(command, GiveOut):
        return _give_out(state, command, now, rules)
    if state is None:
        raise NotFound("unknown-sheet", "No sheet of this number was given out.", ("give out",))
    match command:
        case MarkEntered():
            return _enter(state, command, now)
        case Void():
            return _void(state, command, now)
        case PassSheet():
            return _pass(state, now, rules)


def _give_out(state: Sheet | None, command: GiveOut, now: datetime, rules: RoomRules) -> list[Event]:
    if state is None:
        by = after(now, rules.sheet_within_min)
        return [SheetGivenOut(at=now, sheet=command.sheet, holder=command.holder, by=command.by, enter_by=by)]
    if state.open and state.holder == command.holder:
        return []
    raise Refused("sheet-given-out", f"Sheet {command.sheet} was given to {state.holder}.", ("another number",))


def _enter(state: Sheet, command: MarkEntered, now: datetime) -> list[Event]:
    if state.incident == command.incident:
        return []
    if state.entered_by is not None:
        raise Refused("entered-already", f"{state.entered_by} entered it in {state.incident}.")
    if not command.found:
        raise Refused("not-entered", "No entry in that log names the sheet.", (f"enter it with written {state.sheet!r}", "void"))
    return [SheetEntered(at=now, sheet=state.sheet, incident=command.incident, by=command.by)]


def _void(state: Sheet, command: Void, now: datetime) -> list[Event]:
    if not command.reason.strip():
        raise Invalid("reason-needed", "Say why nothing is to be entered from it.")
    if state.voided_by == command.by:
        return []
    if not state.open:
        raise Refused("sheet-settled", f"{state.entered_by or state.voided_by} has settled it.")
    return [SheetVoided(at=now, sheet=state.sheet, by=command.by, reason=command.reason)]


def _pass(state: Sheet, now: datetime, rules: RoomRules) -> list[Event]:
    """Somebody higher is told each time; who is at the top is told once, and the sheet stays in the list."""
    if LOOK not in owes(state):
        return []
    rung = min(state.rung + 1, len(rules.ladder))
    step = rules.ladder[rung - 1]
    again = None if rung == len(rules.ladder) else after(now, step.acknowledge_within_min)
    return [SheetOverdue(at=now, sheet=state.sheet, holder=state.holder, role=step.role, rung=rung, look_at=again)]


def _on_given(_: Sheet | None, event: SheetGivenOut) -> Sheet:
    return Sheet(
        sheet=event.sheet,
        holder=event.holder,
        given_by=event.by,
        given_at=event.at,
        enter_by=event.enter_by,
        look_at=event.enter_by,
    )


def _on_overdue(state: Sheet, event: SheetOverdue) -> Sheet:
    since = state.overdue_since or event.at
    return replace(state, rung=event.rung, role=event.role, look_at=event.look_at, overdue_since=since)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Sheet]] = {
    SheetGivenOut: _on_given,
    SheetOverdue: _on_overdue,
    SheetEntered: lambda state, event: replace(state, entered_by=event.by, entered_at=event.at, incident=event.incident),
    SheetVoided: lambda state, event: replace(state, voided_by=event.by, voided_because=event.reason),
}


def owes(state: Sheet) -> Mapping[str, datetime]:
    """When somebody higher is told of it."""
    return {LOOK: state.look_at} if state.open and state.look_at is not None else {}


def index(state: Sheet) -> Iterator[tuple[str, str]]:
    """While it is open, by when it was given out: among all, among those of its holder, and among those that are late."""
    if not state.open:
        return
    since = state.given_at.isoformat(timespec="milliseconds")
    yield "sheets", since
    yield "sheets-of", state.holder
    if state.overdue_since is not None:
        yield "sheets-overdue", since
