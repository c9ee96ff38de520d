"""The log of one incident: saved from the first keystroke, never edited, struck through where it was wrong, with two times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.records import LogDraftLeft, LogDraftSaved, LogEntryMade, LogEntryStruck
from contracts.refusals import Invalid, NotFound, Refused


class Draft(msgspec.Struct, frozen=True):
    """What somebody is writing."""

    entry: str
    by: str
    words: str
    begun_at: datetime
    finish_by: datetime | None


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands, or was struck through."""

    entry: str
    by: str
    words: str
    at: datetime
    written: str | None = None
    struck_by: str | None = None
    struck_because: str | None = None
    instead: str | None = None


class Logbook(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries in the order they were entered; drafts that are not entries yet."""

    incident: str
    entries: tuple[Entry, ...] = ()
    drafts: tuple[Draft, ...] = ()
    last_at: datetime | None = None

    def entry(self, name: str) -> Entry | None:
        """An entry by its name."""
        return next((entry for entry in self.entries if entry.entry == name), None)

    def draft(self, name: str) -> Draft | None:
        """A draft by its name."""
        return next((draft for draft in self.drafts if draft.entry == name), None)


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """What stands in somebody's input so far."""

    incident: str
    entry: str
    by: str
    words: str
    finish_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class MakeEntry:
    """An entry. `at` is when it happened; `written` names the paper it was first written on."""

    incident: str
    entry: str
    by: str
    words: str
    at: datetime | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    """Strike an entry through."""

    incident: str
    entry: str
    by: str
    reason: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class PassDraft:
    """A timer: a draft was begun and not finished."""

    incident: str
    entry: str


def logbook_of(incident: str) -> str:
    """The one log of an incident."""
    return f"log-{incident.removeprefix('incident-')}"


def decide(state: Logbook | None, command: SaveDraft | MakeEntry | Strike | PassDraft, now: datetime) -> list[Event]:
    """The events that obey. Nobody writes over anybody: an entry has one author, and a name that is taken is refused."""
    book = state or Logbook(command.incident)
    match command:
        case SaveDraft():
            return _save(book, command, now)
        case MakeEntry():
            return _make(book, command, now)
        case Strike():
            return _strike(book, command, now)
        case PassDraft(entry=entry):
            draft = book.draft(entry)
            if draft is None or draft.finish_by is None:
                return []
            return [LogDraftLeft(at=now, incident=book.incident, entry=entry, by=draft.by)]


def _save(book: Logbook, command: SaveDraft, now: datetime) -> list[Event]:
    _own(book, command.entry, command.by)
    if book.entry(command.entry) is not None:
        raise Refused("entered-already", "It is an entry already; strike it through and write another.", ("strike", "enter"))
    draft = book.draft(command.entry)
    if draft is not None and draft.words == command.words:
        return []
    return [
        LogDraftSaved(
            at=now,
            incident=book.incident,
            entry=command.entry,
            by=command.by,
            words=command.words,
            finish_by=command.finish_by if draft is None else draft.finish_by,
        )
    ]


def _make(book: Logbook, command: MakeEntry, now: datetime) -> list[Event]:
    _own(book, command.entry, command.by)
    at = command.at or now
    if at > now:
        raise Invalid("in-the-future", "Nothing is entered before it happened.")
    if not command.words.strip():
        raise Invalid("words-needed", "An entry has words.")
    entry = book.entry(command.entry)
    if entry is not None:
        if entry.words == command.words:
            return []
        raise Refused("entered-already", "Another entry has this name; strike it through or use a new name.", ("strike",))
    return [
        LogEntryMade(
            at=at,
            incident=book.incident,
            entry=command.entry,
            by=command.by,
            words=command.words,
            written=command.written,
        )
    ]


def _own(book: Logbook, name: str, by: str) -> None:
    other = book.draft(name) or book.entry(name)
    if other is not None and other.by != by:
        raise Refused("somebody-elses", f"{other.by} writes under this name: use another one.", ("enter",))


def _strike(book: Logbook, command: Strike, now: datetime) -> list[Event]:
    entry = book.entry(command.entry)
    if entry is None:
        raise NotFound("unknown-entry", "There is no such entry.", tuple(entry.entry for entry in book.entries)[-20:])
    if entry.struck_by is not None:
        if entry.struck_by == command.by:
            return []
        raise Refused("struck-already", f"{entry.struck_by} has struck it through.", ())
    if not command.reason.strip():
        raise Invalid("reason-needed", "Say why it is struck through.")
    if command.instead is not None and book.entry(command.instead) is None:
        raise NotFound("unknown-entry", "Enter what stands instead first.", ("enter",))
    return [
        LogEntryStruck(
            at=now,
            incident=book.incident,
            entry=command.entry,
            by=command.by,
            reason=command.reason,
            instead=command.instead,
        )
    ]


def _on_draft(state: Logbook | None, event: LogDraftSaved) -> Logbook:
    book = state or Logbook(event.incident)
    known = book.draft(event.entry)
    draft = Draft(event.entry, event.by, event.words, event.at if known is None else known.begun_at, event.finish_by)
    return replace(book, drafts=(*_without(book, event.entry), draft), last_at=event.at)


def _on_entry(state: Logbook | None, event: LogEntryMade) -> Logbook:
    book = state or Logbook(event.incident)
    entry = Entry(event.entry, event.by, event.words, event.at, event.written)
    return replace(book, entries=(*book.entries, entry), drafts=_without(book, event.entry), last_at=event.at)


def _on_left(state: Logbook, event: LogDraftLeft) -> Logbook:
    drafts = tuple(replace(draft, finish_by=None) if draft.entry == event.entry else draft for draft in state.drafts)
    return replace(state, drafts=drafts)


def _on_struck(state: Logbook, event: LogEntryStruck) -> Logbook:
    struck = tuple(
        replace(entry, struck_by=event.by, struck_because=event.reason, instead=event.instead)
        if entry.entry == event.entry
        else entry
        for entry in state.entries
    )
    return replace(state, entries=struck, last_at=event.at)


def _without(book: Logbook, entry: str) -> tuple[Draft, ...]:
    return tuple(draft for draft in book.drafts if draft.entry != entry)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Logbook]] = {
    LogDraftSaved: _on_draft,
    LogEntryMade: _on_entry,
    LogDraftLeft: _on_left,
    LogEntryStruck: _on_struck,
}


def owes(state: Logbook) -> Mapping[str, datetime]:
    """When each draft should have been finished."""
    return {draft.entry: draft.finish_by for draft in state.drafts if draft.finish_by is not None}
