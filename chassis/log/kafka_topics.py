"""The topics of a Kafka cluster: made with their settings, refused when they are not what they should be."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    NoError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)

from chassis.errors import LogError
from chassis.log.kafka_link import asking, connection, let_go
from chassis.log.kafka_settings import KafkaSettings
from contracts.topics import Topic

PAUSE_S = 0.1


class KafkaTopics:
    """Admin calls; each opens a connection of its own, as they are rare."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    async def create(self, topics: Sequence[Topic]) -> None:
        """Make those that do not exist, and wait until every partition has a leader."""
        names = [topic.name for topic in topics]
        async with asking(self._settings, f"making topics {', '.join(names)}"), self._admin() as admin:
            while missing := await self._missing(admin, topics):
                await self._make(admin, missing)
                await asyncio.sleep(PAUSE_S)

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has; raises LogError when there is none of that name."""
        async with asking(self._settings, f"looking up topic {topic}"), self._admin() as admin:
            while True:
                count = (await self._counts(admin, [topic])).get(topic)
                if count is None:
                    raise LogError(f"topic {topic} does not exist at {self._settings.servers}; create it first")
                if count:
                    return count
                await asyncio.sleep(PAUSE_S)

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**connection(self._settings, "admin"))
        try:
            await admin.start()
            yield admin
        finally:
            await let_go(admin.close(), self._settings.request_s)

    async def _missing(self, admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[Topic]:
        counts = await self._counts(admin, [topic.name for topic in topics])
        for topic in topics:
            count = counts.get(topic.name) or topic.partitions
            if count != topic.partitions:
                raise LogError(f"topic {topic.name} has {count} partitions here, not {topic.partitions}; it can never change")
        return [topic for topic in topics if not counts.get(topic.name)]

    async def _counts(self, admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
        """Partitions by topic; 0 while a leader is missing, no entry when there is no topic. Admin answers do not raise."""
        counts = {}
        for found in await admin.describe_topics(names) if names else ():
            error = for_code(found["error_code"])
            if error is TopicAuthorizationFailedError:
                raise error(found["topic"])
            if error is not UnknownTopicOrPartitionError:
                ready = error is NoError and all(partition["leader"] >= 0 for partition in found["partitions"])
                counts[found["topic"]] = len(found["partitions"]) if ready else 0
        return counts

    async def _make(self, admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
        replicas = self._settings.replicas
        wanted = [NewTopic(topic.name, topic.partitions, replicas, topic_configs=topic.settings(replicas)) for topic in topics]
        answer = await admin.create_topics(wanted)
        for name, code, *message in answer.topic_errors:
            error = for_code(code)
            if error in (NoError, TopicAlreadyExistsError) or error.retriable:
                continue
            if error is TopicAuthorizationFailedError:
                raise error(name)
            raise LogError(
                f"Kafka at {self._settings.servers} refuses to make {name}: {error.__name__} {' '.join(map(str, message))}"
            )
