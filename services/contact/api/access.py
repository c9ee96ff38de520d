"""Who may ask contact for what, and the shapes of names and words that its routes share."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

from chassis.host import Context
from chassis.http.auth import requires
from chassis.http.commands import command
from chassis.http.principal import Principal, Role

Words = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Number = Annotated[
    str,
    Field(
        max_length=400,
        description="As it came, in any form; one that is withheld or unreadable is kept too.",
        json_schema_extra={"x-personal": "telephone"},
    ),
]
CallId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="As `call` in a view.")]

ROOM = (Role.CALL_HANDLER, Role.DISPATCHER, Role.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Role.SERVICE)]
Telephony = Annotated[Context, command(Role.SERVICE, Role.CALL_HANDLER)]
Handler = Annotated[Context, command(Role.CALL_HANDLER, Role.SUPERVISOR)]
Supervisor = Annotated[Context, command(Role.SUPERVISOR)]
Feeds = Annotated[Context, command(Role.SERVICE)]
Operator = Annotated[Context, command(Role.OPERATOR, Role.SUPERVISOR)]
Receiver = Annotated[Context, command(Role.SERVICE, *ROOM)]
