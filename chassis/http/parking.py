"""What is parked and why, and sending it on: the operators' addresses. Keys, reasons and counts, never what a record holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.host import Context
from chassis.http.auth import requires
from chassis.http.commands import command
from chassis.http.principal import Principal, Role


class Parked(BaseModel):
    """The records of one key that wait, because the first of them could not be obeyed."""

    model_config = ConfigDict(frozen=True)

    key: str
    topic: str
    reason: Annotated[str, Field(description="Why the first one failed, without its content.")]
    count: Annotated[int, Field(ge=1)]
    first_position: Annotated[int, Field(description="Of the first one, counted by its source.")]
    since: datetime


class Change(BaseModel):
    """An event that redriving records, or would record."""

    model_config = ConfigDict(frozen=True)

    stream: str
    type: str


class Redriven(BaseModel):
    """What redriving a key did, or with `preview` would do."""

    model_config = ConfigDict(frozen=True)

    key: str
    preview: bool
    obeyed: Annotated[int, Field(ge=0, description="Records obeyed, in order.")]
    still_parked: Annotated[int, Field(ge=0)]
    reason: Annotated[str | None, Field(description="Why the first of those still parked fails.")] = None
    changes: list[Change]


class ParkingDesk(Protocol):
    """The parked records of a service."""

    def parked(self) -> Sequence[Parked]:
        """Every parked key, longest waiting first. Blocking, thread safe."""
        ...

    def show(self, key: str) -> Parked:
        """One key. Raises contracts.refusals.NotFound. Blocking, thread safe."""
        ...

    async def redrive(self, key: str, context: Context, *, preview: bool) -> Redriven:
        """Obey the records of a key in order until one fails; with `preview` keep nothing. Raises NotFound."""
        ...


Reader = Annotated[Principal, requires(Role.SUPERVISOR, Role.OPERATOR)]
ParkedKey = Annotated[str, Path(max_length=500, description="The key of the records, mostly the id of a stream.")]


def parking_router(desk: ParkingDesk) -> APIRouter:
    """The operators' addresses of a service."""
    router = APIRouter(prefix="/ops/parked", tags=["operations"])

    @router.get("")
    def parked(_: Reader) -> list[Parked]:
        """Every key whose records wait, longest waiting first."""
        return list(desk.parked())

    @router.post("/{key:path}/redrive")
    async def redrive(
        key: ParkedKey,
        context: Annotated[Context, command(Role.SUPERVISOR, Role.OPERATOR)],
        preview: Annotated[bool, Query(description="Tell what would change, and change nothing.")] = False,
    ) -> Redriven:
        """Obey the waiting records of a key in order, until one fails again."""
        return await desk.redrive(key, context, preview=preview)

    @router.get("/{key:path}")
    def parked_key(key: ParkedKey, _: Reader) -> Parked:
        """One key whose records wait."""
        return desk.show(key)

    return router
