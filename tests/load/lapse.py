"""A month of calls by time-lapse: seconds and memory, and that memory does not follow the length of the history."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.load.blocks import Compared

SECONDS = 60
MEGABYTES = 500
GROWTH = 1.1
MONTHS = (1, 3, 5)
RUN = """
import sys
from pathlib import Path
from cli.main import app

app(["timelapse", "bank-calls", sys.argv[1], "--data", sys.argv[2], "--json"], standalone_mode=False)
print(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""
"""Its own peak as the kernel keeps it for this program; `ru_maxrss` would count what its parent was when it started it."""


class Played(NamedTuple):
    """One run in a process of its own."""

    seconds: float
    megabytes: float
    calls: int


def played(file: Path, folder: Path) -> Played:
    """Run `ringback timelapse bank-calls` and look at what it took."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", RUN, str(file), str(folder)], check=True, stdout=subprocess.PIPE, text=True)
    figures, _, peak = done.stdout.rpartition("VmHWM:")
    return Played(time.perf_counter() - began, int(peak.split()[0]) / 1024, json.loads(figures)["calls"])


def repeated(file: Path, into: Path) -> Path:
    """The same month as January, March and May, each time with other call ids: three times the calls, as long days as ever."""
    header, *rows = file.read_text("latin-1").splitlines()
    with into.open("w", encoding="latin-1") as out:
        out.write(header + "\n")
        for month in MONTHS:
            for row in rows:
                fields = row.split("\t")
                fields[1] = f"{month}{fields[1]}"
                fields[5] = f"99{month:02d}{fields[5][4:]}"
                out.write("\t".join(fields) + "\n")
    return into


def compared(file: Path, folder: Path) -> Iterator[Compared]:
    """Seconds and peak memory of a month; peak memory of three times as many calls beside it.

    A month already fills what is kept in memory and bounded (20,000 states of each service), so what three months take
    beyond it is what follows the history.
    """
    month = played(file, folder / "month")
    yield Compared(
        "a month of calls by time-lapse", month.seconds, SECONDS, "goal", month.seconds / SECONDS, "<= 1 x",
        month.seconds <= SECONDS, "s",
    )  # fmt: skip
    yield Compared(
        "a month of calls, peak memory", month.megabytes, MEGABYTES, "goal", month.megabytes / MEGABYTES, "<= 1 x",
        month.megabytes <= MEGABYTES, "MB",
    )  # fmt: skip
    longer = played(repeated(file, folder / "longer.tsv"), folder / "longer")
    ratio = longer.megabytes / month.megabytes
    yield Compared(
        f"{longer.calls:,} calls, peak memory", longer.megabytes, month.megabytes, f"{month.calls:,} calls", ratio,
        f"<= {GROWTH} x", ratio <= GROWTH, "MB",
    )  # fmt: skip
