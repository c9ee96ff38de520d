"""The ways into the telephone network: which of them work, and over which the next call goes."""

from collections.abc import Callable, Collection, Sequence

import structlog

from chassis.ids import Ids
from services.callback.telephone.sip.credentials import Credentials
from services.callback.telephone.sip.line import AGENT, FORWARDS, Line, branch, via
from services.callback.telephone.sip.transactions.client import Silence
from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.transactions.times import Timers
from services.callback.telephone.sip.wire.address import Address
from services.callback.telephone.sip.wire.digest import Account
from services.callback.telephone.sip.wire.message import Request, Response


class Trunk:
    """One trunk. Any answer but 503 shows that it works; silence, or a call it refused with 503, that it does not."""

    def __init__(self, address: Address, flow: Flow, account: Account | None, ids: Ids) -> None:
        self.address = address
        self.flow = flow
        self.credentials = Credentials(account, ids)
        self.working: bool | None = None
        self._number = 0

    @property
    def name(self) -> str:
        """Its address, as people know it."""
        return f"{self.address.host}:{self.address.port}/{self.address.carrier.lower()}"

    def at(self, user: str) -> str:
        """The address of somebody behind it."""
        return f"sip:{user}@{self.address.host}:{self.address.port};transport={self.address.carrier.lower()}"

    def works(self, working: bool, why: str = "") -> None:
        """Note what was seen of it; a change is worth a line."""
        if self.working is not working:
            log = structlog.get_logger().bind(trunk=self.name)
            log.info("a trunk works") if working else log.warning("a trunk does not work", reason=why)
        self.working = working

    def question(self, ids: Ids, call_id: str) -> Request:
        """Are you there?"""
        self._number += 1
        uri = f"sip:{self.address.host}:{self.address.port};transport={self.address.carrier.lower()}"
        host, port = self.flow.here
        sender = f"<sip:ringback@{host}:{port}>;tag={ids.new()[:8]}"
        headers = (via(self.flow, branch(ids)), FORWARDS, ("From", sender), ("To", f"<{uri}>"), ("Call-ID", call_id))
        proofs = self.credentials.proofs("OPTIONS", uri)
        return Request(headers=(*headers, ("CSeq", f"{self._number} OPTIONS"), AGENT, *proofs), method="OPTIONS", uri=uri)


class Trunks:
    """All of them, in the order they are preferred."""

    def __init__(self, trunks: Sequence[Trunk], line: Line, limits: Callable[[], tuple[float, float]]) -> None:
        """`limits` says how often to ask, and how long to wait for the answer, in seconds."""
        self._trunks = trunks
        self._line = line
        self._limits = limits
        self._timers = Timers(line.later)

    def best(self, tried: Collection[str] = ()) -> Trunk | None:
        """The first that works, else the first that is not known to fail, else the first: somebody has to be rung."""
        left = [trunk for trunk in self._trunks if trunk.name not in tried]
        return min(left, key=lambda trunk: {True: 0, None: 1, False: 2}[trunk.working], default=None)

    def states(self) -> dict[tuple[str, ...], float]:
        """1 for each that works, 0 for each that does not or was not asked yet."""
        return {(trunk.name,): float(bool(trunk.working)) for trunk in self._trunks}

    def watch(self) -> None:
        """Ask all of them now, and again and again."""
        every, within = self._limits()
        for trunk in self._trunks:
            self._ask(trunk, within)
        self._timers.set("again", every, self.watch)

    def rest(self) -> None:
        """Ask no more."""
        self._timers.stop()

    def _ask(self, trunk: Trunk, within: float) -> None:
        question = trunk.question(self._line.ids, self._line.ids.new())
        asked = f"{trunk.name} {question.call_id}"

        def heard(response: Response) -> None:
            self._timers.stop(asked)
            trunk.works(response.status != 503, str(response.status))

        def unheard(why: Silence) -> None:
            self._timers.stop(asked)
            trunk.works(False, why.name.lower())

        self._timers.set(asked, within, lambda: trunk.works(False, "no answer in time"))
        self._line.request(question, trunk.flow, heard, unheard)
