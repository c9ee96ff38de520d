"""What an incident notes of others: units on their way and there, rings back to the caller, clocks that ran out."""

from datetime import datetime

from contracts.envelope import Event
from contracts.incident.incidents import CallBackNoted, PromiseAtRisk, UnitAllocated, UnitLeft, UnitOnScene
from services.incident.domain.commands import NoteAllocated, NoteCallBack, NoteDanger, NoteLeft, NoteOnScene
from services.incident.domain.incident import Incident
from services.incident.domain.standing import owes

Note = NoteOnScene | NoteAllocated | NoteLeft | NoteCallBack | NoteDanger


def follow(state: Incident, command: Note, now: datetime) -> list[Event]:
    """Never refused: what others did has happened. Heard twice, it is noted once."""
    match command:
        case NoteOnScene():
            return _on_scene(state, command)
        case NoteAllocated(unit=unit):
            known = state.outside or unit in state.working
            return [] if known else [UnitAllocated(at=command.at, incident=state.incident, unit=unit)]
        case NoteLeft(unit=unit):
            known = unit in state.working or unit in state.at_scene
            left = UnitLeft(at=command.at, incident=state.incident, unit=unit, reached=command.reached)
            return [left] if known else []
        case NoteCallBack():
            return _call_back(state, command)
        case NoteDanger(danger=danger):
            due = next((due for name, due in owes(state).items() if name.startswith(danger)), None)
            return [] if due is None else [PromiseAtRisk(at=now, incident=state.incident, danger=danger, due=due)]


def _on_scene(state: Incident, command: NoteOnScene) -> list[Event]:
    """What another control room runs has one first arrival; of ours each unit at the scene is known, for it holds the closing."""
    repeated = state.on_scene_at is not None if state.outside else command.unit in state.at_scene
    late = state.closed_at is not None and state.on_scene_at is not None
    return [] if repeated or late else [UnitOnScene(at=command.at, incident=command.incident, unit=command.unit)]


def _call_back(state: Incident, command: NoteCallBack) -> list[Event]:
    if command.pending == (command.attempt in state.ringing) or (command.pending and state.closed_at is not None):
        return []
    return [
        CallBackNoted(
            at=command.at,
            incident=state.incident,
            review=command.review,
            attempt=command.attempt,
            pending=command.pending,
        )
    ]
