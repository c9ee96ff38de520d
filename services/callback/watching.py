"""What callback tells a monitoring system by itself: how long it has known of a call without being able to open its review."""

from chassis.flow.live import LiveHost
from chassis.metrics import REVIEW_OLDEST_OPEN


def watch(host: LiveHost) -> None:
    """Register the gauge. What contact said and callback could not obey is parked: meanwhile a call may go without a review."""

    def oldest() -> float:
        now = host.clock.now()
        return max(
            ((now - key.since).total_seconds() for key in host.storage.parked_keys() if key.topic == "contact.events"),
            default=0.0,
        )

    host.metrics.watch(REVIEW_OLDEST_OPEN, oldest)
