"""Takes the callers of a list to contact, running or stopped."""

from typing import Protocol

from cli.carrier.installation import Running, Stopped
from services.contact.domain.harvest import Harvest, HarvestCallers


class Taker(Protocol):
    """Takes in a part of a list and tells what was taken of all of it so far."""

    def take(self, part: HarvestCallers) -> Harvest: ...
    def close(self) -> None: ...


class StoppedTaker:
    """Into contact's store."""

    def __init__(self, contact: Stopped) -> None:
        self._contact = contact
        self.close = contact.close

    def take(self, part: HarvestCallers) -> Harvest:
        """In a commit of its own."""
        taken: Harvest = self._contact.obey(part)
        return taken


class RunningTaker:
    """To contact's address."""

    def __init__(self, contact: Running) -> None:
        self._contact = contact
        self.close = contact.close

    def take(self, part: HarvestCallers) -> Harvest:
        """By one request."""
        callers = [
            {"number": one.number, "attempted_at": [at.isoformat() for at in one.attempted_at], "reference": one.reference}
            for one in part.callers
        ]
        return Harvest(**self._contact.post(f"/harvests/{part.harvest}/callers", {"carrier": part.carrier, "callers": callers}))
