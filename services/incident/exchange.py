"""Carries transfer messages between two installations over topics both can reach: at least once out, at least once in.

A message is heard once however often it comes, so nothing here need remember more than how far it was.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog
from pydantic import ValidationError

from chassis.log.port import Consumer, Log, Outgoing, Partition, Record
from contracts.incident.handing import TransferMessage, TransferSent
from contracts.refusals import Refused
from contracts.registry import of
from contracts.topics import TOPICS, Topic

Hear = Callable[[TransferMessage], Awaitable[object]]
"""Gives the service a message; raises Refused when it cannot be obeyed."""

MOST = 200
CONTENT_TYPE = (("content-type", b"application/json"),)


def topic_of(force: str) -> Topic:
    """Where messages for a force stand, in one partition: those of a transfer keep their order."""
    return Topic(f"transfer-{force}", partitions=1)


class Exchange:
    """One installation's end. `own` carries its events, `shared` is the log both installations reach."""

    def __init__(self, force: str, own: Log, shared: Log, hear: Hear) -> None:
        self._force = force
        self._own, self._shared, self._hear = own, shared, hear
        self._out: Consumer | None = None
        self._in: Consumer | None = None
        self._known: set[str] = set()
        self._lines = structlog.get_logger()

    async def open(self, member: str) -> None:
        """Join on both sides, from the beginning: what was carried before is carried again, and heard once."""
        await self._shared.create([topic_of(self._force)])
        self._known.add(self._force)
        self._out = await self._own.subscribe(f"exchange-{self._force}", member, [TOPICS["incident"].name], _from_the_beginning)
        here = topic_of(self._force).name
        self._in = await self._shared.subscribe(f"exchange-{self._force}", member, [here], _from_the_beginning)

    async def close(self) -> None:
        """Leave both."""
        for consumer in (self._out, self._in):
            if consumer is not None:
                await consumer.close()

    async def turn(self, wait_s: float = 0.2) -> int:
        """Carry what is there, both ways; how many messages were carried or heard."""
        assert self._out is not None and self._in is not None
        sent = [out for records in (await self._out.poll(MOST, wait_s)).values() for out in outgoing(records)]
        for receiver in {record.partition.topic for record in sent} - self._known:
            await self._shared.create([Topic(receiver.removesuffix(".events"), partitions=1)])
            self._known.add(receiver)
        if sent:
            await self._shared.publish(sent)
        heard = [record for records in (await self._in.poll(MOST, wait_s)).values() for record in records]
        for record in heard:
            await self._one(record)
        return len(sent) + len(heard)

    async def _one(self, record: Record) -> None:
        """A message nobody can read or obey is noted and left: it stops none behind it."""
        try:
            await self._hear(TransferMessage.model_validate_json(record.value))
        except ValidationError as unreadable:
            self._lines.error("a transfer message cannot be read", offset=record.offset, faults=unreadable.error_count())
        except Refused as refused:
            self._lines.warning("a transfer message was refused", offset=record.offset, reason=refused.code)


def outgoing(records: Sequence[Record]) -> Iterator[Outgoing]:
    """The messages among records of the own topic, each as it goes to its receiver."""
    name = of(TransferSent).name.encode()
    for record in records:
        if dict(record.headers).get("ce_type") == name:
            message = TransferSent.model_validate(json.loads(record.value)).message
            home = Partition(topic_of(message.receiver).name, 0)
            yield Outgoing(home, message.transfer, CONTENT_TYPE, message.model_dump_json(exclude_none=True).encode())


async def _from_the_beginning(_: Partition) -> int:
    return 0
