"""One service as one process: settings to store, log, host, HTTP side and loops. Every `python -m services.<name>` is this."""

import asyncio
import gc
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2
import structlog
from fastapi import APIRouter

from chassis import exits, logs, settings
from chassis.clock import SystemClock
from chassis.errors import RingbackError
from chassis.flow.desk import Desk
from chassis.flow.gauges import watch
from chassis.flow.listening import Listening
from chassis.flow.live import LiveHost
from chassis.flow.outbox import Outbox
from chassis.flow.timekeeping import Timekeeping
from chassis.host import Context, Host, Service
from chassis.http.app import create_app
from chassis.http.dev_issuer import DevIssuer
from chassis.http.edge import Edge
from chassis.http.limits import LimitSettings, RateLimit
from chassis.http.parking import parking_router
from chassis.http.tokens import AuthSettings, open_tokens
from chassis.ids import DrawnIds
from chassis.lifecycle import Lifecycle, Loop, Parts
from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.port import Log
from chassis.log.sqlite import SqliteLog
from chassis.metrics import Metrics
from chassis.references import Keyer
from chassis.release import RELEASE
from chassis.settings import Kafka, Settings
from chassis.store.postgres import PostgresStorage
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from chassis.tracing import TracedRequests, Tracing
from chassis.world import World
from contracts.refusals import Refused

YOUNG = 20_000
"""Objects that come to be, and stay, before the garbage collector looks through the youngest."""


def _none(_: Host, __: Path | None) -> Sequence[APIRouter]:
    return ()


@dataclass(frozen=True, slots=True)
class Wiring:
    """How a service is put together, whatever it runs on."""

    name: str
    title: str
    description: str
    build: Callable[[World], Service]
    routers: Callable[[Host], Sequence[APIRouter]]
    policy_routers: Callable[[Host, Path | None], Sequence[APIRouter]] = _none
    """Routes that read policy as well: they are given the folder of the force's own."""
    watch: Callable[[LiveHost], None] = lambda _: None
    """Registers the gauges that only this service has."""


def main(wiring: Wiring) -> None:
    """Run the service until it is told to stop; the process ends with a documented exit code."""
    try:
        chosen = settings.load(wiring.name)
    except RingbackError as refused:
        code, sentence = exits.of(refused)
        sys.stderr.write(f"ringback {wiring.name}: {sentence}\n")
        raise SystemExit(code) from None
    logs.configure(wiring.name, RELEASE, chosen.log_level, SystemClock())
    lifecycle = Lifecycle(
        wiring.name,
        chosen.host,
        chosen.port,
        drain_s=chosen.drain_seconds,
        prestop_s=chosen.prestop_seconds,
        listening=partial(_serving, wiring.name),
    )
    sys.exit(lifecycle.run(partial(_parts, wiring, chosen, lifecycle)))


def _serving(name: str, host: str, port: int) -> None:
    _settle()
    _announce(name, host, port)


