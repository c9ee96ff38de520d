"""Reading Kafka outside any group: for rebuild, tail and reconciliation."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from chassis.errors import LogError
from chassis.log.kafka_link import asking, connection, let_go
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.kafka_topics import KafkaTopics
from chassis.log.port import Partition, Record

WAIT_MS = 50
"""A broker's longest wait in a fetch: only what is there is ever asked for."""


class KafkaReader:
    """One client, made when it is needed, for one partition at a time: pages of one partition in a row are prefetched."""

    def __init__(self, settings: KafkaSettings, topics: KafkaTopics) -> None:
        self._settings = settings
        self._topics = topics
        self._counts: dict[str, int] = {}
        self._client: AIOKafkaConsumer | None = None
        self._using = asyncio.Lock()
        self._at: tuple[Partition, int] | None = None

    async def read(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """A page; raises LogError where the log does not reach back or forth to the offset."""
        if not 0 <= partition.number < await self._count(partition.topic):
            raise LogError(f"{partition.topic} has partitions 0 to {self._counts[partition.topic] - 1}, not {partition.number}")
        async with self._using:
            try:
                async with asking(self._settings, f"reading {partition.topic}/{partition.number}"):
                    return await self._page(await self._connected(), partition, offset, limit)
            except BaseException:
                self._at = None
                raise

    async def ends(self, topic: str) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        partitions = [TopicPartition(topic, number) for number in range(await self._count(topic))]
        async with self._using, asking(self._settings, f"looking up the ends of {topic}"):
            found = await (await self._connected()).end_offsets(partitions)
        return {Partition(*partition): offset for partition, offset in found.items()}

    async def close(self) -> None:
        """Let go."""
        client, self._client = self._client, None
        if client is not None:
            await let_go(client.stop(), self._settings.request_s)

    async def _page(self, client: AIOKafkaConsumer, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        home = TopicPartition(*partition)
        if self._at is None or self._at[0] != partition:
            client.assign([home])
            client.pause(home)
        if self._at != (partition, offset):
            client.seek(home, offset)
        if offset >= (await client.end_offsets([home]))[home]:
            self._at = (partition, offset)
            return []
        client.resume(home)
        found = await client.getmany(home, timeout_ms=round(self._settings.answer_s * 1000), max_records=limit)
        client.pause(home)  # or it asks on at the end, and the broker answers nothing else on this connection meanwhile
        page = [record_of(message) for message in found.get(home, ())]
        if not page:
            raise TimeoutError
        if page[0].offset != offset:
            raise LogError(f"{partition.topic}/{partition.number} does not hold offset {offset}: it begins at {page[0].offset}")
        self._at = (partition, page[-1].offset + 1)
        return page

    async def _count(self, topic: str) -> int:
        if topic not in self._counts:
            self._counts[topic] = await self._topics.partitions(topic)
        return self._counts[topic]

    async def _connected(self) -> AIOKafkaConsumer:
        if self._client is None:
            client = AIOKafkaConsumer(
                **connection(self._settings, "reader"), auto_offset_reset="earliest", enable_auto_commit=False
            )
            try:
                await client.start()
            except BaseException:
                await let_go(client.stop(), self._settings.request_s)
                raise
            self._client = client
        return self._client


def record_of(message: ConsumerRecord) -> Record:
    """A record as the port has it. One without key or value, which none of ours is, is read with an empty one."""
    return Record(
        Partition(message.topic, message.partition),
        message.offset,
        (message.key or b"").decode(errors="replace"),
        message.headers,
        message.value or b"",
    )
