"""The telephone that rings callers over SIP trunks, joins them to call handlers, and says what came of it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from chassis.clock import Clock
from chassis.dated import Dated
from chassis.ids import Ids
from chassis.metrics import ATTEMPTS, SIP_DROPPED, TRUNK_WORKING, Metrics
from chassis.world import Tell
from contracts.callback.reviews import Outcome
from services.callback.domain.commands import EndRinging, NoteHangUp
from services.callback.domain.gate import Permit
from services.callback.telephone.sip.dialling import Dialling
from services.callback.telephone.sip.endpoint import Endpoint
from services.callback.telephone.sip.joining import Call, Ending
from services.callback.telephone.sip.outcomes import Verdict
from services.callback.telephone.sip.reach import Reach
from services.callback.telephone.sip.rules import SipRules
from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.transport.ports import Ports, facing
from services.callback.telephone.sip.trunks import Trunk, Trunks
from services.callback.telephone.sip.wire.address import Address
from services.callback.telephone.sip.wire.message import Message

REMEMBERED = 100_000
"""Attempts whose identity is kept, so that an order given twice is carried out once."""
BEAT_S = 0.25
GOODBYE_S = 2.0
"""How long a process that stops waits for what it took back."""


class SipTelephone:
    """`Telephone`, and a loop of the service: it rings while `run` runs, and orders given before wait for that."""

    def __init__(self, reach: Reach, rules: Dated[SipRules], tell: Tell, clock: Clock, ids: Ids, metrics: Metrics | None) -> None:
        self._reach, self._rules, self._tell, self._clock, self._ids, self._metrics = reach, rules, tell, clock, ids, metrics
        self._permitted: dict[str, None] = {}
        self._waiting: list[Permit] = []
        self._calls: dict[str, Call] = {}
        self._open: _Open | None = None
        if metrics is not None:
            metrics.watch(TRUNK_WORKING, lambda: {} if self._open is None else self._open.trunks.states())

    def ring(self, permit: Permit) -> None:
        """Begin to ring, or as soon as the trunks are open."""
        if permit.attempt_id in self._permitted:
            return
        self._permitted[permit.attempt_id] = None
        if len(self._permitted) > REMEMBERED:
            del self._permitted[next(iter(self._permitted))]
        if self._open is None:
            self._waiting.append(permit)
        else:
            self._begin(permit, self._open)

    def hang_up(self, attempt_id: str) -> None:
        """Ring no longer. Whoever answers in this very moment has answered, and is let go."""
        self._waiting = [permit for permit in self._waiting if permit.attempt_id != attempt_id]
        if (call := self._calls.get(attempt_id)) is not None:
            call.stop()

    async def run(self, stop: asyncio.Event, beat: Callable[[], None]) -> None:
        """Keep the trunks open until told to stop. Then what rings is taken back; people who talk are left to talk."""
        self._open = await _Open.open(self)
        try:
            while self._waiting:
                self._begin(self._waiting.pop(0), self._open)
            while not stop.is_set():
                beat()
                await asyncio.wait({waiting := asyncio.ensure_future(stop.wait())}, timeout=BEAT_S)
                waiting.cancel()
            await self._take_back(beat)
        finally:
            opened, self._open = self._open, None
            await opened.close()

    def dropped(self, why: str) -> None:
        """Something came that could not be read."""
        if self._metrics is not None:
            self._metrics.count(SIP_DROPPED, why)

    def rules(self) -> SipRules:
        """The rules of now."""
        return self._rules.at(self._clock.now())

    @property
    def ids(self) -> Ids:
        """Where tags and branches come from."""
        return self._ids

    @property
    def reach(self) -> Reach:
        """Where everybody is."""
        return self._reach

    def _begin(self, permit: Permit, opened: "_Open") -> None:
        left = (permit.give_up_at - self._clock.now()) / timedelta(seconds=1)
        if left <= 0:
            return  # too late to ring: the review ends it as unknown
        rules = self.rules()
        dial = Dialling(permit, opened.endpoint, opened.trunks, self._reach, opened.flow, rules.redirects)
        call = Call(dial, _Told(self, permit), rules, opened.endpoint.later, self._clock.now)
        self._calls[permit.attempt_id] = call
        call.start(left)

    async def _take_back(self, beat: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + GOODBYE_S
        for call in tuple(self._calls.values()):
            call.stop()
        while any(call.ringing for call in self._calls.values()) and loop.time() < until:
            beat()
            await asyncio.sleep(BEAT_S / 5)

    def ended(self, permit: Permit, found: Verdict) -> None:
        """Say how the ringing ended."""
        if found.outcome is not Outcome.ANSWERED:
            self._calls.pop(permit.attempt_id, None)
        if self._metrics is not None:
            self._metrics.count(ATTEMPTS, found.outcome)
        structlog.get_logger().info("rung", id=permit.attempt_id, outcome=found.outcome, final=found.final, cause=found.cause)
        at = self._clock.now()
        said = EndRinging(
            review=permit.review,
            attempt_id=permit.attempt_id,
            outcome=found.outcome,
            at=at,
            final=found.final,
            q850=found.cause,
        )
        self._tell(said, f"telephone {permit.attempt_id} {found.outcome}", "telephone")

    def over(self, permit: Permit, ending: Ending) -> None:
        """Say how an answered call ended."""
        self._calls.pop(permit.attempt_id, None)
        structlog.get_logger().info("call over", id=permit.attempt_id, by=ending.by, joined=ending.joined is not None)
        said = NoteHangUp(
            review=permit.review,
            attempt_id=permit.attempt_id,
            by=ending.by,
            joined=ending.joined,
            joined_at=ending.joined_at,
            at=self._clock.now(),
        )
        self._tell(said, f"telephone {permit.attempt_id} over", "telephone")


class _Told:
    """What is said of one order's call."""

    def __init__(self, telephone: SipTelephone, permit: Permit) -> None:
        self._telephone, self._permit = telephone, permit

    def unanswered(self, found: Verdict) -> None:
        """Nobody answered."""
        self._telephone.ended(self._permit, found)

    def answered(self, final: str) -> None:
        """Somebody, or something, answered: that somebody is safe no telephone can tell."""
        self._telephone.ended(self._permit, Verdict(Outcome.ANSWERED, final))

    def over(self, ending: Ending) -> None:
        """It is over."""
        self._telephone.over(self._permit, ending)


