"""Published figures over HTTP: the definitions there are, the figures of a span under one, and the calls behind each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel

from chassis.dated import Dated
from chassis.host import Entry, Host
from chassis.http.auth import requires
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal, Role
from contracts.envelope import Instant
from contracts.refusals import Invalid, NotFound
from services.contact.domain.times import stamp
from services.contact.figures.behind import CountedCall, Figure, behind
from services.contact.figures.call_facts import CallFacts, Told, of_stream
from services.contact.figures.definition import Definition, Definitions, load
from services.contact.figures.figures import DefinedFigures, EditionView, figures
from services.contact.figures.grouping import By
from services.contact.figures.tally import Tally

LONGEST = timedelta(days=31, hours=1)
"""A request reads every call of its span; a longer one is a matter for `ringback figures`, away from the calls that come in."""

Reader = Annotated[Principal, requires(Role.CALL_HANDLER, Role.DISPATCHER, Role.SUPERVISOR, Role.SERVICE)]
Named = Annotated[str, InPath(description="Name of a definition, as the list has it.", max_length=100)]
Since = Annotated[Instant, Query(alias="from", description="Calls that began from here on; write + as %2B.")]
Until = Annotated[Instant, Query(alias="to", description="Calls that began before this; at most 31 days after `from`.")]
Grouped = Annotated[By | None, Query(description="One group for each, besides the total.")]
Version = Annotated[str | None, Query(description="Judge by this edition, whatever the date.", max_length=100)]


class DefinitionView(BaseModel):
    """A definition: its name, and each of its editions with the dates it is in force and where it comes from."""

    name: str
    editions: tuple[EditionView, ...]


def routers(host: Host, policy: Path | None) -> Sequence[APIRouter]:
    """The routes, over the definitions that ship and those in a force's own folder."""
    definitions = load(policy)
    return (_lists(definitions), _figures(host, definitions), _opened(host, definitions))


def _lists(definitions: Definitions) -> APIRouter:
    router = APIRouter(prefix="/figures", tags=["figures"])

    @router.get("")
    def list_definitions(_: Reader) -> list[DefinitionView]:
        """The definitions there are: what each counts, since when, and by whose word."""
        return [
            DefinitionView(name=name, editions=tuple(EditionView.of(edition) for edition in editions.editions))
            for name, editions in definitions.items()
        ]

    return router


def _figures(host: Host, definitions: Definitions) -> APIRouter:
    router = APIRouter(prefix="/figures", tags=["figures"])

    @router.get("/{definition}")
    def read_figures(
        definition: Named, since: Since, until: Until, known_at: KnownAt, _: Reader, by: Grouped = None, version: Version = None
    ) -> DefinedFigures:
        """The figures of the calls of a span, counted from their events under one definition."""
        tally = _tally(definitions, definition, by, since, until, version)
        for call in _calls(host, since, until, known_at):
            tally.count(call)
        return figures(definition, tally)

    return router


def _opened(host: Host, definitions: Definitions) -> APIRouter:
    router = APIRouter(prefix="/figures", tags=["figures"])

    @router.get("/{definition}/calls")
    def list_calls_behind(
        definition: Named,
        since: Since,
        until: Until,
        figure: Annotated[Figure, Query(description="Which figure to open.")],
        page: Paging,
        known_at: KnownAt,
        _: Reader,
        by: Grouped = None,
        group: Annotated[str | None, Query(description="Only this group, as `by` names it.", max_length=200)] = None,
        version: Version = None,
    ) -> Listing[CountedCall]:
        """The calls behind a figure, by when they began. A page may be short, even empty, and have a next one."""
        tally = _tally(definitions, definition, by, since, until, version)
        found = replace(page, after=page.after or Entry(stamp(since), "")).read(host, "began", known_at=known_at)
        inside = [entry for entry in found.entries if entry.value < stamp(until)]
        items = list(behind(_read(host, inside, known_at), tally, figure, group))
        return Listing(items=items, next=found.next if len(inside) == len(found.entries) else None)

    return router


def _tally(definitions: Definitions, name: str, by: By | None, since: datetime, until: datetime, version: str | None) -> Tally:
    if until <= since:
        raise Invalid("span-empty", "`to` must lie after `from`.")
    if until - since > LONGEST:
        raise Invalid("span-too-long", "Ask for at most 31 days at once; `ringback figures` counts longer spans.")
    return Tally(_edited(definitions, name, version), by, since, until, version)


def _edited(definitions: Definitions, name: str, version: str | None) -> Dated[Definition]:
    if name not in definitions:
        raise NotFound("no-such-definition", f"There is no definition of this name. There are: {', '.join(definitions)}.")
    editions = definitions[name]
    versions = [edition.version for edition in editions.editions]
    if version is not None and version not in versions:
        raise NotFound("no-such-edition", f"The definition has no such edition. It has: {', '.join(versions)}.")
    return editions


def _calls(host: Host, since: datetime, until: datetime, known_at: datetime | None) -> Iterator[CallFacts]:
    after, end = Entry(stamp(since), ""), stamp(until)
    while page := host.find("began", known_at=known_at, after=after, limit=500):
        yield from _read(host, [entry for entry in page if entry.value < end], known_at)
        after = page[-1]
        if after.value >= end:
            return


def _read(host: Host, entries: Sequence[Entry], known_at: datetime | None) -> Iterator[CallFacts]:
    for entry in entries:
        events = host.history(entry.stream, known_at)
        facts = of_stream(Told(one.stream, one.version, type(one.event), one.event) for one in events)
        if facts is not None:
            yield facts
