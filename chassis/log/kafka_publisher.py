"""Publishing to Kafka: idempotent, acknowledged by all replicas, in order within each partition, bounded in time.

Whatever goes wrong, the producer is thrown away: after one lost batch Kafka answers OutOfOrderSequenceNumber to the same
producer for ever, and one whose deliveries hang cannot be stopped in order. What an abandoned producer has sent may still
arrive; the records carry their source's position, so readers drop what they have seen.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.errors import LogError
from chassis.log.kafka_link import FORBIDDEN, TOO_LARGE, asking, connection, let_go, named
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.port import Outgoing, Partition

BATCH_BYTES = 256 * 1024

MANY = 20
"""Records from which on compressing pays: 50 together shrink to 29 %, one alone to 83 %, and the broker and every reader must
unpack it."""

Compression = Literal["lz4"] | None

Shares = Mapping[Partition, Sequence[Outgoing]]
"""Records by partition, in order."""


class KafkaPublisher:
    """One producer for few records and one for many, each made when it is needed; never both at once, so order is kept."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producers: dict[Compression, AIOKafkaProducer] = {}
        self._making = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Append; one sending task a partition, so that a partition that hangs delays this call but not the others' records."""
        shares: dict[Partition, list[Outgoing]] = {}
        for record in records:
            shares.setdefault(record.partition, []).append(record)
        if not shares:
            return
        compression: Compression = "lz4" if len(records) >= MANY else None
        producer = self._producers.get(compression) or await self._connected(shares, compression)
        failed: Mapping[Partition, BaseException] = dict.fromkeys(shares, asyncio.CancelledError())
        try:
            failed = await (self._side_by_side if len(shares) > 1 else self._alone)(producer, shares)
        finally:
            if failed:
                self._abandon(producer)
        if failed:
            raise self._worst(failed)

    async def _side_by_side(self, producer: AIOKafkaProducer, shares: Shares) -> Mapping[Partition, BaseException]:
        sending = {partition: asyncio.create_task(_send(producer, partition, share)) for partition, share in shares.items()}
        try:
            await asyncio.wait(sending.values(), timeout=self._settings.answer_s)
        finally:
            failed = {partition: error for partition, task in sending.items() if (error := _outcome(task)) is not None}
        return failed

    async def _alone(self, producer: AIOKafkaProducer, shares: Shares) -> Mapping[Partition, BaseException]:
        """Without a task: as long as events come one by one, each turn of the event loop saved is saved for each of them."""
        [(partition, share)] = shares.items()
        try:
            async with asyncio.timeout(self._settings.answer_s):
                acknowledgements = await _handed_over(producer, partition, share)
                await asyncio.wait(acknowledgements)
        except (KafkaError, LogError, OSError) as refused:
            return {partition: refused}
        failed = [error for future in acknowledgements if (error := _outcome(future)) is not None]
        return {partition: failed[0]} if failed else {}

    async def close(self) -> None:
        """Let go; what is not acknowledged was not published."""
        for producer in list(self._producers.values()):
            self._abandon(producer)
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=self._settings.answer_s)

    async def _connected(self, shares: Shares, compression: Compression) -> AIOKafkaProducer:
        async with asking(self._settings, f"publishing to {_names(shares)}"), self._making:
            if compression not in self._producers:
                # No lingering: a single record goes at once, and while it is on its way the next ones gather in a batch.
                producer = AIOKafkaProducer(
                    **connection(self._settings, "producer"),
                    acks="all",
                    enable_idempotence=True,
                    compression_type=compression,
                    linger_ms=0,
                    max_batch_size=BATCH_BYTES,
                )
                try:
                    await producer.start()
                except BaseException:
                    self._abandon(producer)
                    raise
                self._producers[compression] = producer
            return self._producers[compression]

    def _abandon(self, producer: AIOKafkaProducer) -> None:
        self._producers = {kind: other for kind, other in self._producers.items() if other is not producer}
        task = asyncio.create_task(let_go(_cut(producer, self._settings.request_s), 2 * self._settings.request_s))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def _worst(self, failed: Mapping[Partition, BaseException]) -> LogError:
        """A refusal before an outage: waiting does not mend it."""
        worst = min(failed.values(), key=lambda error: not isinstance(error, FORBIDDEN + TOO_LARGE))
        return named(self._settings, f"publishing to {_names(failed)}", worst)


def _names(partitions: Iterable[Partition]) -> str:
    return ", ".join(f"{partition.topic}/{partition.number}" for partition in sorted(partitions))


async def _send(producer: AIOKafkaProducer, partition: Partition, records: Sequence[Outgoing]) -> None:
    await asyncio.gather(*await _handed_over(producer, partition, records))


async def _handed_over(
    producer: AIOKafkaProducer, partition: Partition, records: Sequence[Outgoing]
) -> Sequence["asyncio.Future[object]"]:
    """The acknowledgements to come, in order; waits only while the client's own buffer is full."""
    known = await producer.partitions_for(partition.topic)
    if partition.number not in known:
        raise LogError(f"{partition.topic} has partitions 0 to {max(known)}, not {partition.number}")
    return [
        await producer.send(
            partition.topic,
            record.value,
            key=record.key.encode(),
            partition=partition.number,
            headers=list(record.headers),
        )
        for record in records
    ]


def _outcome(task: "asyncio.Future[Any]") -> BaseException | None:
    if not task.done():
        task.cancel()
        return TimeoutError()
    return asyncio.CancelledError() if task.cancelled() else task.exception()


async def _cut(producer: AIOKafkaProducer, within_s: float) -> None:
    """Close without the flush of its own `stop`, which waits for deliveries that may never come; hence the private names."""
    producer._closed = True
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
        await asyncio.wait({sender}, timeout=within_s)
    await producer.client.close()