class _Open:
    """The sockets, and what works over them, while they are open."""

    def __init__(self, ports: Ports, endpoint: Endpoint, trunks: Trunks) -> None:
        self.ports, self.endpoint, self.trunks = ports, endpoint, trunks
        self._flows: dict[Address, Flow] = {}

    @classmethod
    async def open(cls, telephone: SipTelephone) -> "_Open":
        """Open them; OSError when the port is taken."""
        reach = telephone.reach
        loop = asyncio.get_running_loop()
        endpoint = Endpoint(loop.call_later, telephone.ids, telephone.dropped)

        def hear(message: Message, flow: Flow) -> None:
            loop.call_soon(endpoint.receive, message, flow)  # in a turn of its own: a defect there closes no socket

        ports = Ports(hear, telephone.dropped, reach.trust, telephone.rules().trunk_answers_within_s)
        host, port = reach.listen or (await facing(reach.trunks[0]), 0)
        await ports.open(host, port)
        made = [Trunk(address, ports.flow(address), reach.account, telephone.ids) for address in reach.trunks]

        def limits() -> tuple[float, float]:
            rules = telephone.rules()
            return rules.check_trunk_every_s, rules.trunk_answers_within_s

        trunks = Trunks(made, endpoint, limits)
        trunks.watch()
        return cls(ports, endpoint, trunks)

    def flow(self, address: Address) -> Flow:
        """The way to a call handler's own address."""
        if address not in self._flows:
            self._flows[address] = self.ports.flow(address)
        return self._flows[address]

    async def close(self) -> None:
        """Close them."""
        self.trunks.rest()
        await self.ports.close()
