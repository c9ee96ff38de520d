"""A log in memory: for tests and for time-lapse that keeps nothing; gone with the process."""

from collections.abc import Mapping, Sequence

from chassis.errors import LogError
from chassis.log.port import Consumer, Outgoing, Partition, Record, Seek
from chassis.log.sole import SoleConsumer
from contracts.topics import Topic


class MemoryLog:
    """An `EmbeddedLog` made of lists."""

    def __init__(self) -> None:
        self._topics: dict[str, int] = {}
        self._records: dict[Partition, list[Record]] = {}
        self._marks: dict[str, int] = {}

    def create_now(self, topics: Sequence[Topic]) -> None:
        """Make the topics that do not exist yet."""
        for topic in topics:
            count = self._topics.setdefault(topic.name, topic.partitions)
            if count != topic.partitions:
                raise LogError(f"topic {topic.name} has {count} partitions here, not {topic.partitions}; it can never change")
            self._marks.setdefault(topic.name, 0)
            for number in range(count):
                self._records.setdefault(Partition(topic.name, number), [])

    def append_now(self, records: Sequence[Outgoing]) -> None:
        """Append all, or none when a partition does not exist."""
        homes = [self._of(record.partition) for record in records]
        for record, home in zip(records, homes, strict=True):
            home.append(Record(record.partition, len(home), record.key, record.headers, record.value))
            self._marks[record.partition.topic] += 1

    def read_now(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """A page."""
        return self._of(partition)[offset : offset + limit]

    def ends_now(self, topic: str) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        if topic not in self._topics:
            raise LogError(f"topic {topic} does not exist here; create it first")
        partitions = [Partition(topic, number) for number in range(self._topics[topic])]
        return {partition: len(self._records[partition]) for partition in partitions}

    def mark_now(self, topic: str) -> int | None:
        """How many records the topic has had."""
        return self._marks.get(topic)

    def flush_now(self) -> None:
        """Nothing here is ever durable."""

    def close_now(self) -> None:
        """Nothing to let go of: the records stay for whoever holds this object."""

    async def create(self, topics: Sequence[Topic]) -> None:
        """Make the topics that do not exist yet."""
        self.create_now(topics)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Append in order."""
        self.append_now(records)

    async def subscribe(self, group: str, member: str, topics: Sequence[str], seek: Seek) -> Consumer:
        """Every subscriber reads everything."""
        return SoleConsumer(self, topics, seek)

    async def read(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """A page."""
        return self.read_now(partition, offset, limit)

    async def ends(self, topic: str) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        return self.ends_now(topic)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _of(self, partition: Partition) -> list[Record]:
        home = self._records.get(partition)
        if home is None:
            last = len(self.ends_now(partition.topic)) - 1
            raise LogError(f"{partition.topic} has partitions 0 to {last}, not {partition.number}")
        return home
