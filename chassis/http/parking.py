"""What is parked and why, and sending it on: the operators' addresses. Keys, reasons and counts, never what a record holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.http.auth import requires
from chassis.http.principal import Principal, Role


class Parked(BaseModel):
    """The records of one key of a topic that wait, because the first of them could not be obeyed."""

    model_config = ConfigDict(frozen=True)

    topic: str
    key: str
    reason: Annotated[str, Field(description="Why the first one failed, without its content.")]
    records: Annotated[int, Field(ge=1)]
    first_offset: Annotated[int, Field(ge=0, description="Of the first one, in its partition of the topic.")]
    since: datetime


class Change(BaseModel):
    """An event that redriving records, or would record."""

    model_config = ConfigDict(frozen=True)

    stream: str
    type: str


class Redriven(BaseModel):
    """What redriving a key did, or with `preview` would do."""

    model_config = ConfigDict(frozen=True)

    topic: str
    key: str
    preview: bool
    records: Annotated[int, Field(ge=0, description="Records obeyed, in order.")]
    remaining: Annotated[int, Field(ge=0, description="Records that still wait.")]
    failure: Annotated[str | None, Field(description="Why the first of those that wait still fails.")] = None
    events: list[Change]


class ParkingDesk(Protocol):
    """The parked records of a service. Every method raises contracts.refusals.NotFound for a key that has none."""

    def parked(self) -> Sequence[Parked]:
        """Every parked key, longest waiting first. Blocking, thread safe."""
        ...

    def show(self, topic: str, key: str) -> Parked:
        """One key. Blocking, thread safe."""
        ...

    async def redrive(self, topic: str, key: str, *, preview: bool) -> Redriven:
        """Obey the records of a key in order until one fails; with `preview` keep nothing."""
        ...


Operators = Annotated[Principal, requires(Role.SUPERVISOR, Role.OPERATOR)]
Topic = Annotated[str, Path(max_length=100, description="The topic the records came from, for example contact.events.")]
Key = Annotated[str, Path(max_length=500, description="The key of the records, mostly the id of a stream.")]
Preview = Annotated[bool, Query(description="Tell what would change, and change nothing.")]


def parking_router(desk: ParkingDesk) -> APIRouter:
    """The operators' addresses of a service."""
    router = APIRouter(prefix="/ops/parked", tags=["operations"])

    @router.get("")
    def parked(_: Operators) -> list[Parked]:
        """Every key whose records wait, longest waiting first."""
        return list(desk.parked())

    @router.post("/{topic}/{key:path}/redrive")
    async def redrive(topic: Topic, key: Key, _: Operators, preview: Preview = False) -> Redriven:
        """Obey the waiting records of a key in order, until one fails again."""
        return await desk.redrive(topic, key, preview=preview)

    @router.get("/{topic}/{key:path}")
    def parked_key(topic: Topic, key: Key, _: Operators) -> Parked:
        """One key whose records wait."""
        return desk.show(topic, key)

    return router
