"""The rows of the outcome table (and what else SIPp can play), each with what the store must say afterwards."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from adapters.sip import tls
from adapters.sip.desk import Desk, desk
from adapters.sip.relay import relay
from adapters.sip.sipp import HOST, Called, Program, called

from contracts.callback.answered_calls import HungUp
from contracts.callback.reviews import Outcome


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row: what the other side does, over what, and what is recorded of it. `by` and `joined`: how an answered call ended."""

    name: str
    file: str
    outcome: Outcome
    final: str
    q850: int | None = None
    by: HungUp | None = None
    joined: bool = False
    status: str = ""
    why: str = "SIP;cause=200"
    handler: str = ""
    carriers: tuple[str, ...] = ("udp", "tcp")
    bad: bool = False
    account: bool = False
    fill: dict[str, str] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)


def _refused(status: str, outcome: Outcome, cause: int | None = None, at_once: bool = False) -> Scenario:
    why = f'Q.850;cause={cause};text="from the exchange"' if cause else "SIP;cause=200"
    name = f"{status}, cause {cause}" if cause else status
    file = "refused_at_once" if at_once else "refused"
    return Scenario(f"{name}{' at once' if at_once else ''}", file, outcome, status[:3], cause, status=status, why=why)


def _answered(name: str, file: str, by: HungUp, joined: bool = True, **more: object) -> Scenario:
    return Scenario(name, file, Outcome.ANSWERED, "200", None, by, joined, **more)  # type: ignore[arg-type]


SCENARIOS = (
    _answered("answered, the caller hangs up", "answered", HungUp.CALLER, handler="handler"),
    _answered(
        "answered, the handler hangs up", "handler_ends", HungUp.HANDLER, handler="handler_hangs_up", carriers=("udp", "tcp")
    ),
    _answered("answered over TLS", "answered", HungUp.CALLER, handler="handler", carriers=("tls",)),
    _answered("early media (183), then answered", "early_media", HungUp.CALLER, handler="handler"),
    _answered("answered, no handler answers", "nobody", HungUp.NOBODY_JOINED, False, handler="refused", status="480 Gone"),
    _answered("answered, silent for ever", "handler_ends", HungUp.TIME_LIMIT, handler="handler", limits={"longest_call_s": 1}),
    _answered("401, stale nonce, answered", "challenged", HungUp.CALLER, handler="handler", account=True),
    _answered("407, also for the BYE", "challenged_by_proxy", HungUp.HANDLER, handler="handler_hangs_up", account=True),
    _answered(
        "each packet lost once, then doubled",
        "answered",
        HungUp.CALLER,
        handler="handler",
        carriers=("udp",),
        bad=True,
        fill={"pause": "2500"},
    ),
    _refused("486 Busy Here", Outcome.ENGAGED, 17),
    _refused("600 Busy Everywhere", Outcome.ENGAGED),
    _refused("480 Temporarily Unavailable", Outcome.RANG_OUT, 19),
    _refused("480 Temporarily Unavailable", Outcome.RANG_OUT, 20),
    _refused("408 Request Timeout", Outcome.RANG_OUT),
    _refused("408 Request Timeout", Outcome.NETWORK_FAILURE, at_once=True),
    Scenario("taken back after the ring time", "rings", Outcome.RANG_OUT, "487"),
    _refused("603 Decline", Outcome.DECLINED, 21),
    _refused("403 Forbidden", Outcome.DECLINED),
    _refused("404 Not Found", Outcome.NUMBER_UNKNOWN, 1),
    _refused("604 Does Not Exist Anywhere", Outcome.NUMBER_UNKNOWN),
    _refused("484 Address Incomplete", Outcome.NUMBER_UNKNOWN, 28, at_once=True),
    _refused("485 Ambiguous", Outcome.NUMBER_UNKNOWN),
    _refused("410 Gone", Outcome.NUMBER_CHANGED, 22),
    _refused("301 Moved Permanently", Outcome.NUMBER_CHANGED),
    Scenario("302 to another number", "moved", Outcome.NUMBER_CHANGED, "302", fill={"contact": "+447700900999"}),
    Scenario("302 to the same number", "moved", Outcome.ENGAGED, "486", fill={"contact": "+447700900123"}),
    _refused("503 Service Unavailable", Outcome.NETWORK_FAILURE, 42),
    _refused("500 Server Internal Error", Outcome.NETWORK_FAILURE, 41),
    _refused("503 Service Unavailable", Outcome.ENGAGED, 17),
    _refused("480 Temporarily Unavailable", Outcome.NETWORK_FAILURE, 34),
    _refused("487 Request Terminated", Outcome.CANCELLED_ELSEWHERE),
)


class Row(NamedTuple):
    """What came of a scenario: dials counted at the other side, attempts in the store, and what the other side complained of."""

    final: str | None
    q850: int | None
    outcome: Outcome | None
    by: HungUp | None
    joined: bool
    dials: int
    attempts: int
    complaints: str

    def faults(self, scenario: Scenario) -> list[str]:
        """What is not as it should be."""
        wanted = (scenario.final, scenario.q850, scenario.outcome, scenario.by, scenario.joined, self.attempts)
        found = (self.final, self.q850, self.outcome, self.by, self.joined, self.dials)
        names = ("final answer", "cause", "outcome", "ended by", "joined", "dials")
        return [f"{name}: {one}, not {other}" for name, one, other in zip(names, found, wanted, strict=True) if one != other]


async def play(scenario: Scenario, carrier: str, sipp: Program, folder: Path) -> Row:
    """Ring a caller who does as the scenario says."""
    async with AsyncExitStack() as stack:
        fill = {"status": scenario.status, "why": scenario.why, "pause": "100", **scenario.fill}
        peer = stack.enter_context(called(sipp, folder, scenario.file, carrier, **fill))
        handlers: tuple[str, ...] = ()
        if scenario.handler:
            handler = stack.enter_context(called(sipp, folder, scenario.handler, **fill))
            handlers = (f"sip:handler@{HOST}:{handler.port}",)
        async with _ringing(scenario, carrier, peer, handlers, folder) as own:
            own.ring()
            with suppress(TimeoutError):
                await own.until(lambda one: one.outcome is not None and (scenario.by is None or one.hung_up is not None))
            attempt = own.attempts[-1]
            attempts = len(own.attempts)
    return Row(
        attempt.final,
        attempt.q850,
        attempt.outcome,
        attempt.hung_up,
        attempt.joined is not None,
        len(peer.dials()),
        attempts,
        peer.complaints(),
    )


@asynccontextmanager
async def _ringing(
    scenario: Scenario, carrier: str, peer: Called, handlers: tuple[str, ...], folder: Path
) -> AsyncIterator[Desk]:
    account = {"username": "ringback", "password": tls.secret("a secret")} if scenario.account else {}
    async with AsyncExitStack() as stack:
        trunk = f"sip:{HOST}:{peer.port};transport={carrier}"
        if scenario.bad:
            trunk = f"sip:{HOST}:{await stack.enter_async_context(relay(peer.port))}"
        if carrier == "tls":
            front = await stack.enter_async_context(tls.front(peer.port, folder))
            trunk, account = f"sips:localhost:{front.port}", {**account, "ca_file": front.authority}
        own = await stack.enter_async_context(desk(folder, (trunk,), handlers, scenario.limits, **account))
        yield own
