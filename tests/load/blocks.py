"""Measures several things in turn, block by block, so that a machine that wanders carries all of them along."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Block = Callable[[], float]
"""Does a block of work and returns seconds for one operation."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure beside its floor or peer, of one run. `goal` as it is published; `met` by the medians."""

    name: str
    ours: float
    theirs: float
    peer: str
    ratio: float
    goal: str
    met: bool
    unit: str = "us"
    """What `ours` and `theirs` are printed in: microseconds of the seconds they are, or as they are."""

    def printed(self, value: float) -> str:
        """One of the two, with its unit."""
        return f"{value * 1e6:,.1f} us" if self.unit == "us" else f"{value:,.1f} {self.unit}"


def medians(blocks: Mapping[str, Block], rounds: int = 7) -> dict[str, float]:
    """The median of each over interleaved rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in blocks}
    for _ in range(rounds):
        for name, block in blocks.items():
            seconds[name].append(block())
    return {name: statistics.median(values) for name, values in seconds.items()}


def at_most(name: str, ours: float, floor: float, peer: str, most: float) -> Compared:
    """A cost that may be at most so many times the floor."""
    return Compared(name, ours, floor, peer, ours / floor, f"<= {most} x", ours <= most * floor)


def at_least(name: str, ours: float, other: float, peer: str, least: float) -> Compared:
    """A rate (given as seconds for one) that must be at least so many times the other's."""
    return Compared(name, ours, other, peer, other / ours, f">= {least} x", other >= least * ours)


def timed(operations: int, work: Callable[[], object]) -> float:
    """Seconds for one of the operations that `work` does."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / operations
