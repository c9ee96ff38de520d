"""By what figures are told apart: queue, line, switch; hour, hour of the day, day and month of local time."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from contracts.contact.calls import Line
from services.contact.figures.call_facts import CallFacts


class By(StrEnum):
    """One way to group."""

    QUEUE = "queue"
    LINE = "line"
    SWITCH = "switch"
    HOUR = "hour"
    HOUR_OF_DAY = "hour-of-day"
    DAY = "day"
    MONTH = "month"


def group(call: CallFacts, by: By | None, zone: ZoneInfo) -> str:
    """The group a call belongs to. Times are local; the hour that comes twice has two names."""
    match by:
        case None:
            return ""
        case By.QUEUE:
            return call.queue or "never queued"
        case By.LINE:
            return call.line or Line.EMERGENCY
        case By.SWITCH:
            return call.switch or "not known"
        case _:
            return _time(call.since.astimezone(zone), by)


def _time(local: datetime, by: By) -> str:
    match by:
        case By.HOUR:
            return local.replace(minute=0, second=0, microsecond=0).isoformat(timespec="minutes")
        case By.HOUR_OF_DAY:
            return f"{local:%H}"
        case By.DAY:
            return f"{local:%Y-%m-%d}"
        case _:
            return f"{local:%Y-%m}"


def in_order(name: str, by: By | None) -> tuple[float, str]:
    """What groups are sorted by: hours by their instant, all others by name."""
    return (datetime.fromisoformat(name).timestamp() if by is By.HOUR else 0.0), name
