"""`python -m tests.adapters.sip`: every scenario played by SIPp, what was recorded of it, and the dials that SIPp counted.

Words choose among them.
"""

import asyncio
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from adapters.sip.sipp import NoSipp, program
from adapters.sip.table import SCENARIOS, play


async def _all(words: list[str]) -> int:
    table = Table(
        "scenario", "over", "final answer", "Q.850", "outcome recorded", "ended by", "dials at peer", "attempts", "right?"
    )
    wrong = 0
    sipp = program()
    for scenario in SCENARIOS:
        for carrier in scenario.carriers:
            if any(word not in f"{scenario.name} {carrier}" for word in words):
                continue
            with TemporaryDirectory() as folder:
                row = await play(scenario, carrier, sipp, Path(folder))
            faults = row.faults(scenario)
            wrong += bool(faults)
            ended = "" if row.by is None else f"{row.by}{', joined' if row.joined else ''}"
            right = "; ".join(faults) or "yes"
            cells = (row.final, row.q850, row.outcome, ended, row.dials, row.attempts, right)
            table.add_row(scenario.name, carrier, *("" if cell is None else str(cell) for cell in cells))
    Console(width=180).print(table)
    return wrong


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        sys.exit(bool(asyncio.run(_all(sys.argv[1:]))))
    except NoSipp as reason:
        sys.exit(f"no table: {reason}")
