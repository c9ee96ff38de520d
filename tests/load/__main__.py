"""`make bench`: each figure beside its floor or peer, measured in turn in one run. `python -m tests.load P1 lapse` chooses."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from cli.local import kafka, postgres
from tests.load import appends, backlog, harvesting, lapse, posting, recommending, replay, reviewing, screen
from tests.load.blocks import Compared

SHARED = Path(os.environ.get("RINGBACK_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
MONTH = SHARED / "calls" / "bank_1999_01.tsv"


def _kafka(folder: Path) -> Iterator[Compared]:
    address = kafka.start(folder / "kafka").address
    try:
        yield from reviewing.compared(folder, str(address))
    finally:
        kafka.stop(folder / "kafka")


def _appends(folder: Path) -> Iterator[Compared]:
    yield from appends.sqlite(folder)
    yield from appends.postgres(_dsn(folder))


def _replay(folder: Path) -> Iterator[Compared]:
    yield from replay.memory()
    yield from replay.postgres(_dsn(folder))


def _posting(folder: Path) -> Iterator[Compared]:
    yield from posting.compared(folder, _dsn(folder))


def _backlog(folder: Path) -> Iterator[Compared]:
    yield from backlog.compared(_dsn(folder))


def _lapse(folder: Path) -> Iterator[Compared]:
    if MONTH.exists():
        yield from lapse.compared(MONTH, folder)
    else:
        Console().print(f"The month of calls is left out: there is no {MONTH}")


def _dsn(folder: Path) -> str:
    address = postgres.start(folder / "postgres").address
    assert address is not None
    return address


PARTS: dict[str, Callable[[Path], Iterator[Compared]]] = {
    "P1": _kafka,
    "P2-P3": _appends,
    "P4": _replay,
    "P6": _posting,
    "dispatch": recommending.compared,
    "screen": screen.compared,
    "harvest": harvesting.compared,
    "backlog": _backlog,
    "lapse": _lapse,
}


def main(chosen: list[str]) -> None:
    """Measure what was chosen, or all."""
    table = Table("figure", "ours", "beside", "what", "ratio", "goal", "")
    with TemporaryDirectory(prefix="ringback-bench-") as name:
        folder = Path(name)
        try:
            for part in chosen or PARTS:
                for one in PARTS[part](folder):
                    unit = (
                        (lambda value: f"{value:,.1f}")
                        if part in ("harvest", "lapse")
                        else (lambda value: f"{value * 1e6:,.1f} us")
                    )
                    row = (
                        one.name,
                        unit(one.ours),
                        unit(one.theirs),
                        one.peer,
                        f"{one.ratio:.2f}",
                        one.goal,
                        "met" if one.met else "NOT MET",
                    )
                    print(*row, sep="  |  ", flush=True)
                    table.add_row(*row)
        finally:
            postgres.stop(folder / "postgres")
    Console(width=150).print(table)


main(sys.argv[1:])
