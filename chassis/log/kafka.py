"""The log on Apache Kafka: the adapter of production."""

from collections.abc import Mapping, Sequence

from chassis.log.kafka_consumer import KafkaConsumer
from chassis.log.kafka_publisher import KafkaPublisher
from chassis.log.kafka_reader import KafkaReader
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.kafka_topics import KafkaTopics
from chassis.log.port import Consumer, Outgoing, Partition, Record, Seek
from contracts.topics import Topic


class KafkaLog:
    """A `Log` of one cluster. Clients connect when they are first needed, and anew after an outage."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._topics = KafkaTopics(settings)
        self._publisher = KafkaPublisher(settings)
        self._reader = KafkaReader(settings, self._topics)

    async def create(self, topics: Sequence[Topic]) -> None:
        """Make the topics that do not exist yet."""
        await self._topics.create(topics)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Append; acknowledged by every replica in sync when it returns."""
        await self._publisher.publish(records)

    async def subscribe(self, group: str, member: str, topics: Sequence[str], seek: Seek) -> Consumer:
        """Join a group."""
        consumer = KafkaConsumer(self._settings, group, member, topics, seek)
        await consumer.open()
        return consumer

    async def read(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """A page."""
        return await self._reader.read(partition, offset, limit)

    async def ends(self, topic: str) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        return await self._reader.ends(topic)

    async def close(self) -> None:
        """Let go. Consumers are closed by whoever subscribed."""
        await self._publisher.close()
        await self._reader.close()
