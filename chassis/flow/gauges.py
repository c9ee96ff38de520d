"""What a running service tells about its pipes: the outbox, the inbox, the timers; read only when somebody scrapes."""

from collections.abc import Mapping

from chassis.clock import Clock
from chassis.flow.live import LiveHost
from chassis.metrics import (
    INBOX_LAG,
    INBOX_STOPPED,
    OUTBOX_OLDEST_AGE,
    OUTBOX_WAITING,
    PARKED_KEYS,
    TIMERS_OVERDUE,
    Metrics,
)
from chassis.store.codec import decode_head


def watch(host: LiveHost, metrics: Metrics, clock: Clock) -> None:
    """Register the gauges of a host."""

    def waiting() -> float:
        return max(0, host.storage.last_position() - host.relay.position)

    def oldest() -> float:
        events = host.storage.page(host.relay.position, 1)
        return (clock.now() - decode_head(events[0].state).recorded).total_seconds() if events else 0

    def overdue() -> float:
        due = host.storage.next_due()
        return max(0.0, (clock.now() - due).total_seconds()) if due else 0

    def parked() -> Mapping[tuple[str, ...], float]:
        counts: dict[tuple[str, ...], float] = {(f"{name}.events",): 0 for name in host.service.hears}
        for key in host.storage.parked_keys():
            counts[key.topic,] = counts.get((key.topic,), 0) + 1
        return counts

    metrics.watch(OUTBOX_WAITING, waiting)
    metrics.watch(OUTBOX_OLDEST_AGE, oldest)
    metrics.watch(TIMERS_OVERDUE, overdue)
    metrics.watch(PARKED_KEYS, parked)
    metrics.watch(INBOX_LAG, lambda: {(topic,): seconds for topic, seconds in host.lag().items()})
    metrics.watch(INBOX_STOPPED, lambda: {(partition.topic, reason): 1 for partition, reason in host.inbox.stopped().items()})
