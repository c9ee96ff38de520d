"""What callback tells a monitoring system by itself: calls nobody reviews, and items nobody works on."""

from chassis.flow.live import LiveHost
from chassis.metrics import DESK_ALARMS, ORPHANS, REVIEW_OLDEST_OPEN

_MANY = 10_000


def watch(host: LiveHost) -> None:
    """Register the gauges. Read when they are scraped; one that cannot be read is absent, and that is an alarm too."""
    metrics, storage, clock = host.metrics, host.storage, host.clock

    def counted(index: str) -> float:
        return len(storage.find(index, None, None, None, _MANY))

    def oldest() -> float:
        """What contact said and callback could not obey waits here: as long as it does, a call may go without a review."""
        ages = [(clock.now() - key.since).total_seconds() for key in storage.parked_keys() if key.topic == "contact.events"]
        return max(ages, default=0.0)

    metrics.watch(ORPHANS, lambda: counted("orphan"))
    metrics.watch(DESK_ALARMS, lambda: counted("desk-alarm"))
    metrics.watch(REVIEW_OLDEST_OPEN, oldest)
