"""`ringback exchange`: carries incident transfers between this installation and others, over a Kafka that all of them reach."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import httpx2
import structlog
import typer

from chassis.errors import LogUnavailable
from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.port import Log
from cli.sources import Data, Kafka, open_log
from contracts.incident.handing import TransferMessage
from contracts.refusals import Refused
from services.incident.exchange import Exchange

AGAIN_S = 2.0
TOKEN = "RINGBACK_EXCHANGE_TOKEN"
LATER = frozenset({401, 403, 408, 429, 500, 502, 503, 504})
"""Answers after which the same message is tried again; a token that has run out is one that somebody will renew."""


def exchange(
    shared: Annotated[str, typer.Option("--shared", metavar="HOST:PORT", help="The Kafka between the installations.")],
    incident: Annotated[str, typer.Option("--incident", metavar="URL", help="Where the incident service listens.")],
    force: Annotated[str, typer.Option("--force", help="Whose installation this is.")],
    token: Annotated[str, typer.Option("--token", envvar=TOKEN, help="A token with the role service.")],
    data: Data = Path("data"),
    kafka: Kafka = None,
    once: Annotated[bool, typer.Option("--once", help="Carry what is there, then end.")] = False,
) -> None:
    """Carry transfer messages both ways until interrupted. What is carried twice is heard once.

    Example: ringback exchange --force kent --shared kafka.between:9092 --incident http://127.0.0.1:8003 --token ...
    """
    settings = KafkaSettings(servers=shared, client_id=f"exchange-{force}")
    asyncio.run(_until_stopped(_run(force, open_log(data, kafka), KafkaLog(settings), Door(incident, token), once)))


class Door:
    """The incident service's own door for such messages, tried until it answers."""

    def __init__(self, incident: str, token: str) -> None:
        self._client = httpx2.AsyncClient(base_url=incident, headers={"Authorization": f"Bearer {token}"}, trust_env=False)

    async def hear(self, message: TransferMessage) -> None:
        """Give it one message; raises Refused when the service says no."""
        body, key = message.model_dump(mode="json", exclude_none=True), {"Idempotency-Key": message.message}
        while True:
            try:
                answer = await self._client.post("/transfer-messages", json=body, headers=key)
            except httpx2.TransportError:
                await asyncio.sleep(AGAIN_S)
                continue
            if answer.status_code not in LATER:
                break
            await asyncio.sleep(AGAIN_S)
        if not answer.is_success:
            raise Refused(answer.json().get("code", "refused"), "The incident service refused a transfer message.")

    async def close(self) -> None:
        """Let go."""
        await self._client.aclose()


async def _until_stopped(work: Coroutine[None, None, None]) -> None:
    """SIGINT and SIGTERM end it in order, as whoever deploys it expects; what was under way is carried again next time."""
    carrying = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, carrying.cancel)
    with suppress(asyncio.CancelledError):
        await carrying


async def _run(force: str, own: Log, shared: Log, door: Door, once: bool) -> None:
    carrier = Exchange(force, own, shared, door.hear)
    try:
        await carrier.open(f"exchange-{os.getpid()}")
        while await _turned(carrier) or not once:
            pass
    finally:
        await carrier.close()
        await shared.close()
        await own.close()
        await door.close()


async def _turned(carrier: Exchange) -> int:
    """One turn; while a log does not answer, it is tried again."""
    try:
        return await carrier.turn()
    except LogUnavailable as unavailable:
        structlog.get_logger().warning("a log does not answer", reason=str(unavailable))
        await asyncio.sleep(AGAIN_S)
        return 0
