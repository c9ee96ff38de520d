"""Requests of others: answered once in sense, and again in bytes whenever they repeat themselves (section 17.2)."""

from collections.abc import Callable

from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.transactions.times import LIMIT, T1, T2, Later, Timers
from services.callback.telephone.sip.wire.message import Request, Response


class ServerTransaction:
    """One request of the other side. A final answer to an INVITE is repeated until its ACK comes (timers G and H)."""

    def __init__(self, request: Request, flow: Flow, later: Later, over: Callable[[], object]) -> None:
        self.request = request
        self._flow = flow
        self._timers = Timers(later)
        self._over = over
        self._said: Response | None = None
        self._timers.set("J", LIMIT, self._end)

    def repeated(self) -> None:
        """The same request again: the same answer again, if there is one yet."""
        if self._said is not None:
            self._flow.send(self._said, _nothing)

    def answer(self, response: Response) -> None:
        """Say it; a final answer is said once."""
        if self._said is not None and self._said.final:
            return
        self._said = response
        self._flow.send(response, _nothing)
        if response.final:
            self._timers.set("J", LIMIT, self._end)
            if self.request.method == "INVITE" and (not self._flow.carrier.reliable or response.status < 300):
                self._repeat(T1)

    def acknowledged(self) -> None:
        """The ACK came."""
        self._timers.stop("G")

    def _repeat(self, pause: float) -> None:
        def again() -> None:
            self.repeated()
            self._repeat(min(2 * pause, T2))

        self._timers.set("G", pause, again)

    def _end(self) -> None:
        self._timers.stop()
        self._over()


def _nothing() -> None:
    """The other side asks again."""
