"""Holds what a carrier tells against callback, running or stopped: by the hour, and call by call."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from chassis.host import Entry
from cli.carrier.installation import Running, Stopped
from services.callback.reconciliation.application import CARRIED
from services.callback.reconciliation.carried import Carried, TellCarried
from services.callback.reconciliation.hours import Hour, tally
from services.callback.streams import REVIEW

PAGE = 1000


class Unmatched(NamedTuple):
    """A call of the carrier's that nobody reviews: the carrier's own name for it, and when."""

    reference: str | None
    called_at: datetime
    orphan: bool


class Books(Protocol):
    """What callback knows of calls that broke off."""

    def tell(self, part: TellCarried) -> None: ...
    def hours(self, begin: datetime, end: datetime) -> Sequence[Hour]: ...
    def unmatched(self, account: str) -> Iterator[Unmatched]: ...
    def close(self) -> None: ...


class StoppedBooks:
    """In callback's store."""

    def __init__(self, callback: Stopped) -> None:
        self._callback = callback
        self.close = callback.close

    def tell(self, part: TellCarried) -> None:
        """In a commit of its own."""
        self._callback.obey(part)

    def hours(self, begin: datetime, end: datetime) -> Sequence[Hour]:
        """By the index of hours."""
        reads = self._callback.reads

        def page(after: tuple[str, str]) -> Sequence[Entry]:
            return reads.find("hour", after=Entry(*after), limit=PAGE)

        return tally(page, lambda stream: reads.load(REVIEW, stream).state, begin, end)

    def unmatched(self, account: str) -> Iterator[Unmatched]:
        """All of one list."""
        reads, after = self._callback.reads, None
        while entries := reads.find("unmatched", after=after, limit=PAGE):
            for entry in entries:
                state: Carried | None = reads.load(CARRIED, entry.stream).state
                if state is not None and state.account == account:
                    yield Unmatched(state.reference, state.called_at, state.orphan_since is not None)
            after = entries[-1]


class RunningBooks:
    """At callback's address."""

    def __init__(self, callback: Running) -> None:
        self._callback = callback
        self.close = callback.close

    def tell(self, part: TellCarried) -> None:
        """By one request."""
        calls = [{"at": call.at.isoformat(), "number": call.number, "reference": call.reference} for call in part.calls]
        self._callback.post(f"/reconciliation/accounts/{part.account}/calls", {"carrier": part.carrier, "calls": calls})

    def hours(self, begin: datetime, end: datetime) -> Sequence[Hour]:
        """As callback counts them."""
        told = self._callback.get("/reconciliation/hours", **{"from": begin.isoformat(), "to": end.isoformat()})
        return [Hour(datetime.fromisoformat(one["hour"]), one["reviewed"], one["open"]) for one in told]

    def unmatched(self, account: str) -> Iterator[Unmatched]:
        """All of one list, page by page."""
        path: str | None = "/reconciliation/unmatched?limit=200"
        while path is not None:
            page = self._callback.get(path)
            for one in page["items"]:
                if one["account"] == account:
                    called_at = datetime.fromisoformat(one["called_at"])
                    yield Unmatched(one["reference"], called_at, one["orphan_since"] is not None)
            path = page["next"]