def _settle() -> None:
    """What the process is made of by now stays to its end: the garbage collector leaves it out from here on.

    To look through it stopped everything for 50 to 70 ms. And it looks less often: requests that wait for a commit outlive its
    first looks, and were looked through again and again, a twentieth of the time of a durable POST.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def _announce(name: str, host: str, port: int) -> None:
    """One line for whoever started this process: where it listens."""
    sys.stdout.write(json.dumps({"service": name, "address": f"http://{host}:{port}"}) + "\n")
    sys.stdout.flush()


def open_storage(chosen: Settings) -> Storage:
    """The store the settings name."""
    if chosen.postgres is not None:
        return PostgresStorage(chosen.postgres.get_secret_value(), chosen.service)
    assert chosen.store_file is not None
    chosen.store_file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteStorage(chosen.store_file)


def kafka_settings(kafka: Kafka, client_id: str) -> KafkaSettings:
    """How this client reaches the cluster."""
    return KafkaSettings(
        servers=",".join(kafka.servers),
        security=kafka.security,
        ca_file=kafka.ca_file,
        username=kafka.username,
        password=kafka.password,
        replicas=kafka.replicas,
        client_id=client_id,
    )


def open_log(chosen: Settings) -> Log:
    """The log the settings name. Kafka need not answer yet."""
    if chosen.kafka is not None:
        return KafkaLog(kafka_settings(chosen.kafka, f"{chosen.service}-{chosen.instance}"))
    assert chosen.log_folder is not None
    return SqliteLog(chosen.log_folder)


async def _parts(wiring: Wiring, chosen: Settings, lifecycle: Lifecycle) -> Parts:
    closing = AsyncExitStack()
    clock, metrics = SystemClock(), Metrics(wiring.name, RELEASE)
    tracing = Tracing(wiring.name, RELEASE, chosen.instance, chosen.trace_ratio, chosen.otlp_endpoint)
    log = open_log(chosen)
    closing.push_async_callback(log.close)
    told: asyncio.Queue[tuple[object, Context]] = asyncio.Queue()
    service = wiring.build(_world(chosen, told, metrics))
    host = LiveHost(service, open_storage(chosen), clock, metrics)
    outbox, listening = Outbox(host, log), Listening(host, log, chosen.instance, tracing)
    watch(host, outbox, listening)
    wiring.watch(host)
    app = create_app(
        edge=await _edge(wiring.name, chosen, clock, closing),
        title=wiring.title,
        version=RELEASE,
        description=wiring.description,
        routers=[*wiring.routers(host), *wiring.policy_routers(host, chosen.policy), parking_router(Desk(host))],
        health=lifecycle,
        metrics=metrics.render,
    )

    async def close() -> None:
        await asyncio.to_thread(host.close)
        await closing.aclose()
        await asyncio.to_thread(tracing.close)

    return Parts(
        app=TracedRequests(app, tracing),
        loops=[
            Loop("listening", listening.run),
            Loop("timers", Timekeeping(host).run),
            *service.loops,
            Loop("adapters", partial(_hear_adapters, host, told)),
            Loop("relay", outbox.run),
        ],
        close=[close],
        ready=host.ready,
    )


def _world(chosen: Settings, told: "asyncio.Queue[tuple[object, Context]]", metrics: Metrics) -> World:
    loop = asyncio.get_running_loop()

    def tell(command: object, cause: str, actor: str) -> None:
        told.put_nowait((command, Context(cause, actor, cause)))

    def after(seconds: float, act: Callable[[], None]) -> None:
        loop.call_later(seconds, act)

    keyer = Keyer(chosen.reference_key.get_secret_value().encode())
    key = None if chosen.handset_key is None else chosen.handset_key.get_secret_value().encode()
    return World(
        chosen.force,
        keyer.reference,
        after,
        tell,
        SystemClock(),
        chosen.policy,
        chosen.telephone,
        chosen.sip,
        metrics,
        handset_key=key,
    )


async def _hear_adapters(
    host: LiveHost, told: "asyncio.Queue[tuple[object, Context]]", stop: asyncio.Event, beat: Callable[[], None]
) -> None:
    """Give the service what its adapters report; a report that comes too late is refused and noted, never lost silently."""
    log = structlog.get_logger()
    while not stop.is_set() or not told.empty():
        beat()
        try:
            command, context = await asyncio.wait_for(told.get(), 0.25)
        except TimeoutError:
            continue
        try:
            await host.run(command, context)
        except Refused as refused:
            log.warning("an adapter's report was refused", reason=refused.code)


async def _edge(name: str, chosen: Settings, clock: SystemClock, closing: AsyncExitStack) -> Edge:
    auth = _auth(chosen)
    client = await closing.enter_async_context(httpx2.AsyncClient()) if auth.jwks_url else None
    limit = RateLimit(LimitSettings(per_second=chosen.rate_per_second, at_once=int(2 * chosen.rate_per_second)), clock)
    return Edge(name, open_tokens(auth, clock, client), clock, DrawnIds(), limit)


def _auth(chosen: Settings) -> AuthSettings:
    production = chosen.environment == "production"
    if chosen.auth_issuer is None or chosen.auth_jwks is None:
        return DevIssuer.open(chosen.auth_dev_folder, production=production).settings()
    keys = {"jwks_url": chosen.auth_jwks} if "://" in chosen.auth_jwks else {"jwks_file": chosen.auth_jwks}
    return AuthSettings(issuer=chosen.auth_issuer, audience=chosen.auth_audience, production=production, **keys)
