"""When something is said to have happened, held against the clock and the tour: what cannot be is refused, not stored."""

from datetime import datetime, timedelta

from contracts.refusals import Invalid
from services.dispatch.domain.deployment import Deployment


def happened(
    at: datetime | None, now: datetime, rules: Deployment, since: datetime | None = None, what: str = "tour"
) -> datetime:
    """The time given, or now. Raises Invalid for one from the future or from before the tour or assignment it belongs to."""
    if at is None:
        return now
    if at > now + timedelta(seconds=rules.clock_skew_s):
        said = f"That is more than {rules.clock_skew_s:.0f} s from now: the device's clock is wrong."
        raise Invalid("time-in-the-future", said, (f"a time up to {now.isoformat(timespec='seconds')}", "no time: now"))
    if since is not None and at < since:
        said = f"That is before the {what.replace('-', ' ')}."
        raise Invalid(f"before-the-{what}", said, (f"a time from {since.isoformat(timespec='seconds')} on",))
    return at
