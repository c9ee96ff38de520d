"""Two installations, each with its own log, and a real Kafka between them: a transfer accepted, refused, timed out."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest
from acceptance.incident_room import MINUTE, NOON, ONE, IncidentRoom

from chassis.errors import LogError
from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from cli.folder import DataFolder
from cli.local.server import Server
from contracts.incident.backlog import EscalationRaised, EscalationReason
from contracts.incident.handing import TransferHeard, TransferMessage, TransferSent, TransferTimedOut
from contracts.topics import TOPICS
from services.incident.cases.handing import AnswerTransfer, HearMessage, OfferTransfer
from services.incident.domain.commands import Close
from services.incident.domain.handing.transfer import Transfer, stream_of
from services.incident.exchange import Exchange
from services.incident.streams import TRANSFER

pytestmark = pytest.mark.anyio


class Installation:
    """A force's incident service, its log, and its end of the exchange."""

    def __init__(self, force: str, shared: KafkaLog) -> None:
        self.room = IncidentRoom(NOON, force)
        self.exchange = Exchange(force, self.room.station.log, shared, self._hear)  # type: ignore[arg-type]

    async def _hear(self, message: TransferMessage) -> None:
        self.room.do(HearMessage(message))

    async def turn(self) -> int:
        self.room.station.publish()
        return await self.exchange.turn(0.05)


@asynccontextmanager
async def two(server: Server, names: tuple[str, str]) -> AsyncIterator[tuple[Installation, Installation, Callable[..., object]]]:
    """Both ends, and a way to let messages pass until something is so."""
    async with AsyncExitStack() as closing:
        made = []
        for force in names:
            log = KafkaLog(KafkaSettings(servers=str(server.address), client_id=force))
            closing.push_async_callback(log.close)
            one = Installation(force, log)
            closing.callback(one.room.storage.close)
            await one.exchange.open("one")
            closing.push_async_callback(one.exchange.close)
            made.append(one)

        async def until(true: Callable[[], bool]) -> None:
            for _ in range(400):
                if true():
                    return
                for one in made:
                    await one.turn()
            raise AssertionError("it never came about")

        yield made[0], made[1], until


def offered(sender: Installation, to: str) -> str:
    sender.room.opened(reported_at=NOON - 7 * MINUTE)
    sender.room.do(OfferTransfer(ONE, to, "handler 7", "on their side of the border"))
    name: str = sender.room.said(TransferSent)[0].message.transfer
    return name


def phase(one: Installation, name: str) -> str | None:
    found = one.room.storage.stream(stream_of(name))
    return one.room.load(TRANSFER, stream_of(name)).phase.value if found else None


async def test_a_transfer_is_accepted_and_its_end_is_told(kafka_server: Server) -> None:
    async with two(kafka_server, ("kent-a", "sussex-a")) as (kent, sussex, until):
        name = offered(kent, "sussex-a")
        await until(lambda: phase(kent, name) == "acknowledged")
        sussex.room.do(AnswerTransfer(name, True, "handler 9"))
        await until(lambda: phase(sussex, name) == "completed")
        assert kent.room.incident().closing_code == "transferred"
        theirs: Transfer = sussex.room.load(TRANSFER, stream_of(name))
        assert sussex.room.incident(theirs.incident).reported_at == NOON - 7 * MINUTE
        sussex.room.do(Close(theirs.incident, "arrest", "one in custody", "handler 9"))
        await until(lambda: phase(kent, name) == "closed")
        assert kent.room.load(TRANSFER, stream_of(name)).closing_code == "arrest"


async def test_a_transfer_is_refused_and_comes_back_to_somebody_higher(kafka_server: Server) -> None:
    async with two(kafka_server, ("kent-b", "sussex-b")) as (kent, sussex, until):
        name = offered(kent, "sussex-b")
        await until(lambda: phase(sussex, name) == "acknowledged")
        sussex.room.do(AnswerTransfer(name, False, "handler 9", "it is a mile inside your border"))
        await until(lambda: phase(kent, name) == "refused")
        assert kent.room.incident().live
        assert kent.room.said(EscalationRaised)[-1].reason is EscalationReason.TRANSFER


async def test_a_transfer_nobody_answers_times_out_on_both_sides_and_a_late_answer_is_heard(kafka_server: Server) -> None:
    async with two(kafka_server, ("kent-c", "sussex-c")) as (kent, sussex, until):
        name = offered(kent, "sussex-c")
        await until(lambda: phase(kent, name) == "acknowledged")
        for one in (kent, sussex):
            one.room.wait(11)
            assert len(one.room.said(TransferTimedOut)) == 1
        sussex.room.do(AnswerTransfer(name, True, "handler 9"))
        await until(lambda: phase(sussex, name) == "completed")


async def test_an_exchange_that_starts_again_carries_everything_again_and_nothing_happens_twice(kafka_server: Server) -> None:
    async with two(kafka_server, ("kent-d", "sussex-d")) as (kent, sussex, until):
        name = offered(kent, "sussex-d")
        await until(lambda: phase(kent, name) == "acknowledged")
        heard = len(sussex.room.said(TransferHeard))
        await kent.exchange.close()
        await kent.exchange.open("again")
        assert await kent.turn() >= 1
        sussex.room.clock.move_by(timedelta(seconds=1))
        for _ in range(20):
            await sussex.turn()
        assert len(sussex.room.said(TransferHeard)) == heard == 1


async def test_the_command_ends_in_order_when_it_is_told_to(kafka_server: Server, tmp_path: Path) -> None:
    """Also while nobody opens the incident service's door: what was under way is carried again next time."""
    command = [sys.executable, "-c", "from cli.main import main; main()", "exchange", "--shared", str(kafka_server.address)]
    command += ["--incident", "http://127.0.0.1:9", "--force", "dorset", "--token", "none", "--data", str(tmp_path)]
    folder = DataFolder(tmp_path)
    folder.mark("live", "running")
    own = folder.log()
    own.create_now([TOPICS["incident"]])
    await own.close()
    shared = KafkaLog(KafkaSettings(servers=str(kafka_server.address)))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    async with asyncio.timeout(60):
        while process.returncode is None and not await _made(shared, "transfer-dorset.events"):
            await asyncio.sleep(0.1)
        process.terminate()
        said, _ = await process.communicate()
    await shared.close()
    assert process.returncode == 0, said


async def _made(log: KafkaLog, topic: str) -> bool:
    try:
        return bool(await log.ends(topic))
    except LogError:
        return False
