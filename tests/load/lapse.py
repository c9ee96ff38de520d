"""A month of calls by time-lapse: seconds and memory, and that memory does not follow the length of the history."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.load.blocks import Compared

SECONDS = 60
MEGABYTES = 500
GROWTH = 1.1
MONTHS = (1, 3, 5)
EVERY = 3
KEPT, CACHE_KIB = 2_000, 1024
"""What each service keeps in memory while growth is looked at, states and pages: bounds that a thinned month already reaches."""
RUN = """
import sys
from functools import partial
from pathlib import Path
from chassis.store import committer, sqlite_file
from cli.main import app

file, folder, *bounds = sys.argv[1:]
if bounds:
    kept, sqlite_file.CACHE_KIB = map(int, bounds)
    committer.States = partial(committer.States, limit=kept)
app(["timelapse", "bank-calls", file, "--data", folder, "--json"], standalone_mode=False)
print(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""
"""The peak is what the kernel keeps for this program; `ru_maxrss` would count what its parent was when it started it."""


class Played(NamedTuple):
    """One run in a process of its own."""

    seconds: float
    megabytes: float
    calls: int


def played(file: Path, folder: Path, *bounds: int) -> Played:
    """Run `ringback timelapse bank-calls` and look at what it took."""
    began = time.perf_counter()
    command = [sys.executable, "-c", RUN, str(file), str(folder), *map(str, bounds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures, _, peak = done.stdout.rpartition("VmHWM:")
    return Played(time.perf_counter() - began, int(peak.split()[0]) / 1024, json.loads(figures)["calls"])


def thinned(file: Path, into: Path, months: Sequence[int]) -> Path:
    """Every third call of the month, played as each of these months, with other call ids."""
    header, *rows = file.read_text("latin-1").splitlines()
    with into.open("w", encoding="latin-1") as out:
        out.write(header + "\n")
        for month in months:
            for row in rows[::EVERY]:
                fields = row.split("\t")
                fields[1] = f"{month}{fields[1]}"
                fields[5] = f"99{month:02d}{fields[5][4:]}"
                out.write("\t".join(fields) + "\n")
    return into


def compared(file: Path, folder: Path) -> Iterator[Compared]:
    """Seconds and peak memory of a month; then the peak of three thinned months, beside that of one."""
    month = played(file, folder / "month")
    yield Compared(
        "a month of calls by time-lapse", month.seconds, SECONDS, "goal", month.seconds / SECONDS, "<= 1 x",
        month.seconds <= SECONDS, "s",
    )  # fmt: skip
    yield Compared(
        "a month of calls, peak memory", month.megabytes, MEGABYTES, "goal", month.megabytes / MEGABYTES, "<= 1 x",
        month.megabytes <= MEGABYTES, "MB",
    )  # fmt: skip
    one = played(thinned(file, folder / "one.tsv", MONTHS[:1]), folder / "one", KEPT, CACHE_KIB)
    three = played(thinned(file, folder / "three.tsv", MONTHS), folder / "three", KEPT, CACHE_KIB)
    ratio = three.megabytes / one.megabytes
    yield Compared(
        f"{three.calls:,} calls in three months, caches small, peak memory", three.megabytes, one.megabytes,
        f"{one.calls:,} calls in one", ratio, f"<= {GROWTH} x", ratio <= GROWTH, "MB",
    )  # fmt: skip
