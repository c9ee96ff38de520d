"""The embedded log: a folder with one SQLite file for each topic, so that their writers never meet."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from chassis.errors import LogError, LogUnavailable
from chassis.log import topic_file
from chassis.log.port import Consumer, Outgoing, Partition, Record, Seek
from chassis.log.sole import SoleConsumer
from chassis.log.topic_file import TopicFile
from contracts.topics import Topic


class SqliteLog:
    """An `EmbeddedLog` that several processes share.

    Durable: each append is one transaction a topic, on the disk when it returns. Not durable (time-lapse): thousands of
    appends share a transaction; this object sees them at once, others see nothing and cannot write until `flush_now`, and a
    power cut may cost the end of the file.
    """

    def __init__(self, folder: Path, durable: bool = True) -> None:
        self._folder = folder
        self._durable = durable
        self._files: dict[str, TopicFile] = {}
        self._opening = threading.Lock()

    def create_now(self, topics: Sequence[Topic]) -> None:
        """Make the topics that do not exist yet; several processes may do so at once."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for topic in topics:
                if not self._path(topic.name).exists():
                    topic_file.make(self._path(topic.name), topic)
        except OSError as error:
            raise LogUnavailable(f"the log folder {self._folder} cannot be written: {error.strerror}") from error
        for topic in topics:
            count = self._file(topic.name).partitions
            if count != topic.partitions:
                raise LogError(f"topic {topic.name} has {count} partitions here, not {topic.partitions}; it can never change")

    def append_now(self, records: Sequence[Outgoing]) -> None:
        """Append in one transaction for each topic."""
        by_topic: dict[str, list[Outgoing]] = {}
        for record in records:
            by_topic.setdefault(record.partition.topic, []).append(record)
        for topic, share in by_topic.items():
            self._file(topic).append(share)

    def read_now(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """A page."""
        return self._file(partition.topic).read(partition, offset, limit)

    def ends_now(self, topic: str) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        return self._file(topic).ends()

    def mark_now(self, topic: str) -> int | None:
        """Changes when any process has appended."""
        if topic not in self._files and not self._path(topic).exists():
            return None
        return self._file(topic).mark()

    def flush_now(self) -> None:
        """Commit what is not committed."""
        for file in self._files.values():
            file.flush()

    def close_now(self) -> None:
        """Commit and close every file."""
        while self._files:
            self._files.popitem()[1].close()

    async def create(self, topics: Sequence[Topic]) -> None:
        """Make the topics that do not exist yet."""
        await asyncio.to_thread(self.create_now, topics)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Append, in a thread: a transaction waits for the disk."""
        await asyncio.to_thread(self.append_now, records)

    async def subscribe(self, group: str, member: str, topics: Sequence[str], seek: Seek) -> Consumer:
        """Every subscriber reads everything: see `EmbeddedLog`."""
        return SoleConsumer(self, topics, seek)

    async def read(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """A page."""
        return await asyncio.to_thread(self.read_now, partition, offset, limit)

    async def ends(self, topic: str) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        return await asyncio.to_thread(self.ends_now, topic)

    async def close(self) -> None:
        """Close every file."""
        await asyncio.to_thread(self.close_now)

    def _path(self, topic: str) -> Path:
        return self._folder / f"{topic}.db"

    def _file(self, topic: str) -> TopicFile:
        return self._files.get(topic) or self._opened(topic)

    def _opened(self, topic: str) -> TopicFile:
        path = self._path(topic)
        with self._opening:
            if topic not in self._files:
                if not path.exists():
                    raise LogError(f"topic {topic} does not exist in {self._folder}; create it first")
                self._files[topic] = TopicFile(path, topic, self._durable)
            return self._files[topic]
