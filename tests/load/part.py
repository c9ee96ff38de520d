"""One part of `make bench` in a process of its own: `python -m tests.load.part P4 FOLDER` prints a line of JSON a figure."""

import dataclasses
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.local import kafka, postgres
from tests.load import appends, backlog, harvesting, lapse, posting, recommending, replay, reviewing, screen
from tests.load.blocks import Compared

SHARED = Path(os.environ.get("RINGBACK_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
MONTH = SHARED / "calls" / "bank_1999_01.tsv"


@contextmanager
def _kafka(folder: Path) -> Iterator[str]:
    try:
        yield str(kafka.start(folder / "kafka").address)
    finally:
        kafka.stop(folder / "kafka")


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    try:
        yield str(postgres.start(folder / "postgres").address)
    finally:
        postgres.stop(folder / "postgres")


def _reviewing(folder: Path) -> Iterator[Compared]:
    with _kafka(folder) as servers:
        yield from reviewing.compared(folder, servers)


def _appends(folder: Path) -> Iterator[Compared]:
    yield from appends.sqlite(folder)
    with _postgres(folder) as dsn:
        yield from appends.postgres(dsn)


def _replay(folder: Path) -> Iterator[Compared]:
    yield from replay.memory()
    with _postgres(folder) as dsn:
        yield from replay.postgres(dsn)


def _posting(folder: Path) -> Iterator[Compared]:
    with _postgres(folder) as dsn:
        yield from posting.compared(folder, dsn)


def _backlog(folder: Path) -> Iterator[Compared]:
    with _postgres(folder) as dsn:
        yield from backlog.compared(dsn)


def _lapse(folder: Path) -> Iterator[Compared]:
    if not MONTH.exists():
        raise SystemExit(f"there is no {MONTH}; RINGBACK_SHARED_DATA names the folder it lies in")
    yield from lapse.compared(MONTH, folder)


PARTS: dict[str, Callable[[Path], Iterator[Compared]]] = {
    "P1": _reviewing,
    "P2-P3": _appends,
    "P4": _replay,
    "P6": _posting,
    "dispatch": recommending.compared,
    "screen": screen.compared,
    "harvest": harvesting.compared,
    "backlog": _backlog,
    "lapse": _lapse,
}


def main(name: str, folder: Path) -> None:
    """Measure one part. Told to stop, it stops what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("it was told to stop"))
    for one in PARTS[name](folder):
        print(json.dumps(dataclasses.asdict(one)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
