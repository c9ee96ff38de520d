"""The command `ringback`, as an operator runs it."""

import os
import subprocess
import sys
from typing import NamedTuple

from journeys.fleet import ROOT

WITHIN_S = 120.0
COMMAND = (sys.executable, "-c", "from cli.main import main; main()")


class Said(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """This process's environment without settings of its own."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("RINGBACK_")}
    return {**ours, "PYTHONPATH": str(ROOT), **more}


def ringback(*arguments: str) -> Said:
    """Run a command to its end."""
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)
