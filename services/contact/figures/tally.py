"""Counts calls into the groups of one definition. What was counted can be taken back exactly, when a call turns out otherwise."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from chassis.dated import Dated
from chassis.durations import Durations
from services.contact.figures.call_facts import CallFacts
from services.contact.figures.definition import Clock, Definition
from services.contact.figures.grouping import By, group
from services.contact.figures.standing import Judged, Standing, judge, waited_s

_CLOCKS = tuple(Clock)


def _durations() -> dict[Clock, Durations]:
    return {clock: Durations() for clock in _CLOCKS}


@dataclass(slots=True)
class Cell:
    """One group's counters."""

    whole: int = 0
    standing: Counter[Standing] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    callers: Counter[str] = field(default_factory=Counter)
    within: int = 0
    answered_after: dict[Clock, Durations] = field(default_factory=_durations)
    abandoned_after: dict[Clock, Durations] = field(default_factory=_durations)
    clocks_disagree: int = 0
    never_told: dict[Clock, int] = field(default_factory=lambda: dict.fromkeys(_CLOCKS, 0))
    set_aside: int = 0

    def count(self, call: CallFacts, judged: Judged, definition: Definition, times: int) -> None:
        """Take a call in, or with -1 out again."""
        self.whole += times * judged.in_whole
        self.standing[judged.standing] += times
        self.set_aside += times * call.set_aside
        if judged.reason is not None:
            self.left_out[judged.reason] += times
        if judged.standing is Standing.ABANDONED:
            self.classes[str(call.abandonment)] += times
            if call.number_ref is not None:
                self.callers[call.number_ref] += times
        self._waits(call, judged, definition, times)

    def take(self, other: "Cell") -> None:
        """Add all that another group counted."""
        self.whole += other.whole
        self.within += other.within
        self.clocks_disagree += other.clocks_disagree
        self.set_aside += other.set_aside
        for mine, its in (
            (self.standing, other.standing),
            (self.left_out, other.left_out),
            (self.classes, other.classes),
            (self.callers, other.callers),
        ):
            mine.update(its)  # type: ignore[arg-type]
        for clock in _CLOCKS:
            self.answered_after[clock].take(other.answered_after[clock])
            self.abandoned_after[clock].take(other.abandoned_after[clock])
            self.never_told[clock] += other.never_told[clock]

    def _waits(self, call: CallFacts, judged: Judged, definition: Definition, times: int) -> None:
        if judged.standing not in (Standing.ANSWERED, Standing.ABANDONED):
            return
        answered = judged.standing is Standing.ANSWERED
        waits = self.answered_after if answered else self.abandoned_after
        known = {clock: waited_s(call, clock) for clock in _CLOCKS}
        for clock, seconds in known.items():
            if seconds is None:
                self.never_told[clock] += times
            else:
                waits[clock].add(seconds, times)
        self.clocks_disagree += times * any(seconds is not None and seconds < 0 for seconds in known.values())
        wait = known[definition.clock]
        self.within += times * (answered and wait is not None and wait < definition.within_s)


class Tally:
    """Feed it every call once, when all of its events are known; `since` and `until` take the calls that began between them."""

    def __init__(
        self,
        definition: Dated[Definition],
        by: By | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        version: str | None = None,
    ) -> None:
        self.definition, self.by, self.since, self.until = definition, by, since, until
        self._fixed = None if version is None else definition.version(version)
        self.cells: dict[str, Cell] = {}
        self.versions: Counter[str] = Counter()
        self.outside = 0

    def count(self, call: CallFacts, times: int = 1) -> None:
        """Take a call in, or with -1 out again as it was counted before."""
        if not self.takes(call):
            return
        definition = self.edition(call)
        if definition is None:
            self.outside += times
            return
        judged = judge(call, definition)
        if judged is None:
            return
        self.versions[definition.version] += times
        name = group(call, self.by, ZoneInfo(definition.zone))
        self.cells.setdefault(name, Cell()).count(call, judged, definition, times)

    def takes(self, call: CallFacts) -> bool:
        """Whether a call began between the two instants asked for."""
        return (self.since is None or self.since <= call.since) and (self.until is None or call.since < self.until)

    def edition(self, call: CallFacts) -> Definition | None:
        """The edition a call is judged by: the one asked for, else the one in force when it began; None outside all."""
        if self._fixed is not None:
            return self._fixed
        try:
            return self.definition.at(call.since)
        except LookupError:
            return None
