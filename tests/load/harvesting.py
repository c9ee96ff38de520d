"""An outage's list: from its first line sent until every one of 12,392 callers has an assessed review, through two processes."""

import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from cli.carrier.callers import Callers, parts
from cli.carrier.harvests import RunningTaker
from cli.carrier.installation import Running
from cli.carrier.lists import Attempt
from services.contact.domain.harvest import HarvestCallers
from simulator import outage
from tests.load.blocks import Compared
from tests.load.posting import Door, serving, token

SECONDS = 60
LOOK_S = 0.2
_HANDLED = re.compile(rb'ringback_inbox_records_total\{[^}]*result="handled"[^}]*\} (\d+)')


def compared(folder: Path) -> Iterator[Compared]:
    """Seconds, beside the goal."""
    bearer = token(folder)
    with ExitStack() as running:
        contact = running.enter_context(serving("services.contact", folder, RINGBACK_STORE=str(folder / "hc.sqlite")))
        callback = running.enter_context(
            serving("services.callback", folder, RINGBACK_STORE=str(folder / "hb.sqlite"), RINGBACK_TELEPHONE="none")
        )
        seconds = _taken(contact, callback, bearer)
    yield Compared(
        f"harvest of {outage.CALLERS:,} callers, all assessed", seconds, SECONDS, "goal", seconds / SECONDS, "<= 1 x",
        seconds <= SECONDS, "s",
    )  # fmt: skip


def _taken(contact: Door, callback: Door, bearer: str) -> float:
    callers = Callers()
    for line, one in enumerate(outage.failed(1), 2):
        callers.add(Attempt(line, one.number, one.at, one.reference))
    taker = RunningTaker(Running(f"http://{contact.host}:{contact.port}", bearer))
    began = time.perf_counter()
    for part in parts(callers):
        taker.take(HarvestCallers(harvest="bench", carrier="BT", callers=part))
    taker.close()
    while _heard(callback) < outage.CALLERS:
        time.sleep(LOOK_S)
    return time.perf_counter() - began


def _heard(callback: Door) -> int:
    """How many records callback made a review of."""
    with urllib.request.urlopen(f"http://{callback.host}:{callback.port}/metrics") as answer:
        return sum(int(count) for count in _HANDLED.findall(answer.read()))
