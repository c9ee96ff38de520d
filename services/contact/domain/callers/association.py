"""From what is known of a caller to whom and what that belongs: a walk over recorded associations, the nearest first."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from contracts.contact.callers import SubjectKind
from contracts.contact.calls import Marker
from services.contact.domain.caller_rules import Associations
from services.contact.domain.callers.caller import Caller, Link
from services.contact.domain.calls.call import Call

RELIABILITY = frozenset({Marker.USEFUL, Marker.VEXATIOUS})
"""Flags about what a caller's word was worth so far; all others are about risk. The two axes say nothing about each other."""

_OWN = {
    SubjectKind.NUMBER: "the number",
    SubjectKind.PERSON: "the person who calls",
    SubjectKind.ADDRESS: "an address given",
}
_OTHER = {SubjectKind.NUMBER: "a number", SubjectKind.PERSON: "a person", SubjectKind.ADDRESS: "an address"}
_ORDER = tuple(Marker)


class Start(NamedTuple):
    """A subject that the call itself names."""

    kind: SubjectKind
    ref: str


class Reached(NamedTuple):
    """A subject and by which way it was reached, in words without names. `link` is the association that led to it."""

    kind: SubjectKind
    ref: str
    words: str
    caller: Caller | None
    link: Link | None = None
    same_caller: bool = False


def starts(call: Call) -> Iterator[Start]:
    """What the call itself names."""
    if call.number_ref is not None:
        yield from (Start(SubjectKind.NUMBER, ref) for ref in (call.number_ref, *call.earlier_refs))
    yield from (Start(SubjectKind.PERSON, ref) for ref in call.persons)
    yield from (Start(SubjectKind.ADDRESS, ref) for ref in call.addresses)


def reach(starts: Iterable[Start], load: Callable[[str], Caller | None], rules: Associations) -> list[Reached]:
    """What belongs to the call, nearest first, each subject once; at most `rules.at_most`, and no more are loaded."""
    found: dict[str, Reached] = {}
    edge = [Reached(kind, ref, _OWN[kind], None, None, kind is not SubjectKind.ADDRESS) for kind, ref in starts]
    for _ in range(rules.steps + 1):
        beyond: list[Reached] = []
        for one in edge:
            if one.ref in found:
                continue
            if len(found) == rules.at_most:
                return list(found.values())
            found[one.ref] = one = one._replace(caller=load(one.ref))
            beyond += _neighbours(one)
        edge = beyond
    return list(found.values())


def _neighbours(one: Reached) -> Iterator[Reached]:
    for link in () if one.caller is None else one.caller.links:
        same = one.same_caller and {one.kind, link.kind} == {SubjectKind.NUMBER, SubjectKind.PERSON}
        yield Reached(link.kind, link.ref, f"{_OTHER[link.kind]} associated with {one.words}", None, link, same)


def markers(found: Iterable[Reached]) -> tuple[Marker, ...]:
    """Every marker that stands on any of them, each once, in a fixed order."""
    standing = {warning.marker for one in found if one.caller is not None for warning in one.caller.warnings}
    return tuple(sorted(standing, key=_ORDER.index))


def reasons(found: Iterable[Reached]) -> tuple[str, ...]:
    """Which marker stands on what, in words without names."""
    said = [f"{warning.marker} on {one.words}" for one in found if one.caller is not None for warning in one.caller.warnings]
    return tuple(dict.fromkeys(said))
