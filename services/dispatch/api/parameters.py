"""What the routes of dispatch share: the texts and ids in addresses and bodies, and who may do what."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

from chassis.host import Context
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command
from chassis.http.principal import Principal, Role
from services.dispatch.domain.commands import Override

Words = Annotated[str, Field(min_length=1, max_length=500)]
Reasons = Annotated[tuple[Words, ...], Field(max_length=20)]
Callsign = Annotated[str, Field(min_length=1, max_length=40)]
UnitId = Annotated[str, Path(pattern=r"^unit-[0-9A-Z-]{1,40}$", description="As `unit` in a view, for example unit-E39.")]
JobId = Annotated[str, Path(pattern=r"^job-[0-9A-Za-z-]{1,80}$", description="As `job` in a view.")]

ROOM = (Role.DISPATCHER, Role.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Role.CALL_HANDLER, Role.SERVICE)]
Dispatcher = Annotated[Context, command(*ROOM)]
Radio = Annotated[Context, command(*ROOM, Role.SERVICE)]
OtherRoom = Annotated[Context, command(Role.SERVICE)]


class OverrideBody(Body):
    """Who answers for what policy would refuse, and why."""

    by: Words
    reason: Words


def override_of(body: OverrideBody | None) -> Override | None:
    """The override of a request, if there is one."""
    return None if body is None else Override(body.by, body.reason)
