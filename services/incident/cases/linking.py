"""Two records, one bond: each of them says so, or neither; a merger moves the earlier report's clock to the one that stays."""

from dataclasses import dataclass

from chassis.host import Loaded, Transaction
from contracts.incident.records import LinkKind
from contracts.refusals import Invalid, Refused
from services.incident.cases.room import Room
from services.incident.domain import decisions
from services.incident.domain.commands import AdvancePromise, MarkMerged, MarkUnmerged
from services.incident.domain.incident import Incident
from services.incident.domain.record import links
from services.incident.domain.record.links import OTHER_WAY, Bind, Links, Unbind, links_of
from services.incident.streams import INCIDENT, LINKS


@dataclass(frozen=True, slots=True)
class Link:
    """They belong together. PARENT: the other one is the parent of this one. CALL: `other` is a call."""

    incident: str
    kind: LinkKind
    other: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """They do not, after all."""

    incident: str
    kind: LinkKind
    other: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Work on this record under the other one from now on."""

    incident: str
    into: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unmerge:
    """Let it stand on its own again."""

    incident: str
    by: str
    reason: str


def link(room: Room, transaction: Transaction, command: Link | Unlink) -> Loaded[Links]:
    """Said on both streams, as one."""
    if command.kind in (LinkKind.MERGED_INTO, LinkKind.MERGED_FROM):
        raise Invalid("merge-instead", "Merging is a command of its own.", ("merge", "unmerge"))
    stream = links_of(command.incident)
    transaction.load(LINKS, stream)
    room.incident(transaction, command.incident)
    one, other = _both(command)
    if other is not None:
        room.incident(transaction, other.incident)
    here = _record(transaction, one)
    if other is not None:
        _record(transaction, other)
    return here


def _both(command: Link | Unlink) -> tuple[Bind | Unbind, Bind | Unbind | None]:
    act = Bind if isinstance(command, Link) else Unbind
    one = act(command.incident, command.kind, command.other, command.by, command.reason)
    if command.kind is LinkKind.CALL:
        return one, None
    return one, act(command.other, OTHER_WAY[command.kind], command.incident, command.by, command.reason)


def _record(transaction: Transaction, command: Bind | Unbind) -> Loaded[Links]:
    stream = links_of(command.incident)
    state = transaction.load(LINKS, stream).state
    return transaction.record(LINKS, stream, links.decide(state, command, transaction.now))


def merge(room: Room, transaction: Transaction, command: Merge) -> Loaded[Incident]:
    """The record that stays counts from the earlier of the two reports: merging makes nobody wait longer."""
    this = transaction.load(INCIDENT, command.incident).state
    stays = room.incident(transaction, command.into)
    if this is None:
        raise Invalid("unknown-incident", "There is no such record to merge.", ("open",))
    if command.into == command.incident:
        raise Invalid("merged-into-itself", "A record is not merged into itself.")
    if not command.reason.strip():
        raise Invalid("reason-needed", "Say why it is the same thing.")
    if not stays.live or stays.outside or this.outside:
        raise Refused("not-live", "Merge into a record of ours that is open.", ("reopen", "link"))
    if this.merged_into == command.into:
        return transaction.load(INCIDENT, command.incident)
    marked = MarkMerged(command.incident, command.into, command.reason, command.by)
    after = transaction.record(INCIDENT, command.incident, decisions.decide(this, marked, transaction.now))
    advance = AdvancePromise(command.into, this.reported_at, f"merged with {command.incident}")
    transaction.record(INCIDENT, command.into, decisions.decide(stays, advance, transaction.now))
    _bind(transaction, command.incident, command.into, command.by, command.reason)
    return after


def unmerge(room: Room, transaction: Transaction, command: Unmerge) -> Loaded[Incident]:
    """This record has its own clock again; the other one keeps the earlier of the two."""
    state = room.incident(transaction, command.incident)
    marked = MarkUnmerged(command.incident, command.reason, command.by)
    after = transaction.record(INCIDENT, command.incident, decisions.decide(state, marked, transaction.now))
    into = state.merged_into or ""
    _record(transaction, Unbind(command.incident, LinkKind.MERGED_INTO, into, command.by, command.reason))
    _record(transaction, Unbind(into, LinkKind.MERGED_FROM, command.incident, command.by, command.reason))
    return after


def _bind(transaction: Transaction, one: str, into: str, by: str, reason: str) -> None:
    _record(transaction, Bind(one, LinkKind.MERGED_INTO, into, by, reason))
    _record(transaction, Bind(into, LinkKind.MERGED_FROM, one, by, reason))


def has_original(transaction: Transaction, incident: str) -> bool:
    """Whether it is linked to another record it may be a duplicate of."""
    state = transaction.load(LINKS, links_of(incident)).state
    return state is not None and any(link.kind is not LinkKind.CALL for link in state.links)
