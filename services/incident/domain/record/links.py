"""How one record belongs with others: related, parent and child, merged, and the calls that are about it; nothing is deleted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.envelope import Event
from contracts.incident.records import LinkKind, RecordLinked, RecordUnlinked
from contracts.refusals import Invalid, Refused

OTHER_WAY = {
    LinkKind.RELATED: LinkKind.RELATED,
    LinkKind.PARENT: LinkKind.CHILD,
    LinkKind.CHILD: LinkKind.PARENT,
    LinkKind.MERGED_INTO: LinkKind.MERGED_FROM,
    LinkKind.MERGED_FROM: LinkKind.MERGED_INTO,
}
"""What the other record says of the same bond. A call says nothing of its own."""


class Link(msgspec.Struct, frozen=True):
    """One bond, as seen from here."""

    kind: LinkKind
    other: str


class Links(msgspec.Struct, frozen=True):
    """What an incident is bound to."""

    incident: str
    links: tuple[Link, ...] = ()

    def others(self, kind: LinkKind) -> tuple[str, ...]:
        """All it is bound to in one way."""
        return tuple(link.other for link in self.links if link.kind is kind)


@dataclass(frozen=True, slots=True)
class Bind:
    """Bind this record to another one, or to a call."""

    incident: str
    kind: LinkKind
    other: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unbind:
    """They do not belong together after all."""

    incident: str
    kind: LinkKind
    other: str
    by: str
    reason: str


def links_of(incident: str) -> str:
    """The one row of links of an incident."""
    return f"links-{incident.removeprefix('incident-')}"


def decide(state: Links | None, command: Bind | Unbind, now: datetime) -> list[Event]:
    """The events that obey."""
    links = state or Links(command.incident)
    there = Link(command.kind, command.other) in links.links
    if command.other == command.incident:
        raise Invalid("linked-to-itself", "A record is not linked to itself.")
    if not command.reason.strip():
        raise Invalid("reason-needed", "Say how they belong together, or why they do not.")
    if isinstance(command, Unbind):
        if not there:
            raise Refused("not-linked", "They are not linked in this way.", tuple(link.kind.value for link in links.links))
        return [RecordUnlinked(at=now, **_said(command))]
    if there:
        return []
    _check(links, command)
    return [RecordLinked(at=now, **_said(command))]


def _check(links: Links, command: Bind) -> None:
    """A record has one parent, and is nobody's parent and child at once."""
    parents = links.others(LinkKind.PARENT)
    if command.kind is LinkKind.PARENT and parents:
        raise Refused("has-a-parent", f"{parents[0]} is its parent.", ("unlink",))
    if command.kind is LinkKind.PARENT and command.other in links.others(LinkKind.CHILD):
        raise Refused("is-its-parent", "It is the parent of that record.", ("unlink",))


def _said(command: Bind | Unbind) -> dict[str, Any]:
    return {name: getattr(command, name) for name in ("incident", "kind", "other", "by", "reason")}


def _on_linked(state: Links | None, event: RecordLinked) -> Links:
    links = state or Links(event.incident)
    return replace(links, links=(*links.links, Link(event.kind, event.other)))


def _on_unlinked(state: Links, event: RecordUnlinked) -> Links:
    gone = Link(event.kind, event.other)
    return replace(state, links=tuple(link for link in state.links if link != gone))


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Links]] = {RecordLinked: _on_linked, RecordUnlinked: _on_unlinked}


def index(state: Links) -> Iterator[tuple[str, str]]:
    """Found by the call that is about it."""
    for call in state.others(LinkKind.CALL):
        yield "call", call
