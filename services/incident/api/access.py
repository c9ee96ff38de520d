"""Who may come in by which door, and the words all of these routes share."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from chassis.host import Context, Host, Loaded
from chassis.http.auth import requires
from chassis.http.commands import command, respond
from chassis.http.principal import Principal, Role
from chassis.store.aggregate import Aggregate
from contracts.refusals import NotFound
from services.incident.streams import INCIDENT

S = TypeVar("S", bound=msgspec.Struct)

Words = Annotated[str, Field(min_length=1, max_length=500)]
Long = Annotated[str, Field(min_length=1, max_length=4000)]
IncidentId = Annotated[str, Path(pattern=r"^incident-[0-9A-Za-z-]{1,80}$", description="As `incident` in a view.")]

ROOM = (Role.CALL_HANDLER, Role.DISPATCHER, Role.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Role.SERVICE)]
InRoom = Annotated[Context, command(*ROOM, Role.SERVICE)]
"""Adds something of one's own: nothing that stands can be lost by it."""
Changing = Annotated[Context, command(*ROOM, Role.SERVICE, must_match=True)]
"""Changes what stands: the state it was decided on is named, and a later one refuses it."""
Deciding = Annotated[Context, command(Role.SUPERVISOR, Role.SERVICE, must_match=True)]
Reporter = Annotated[Context, command(Role.SERVICE, Role.SUPERVISOR)]
Gateway = Annotated[Context, command(Role.SERVICE)]
Acting = Annotated[Principal, requires(*ROOM, Role.SERVICE)]
"""Who asks, with the roles the authority for a downgrade is looked for in."""


def beside(host: Host, aggregate: Aggregate[S], stream: str, incident: str) -> Loaded[S]:
    """A stream that stands beside an incident: version 0 while nothing was said there; NotFound without the incident."""
    try:
        return host.load(aggregate, stream)
    except NotFound:
        host.load(INCIDENT, incident)
        return Loaded(stream, None, 0)


def shown(loaded: Loaded[S], view: Callable[[S], object], nothing: S | None = None) -> Response:
    """A view with the ETag of what it shows; `nothing` is what is shown of a stream nobody has said anything on."""
    state = nothing if loaded.state is None else loaded.state
    assert state is not None
    return respond(loaded, view(state))
