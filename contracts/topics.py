"""The topics: one for each service, with a partition count that is fixed at creation because order depends on it."""

import zlib
from dataclasses import dataclass

SERVICES = ("contact", "callback", "incident", "dispatch")
PARTITIONS = 12
"""Partitions of every topic: 12 divides among 1, 2, 3, 4, 6 and 12 consumers. It can never change in place."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and what it needs of the broker."""

    service: str
    partitions: int = PARTITIONS

    @property
    def name(self) -> str:
        """`contact.events` and so on."""
        return f"{self.service}.events"

    def settings(self, replicas: int) -> dict[str, str]:
        """Broker settings: kept for ever, never compacted, stamped by the broker, acknowledged by two where there are three."""
        return {
            "cleanup.policy": "delete",
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(2 if replicas >= 3 else 1),
            "retention.bytes": "-1",
            "retention.ms": "-1",
        }


def partition(stream: str, partitions: int = PARTITIONS) -> int:
    """The partition of a stream: CRC-32 of its UTF-8 id, so that any language can compute it."""
    return zlib.crc32(stream.encode()) % partitions


TOPICS = {service: Topic(service) for service in SERVICES}

HEARS: dict[str, tuple[str, ...]] = {
    "contact": (),
    "callback": ("contact", "incident"),
    "incident": ("contact", "callback", "dispatch"),
    "dispatch": ("incident",),
}
"""Who listens to whom: access rules of the broker, network policies and AsyncAPI are all made from this table."""
