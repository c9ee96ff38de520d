"""What a running service tells about its pipes: the outbox, the inbox, the timers; read only when somebody scrapes."""

from collections.abc import Mapping
from functools import partial

from chassis.flow.listening import Listening
from chassis.flow.live import LiveHost
from chassis.flow.outbox import Outbox
from chassis.metrics import (
    INBOX_LAG,
    INBOX_STOPPED,
    OUTBOX_OLDEST_AGE,
    OUTBOX_WAITING,
    PARKED_KEYS,
    TIMERS_OVERDUE,
)
from chassis.store.codec import decode_head


def watch(host: LiveHost, outbox: Outbox, listening: Listening) -> None:
    """Register the gauges of a service."""
    metrics, clock = host.metrics, host.clock

    def waiting() -> float:
        return max(0, host.storage.last_position() - outbox.relay.position)

    def oldest() -> float:
        events = host.storage.page(outbox.relay.position, 1)
        return (clock.now() - decode_head(events[0].state).recorded).total_seconds() if events else 0

    def overdue() -> float:
        due = host.storage.next_due()
        return max(0.0, (clock.now() - due).total_seconds()) if due else 0

    def parked() -> Mapping[tuple[str, ...], float]:
        counts: dict[tuple[str, ...], float] = {(f"{name}.events",): 0 for name in host.service.hears}
        for key in host.storage.parked_keys():
            counts[key.topic,] = counts.get((key.topic,), 0) + 1
        return counts

    for gauge, index in host.service.counted.items():
        metrics.watch(gauge, partial(_entries, host, index))
    metrics.watch(OUTBOX_WAITING, waiting)
    metrics.watch(OUTBOX_OLDEST_AGE, oldest)
    metrics.watch(TIMERS_OVERDUE, overdue)
    metrics.watch(PARKED_KEYS, parked)
    metrics.watch(INBOX_LAG, lambda: {(topic,): seconds for topic, seconds in listening.lag().items()})
    metrics.watch(
        INBOX_STOPPED, lambda: {(partition.topic, why(reason)): 1 for partition, reason in host.inbox.stopped().items()}
    )


def _entries(host: LiveHost, index: str) -> int:
    """How many stand in an index: of what is counted so there should be few."""
    count, after = 0, None
    while page := host.find(index, after=after, limit=1000):
        count, after = count + len(page), page[-1]
    return count


def why(reason: str) -> str:
    """A short code for a label: the sentence stands in the log."""
    return "parked" if "parked" in reason else "hole"
