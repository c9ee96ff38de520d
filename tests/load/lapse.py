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


class Played(NamedTuple):
    """One run in a process of its own."""

    seconds: float
    megabytes: float
    calls: int


def played(file: Path, folder: Path) -> Played:
    """Run `ringback timelapse bank-calls` and look at what it took."""
    began = time.perf_counter()
    code = (
        "import resource, sys; from cli.main import app\n"
        f"app(['timelapse', 'bank-calls', {str(file)!r}, '--data', {str(folder)!r}, '--json'], standalone_mode=False)\n"
        "print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    figures, _, peak = done.stdout.rpartition("peak ")
    return Played(time.perf_counter() - began, int(peak) / 1024, json.loads(figures)["calls"])


def tenfold(file: Path, into: Path) -> Path:
    """The same month ten times over, each time with other call ids and a month later."""
    header, *rows = file.read_text("latin-1").splitlines()
    with into.open("w", encoding="latin-1") as out:
        out.write(header + "\n")
        for month in range(1, 11):
            for row in rows:
                fields = row.split("\t")
                fields[1] = f"{month}{fields[1]}"
                fields[5] = f"99{month:02d}{min(int(fields[5][4:]), 28):02d}"
                out.write("\t".join(fields) + "\n")
    return into


def compared(file: Path, folder: Path) -> Iterator[Compared]:
    """Seconds and peak memory of a month; peak memory of ten months beside it."""
    month = played(file, folder / "month")
    yield Compared(
        "a month of calls, seconds", month.seconds, SECONDS, "goal", month.seconds / SECONDS, "<= 1 x", month.seconds <= SECONDS
    )
    yield Compared(
        "a month of calls, peak MB",
        month.megabytes,
        MEGABYTES,
        "goal",
        month.megabytes / MEGABYTES,
        "<= 1 x",
        month.megabytes <= MEGABYTES,
    )
    ten = played(tenfold(file, folder / "ten.tsv"), folder / "ten")
    ratio = ten.megabytes / month.megabytes
    yield Compared(
        f"{ten.calls} calls, peak MB", ten.megabytes, month.megabytes, f"of {month.calls} calls", ratio, "<= 1.2 x", ratio <= 1.2
    )
