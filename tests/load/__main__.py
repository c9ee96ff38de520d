"""`make bench`: each figure beside its floor or peer, measured in turn in one run. `python -m tests.load P1 lapse` chooses.

Each part runs in a process of its own, is stopped when it takes too long, and if it fails the others go on.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.load.blocks import Compared
from tests.load.part import PARTS

LIMIT_S = 400
"""Nothing that is well takes half of this; nine parts at their limit would still end within the hour."""
STOPPING_S = 60


def measured(part: str, folder: Path, told: Callable[[Compared], None]) -> str | None:
    """Run one part and tell its figures as they come; why it did not come to its end, if it did not."""
    folder.mkdir()
    with TemporaryFile() as said:
        command = [sys.executable, "-m", "tests.load.part", part, str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        late = threading.Timer(LIMIT_S, process.terminate)
        late.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                told(Compared(**json.loads(line)))
            ended = process.wait(STOPPING_S)
        finally:
            over = not late.is_alive()
            late.cancel()
            _end(process)
        if ended == 0:
            return None
        return f"not done after {LIMIT_S} s" if over else _reason(said, ended)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOPPING_S)
        process.kill()


def _reason(said: IO[bytes], ended: int) -> str:
    """The last line a part wrote before it failed; all it wrote goes to the error output."""
    said.seek(0)
    text = said.read().decode(errors="replace").strip()
    print(text, file=sys.stderr)
    return text.splitlines()[-1] if text else f"it ended with {ended}"


def main(chosen: list[str]) -> int:
    """Measure what was chosen, or all, and print what was found; 1 when a part did not come to its end."""
    if unknown := set(chosen) - set(PARTS):
        print(f"There is no part {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    parts = chosen or list(PARTS)
    table = Table("part", "figure", "goal", "measured", "", "ours", "beside", "what", title_justify="left")
    failed = 0
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    began = time.perf_counter()
    with (
        TemporaryDirectory(prefix="ringback-bench-") as name,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        for n, part in enumerate(parts, 1):
            task = progress.add_task(f"{part}, part {n} of {len(parts)}")
            reason = measured(part, Path(name) / part, lambda one, part=part: _add(table, part, one))  # type: ignore[misc]
            progress.remove_task(task)
            if reason is not None:
                failed += 1
                print(part, "NOT MEASURED", reason, sep="  |  ", flush=True)
                table.add_row(part, reason, "", "", "NOT MEASURED")
    print()
    Console(width=170).print(table)
    print(f"{len(parts) - failed} of {len(parts)} parts measured in {(time.perf_counter() - began) / 60:.1f} minutes")
    return 1 if failed else 0


def _add(table: Table, part: str, one: Compared) -> None:
    verdict = "" if one.goal == "said" else "met" if one.met else "NOT MET"
    row = (part, one.name, one.goal, f"{one.ratio:.2f} x", verdict, one.printed(one.ours), one.printed(one.theirs), one.peer)
    print(*row, sep="  |  ", flush=True)
    table.add_row(*row)


sys.exit(main(sys.argv[1:]))
