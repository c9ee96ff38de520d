"""One thing somebody has to do for an incident: it has a time, an end with words, and is never forgotten when it is late."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.backlog import TaskDone, TaskKind, TaskOpened, TaskOverdue
from contracts.refusals import Invalid, NotFound, Refused

DUE = "due"


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done, by when, and whether it was."""

    task: str
    incident: str
    kind: TaskKind
    due: datetime
    because: str
    opened_at: datetime
    owner: str | None = None
    overdue: bool = False
    done_at: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Somebody has to do this."""

    task: str
    incident: str
    kind: TaskKind
    due: datetime
    because: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """It is done, and this came of it."""

    task: str
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class PassDue:
    """A timer: it should have been done by now."""

    task: str


def decide(state: Task | None, command: OpenTask | Finish | PassDue, now: datetime) -> list[Event]:
    """The events that obey."""
    if isinstance(command, OpenTask):
        return [] if state is not None else [_opened(command, now)]
    if state is None:
        raise NotFound("unknown-task", "There is no such task.")
    if isinstance(command, PassDue):
        late = state.done_at is None and not state.overdue
        return [TaskOverdue(at=now, task=state.task, incident=state.incident, kind=state.kind)] if late else []
    if state.done_at is not None:
        if state.done_by == command.by:
            return []
        raise Refused("done-already", f"{state.done_by} has done it.", ())
    if not command.words.strip():
        raise Invalid("words-needed", "Say what came of it.")
    return [TaskDone(at=now, task=state.task, incident=state.incident, kind=state.kind, by=command.by, words=command.words)]


def _opened(command: OpenTask, now: datetime) -> TaskOpened:
    return TaskOpened(
        at=now,
        task=command.task,
        incident=command.incident,
        kind=command.kind,
        due=command.due,
        because=command.because,
        owner=command.owner,
    )


def _on_opened(_: Task | None, event: TaskOpened) -> Task:
    return Task(
        task=event.task,
        incident=event.incident,
        kind=event.kind,
        due=event.due,
        because=event.because,
        opened_at=event.at,
        owner=event.owner,
    )


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Task]] = {
    TaskOpened: _on_opened,
    TaskOverdue: lambda state, event: replace(state, overdue=True),
    TaskDone: lambda state, event: replace(state, done_at=event.at, done_by=event.by),
}


def owes(state: Task) -> Mapping[str, datetime]:
    """When it is late."""
    return {} if state.overdue or state.done_at is not None else {DUE: state.due}


def index(state: Task) -> Iterator[tuple[str, str]]:
    """While it is to be done: among all, by time, and among those of its incident."""
    if state.done_at is None:
        yield "tasks", state.due.isoformat(timespec="milliseconds")
        yield "tasks-of", state.incident
