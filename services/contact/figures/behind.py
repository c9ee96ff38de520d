"""The calls behind a figure: whoever doubts a number opens it and reads each call's own history."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from contracts.contact.calls import Abandonment, Line
from services.contact.figures.call_facts import CallFacts
from services.contact.figures.definition import Clock, Definition
from services.contact.figures.grouping import group
from services.contact.figures.standing import Judged, Standing, judge, waited_s
from services.contact.figures.tally import Tally


class Figure(StrEnum):
    """The figures that are counts of calls, and can be opened."""

    WHOLE = "whole"
    ANSWERED = "answered"
    WITHIN = "within"
    BEYOND = "beyond"
    ABANDONED = "abandoned"
    LEFT_OUT = "left_out"
    OPEN = "open"


class CountedCall(BaseModel):
    """One call behind a figure: how it stood under the definition, and by which times."""

    model_config = ConfigDict(frozen=True)

    call: str
    began_at: datetime
    group: str
    standing: Standing
    reason: str | None
    line: Line | None
    queue: str | None
    switch: str | None
    abandonment: Abandonment | None
    presented_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    abandoned_at: datetime | None
    waited_from_presented_s: float | None
    waited_from_queued_s: float | None
    edition: str


def behind(calls: Iterable[CallFacts], tally: Tally, figure: Figure, name: str | None = None) -> Iterator[CountedCall]:
    """The calls that one figure counts, with a name in that group alone. The tally says what is asked, and counts nothing."""
    for call in calls:
        definition = tally.edition(call)
        judged = None if definition is None or not tally.takes(call) else judge(call, definition)
        if definition is None or judged is None:
            continue
        its = group(call, tally.by, ZoneInfo(definition.zone))
        if (name is None or its == name) and _COUNTS[figure](call, judged, definition):
            yield _counted(call, judged, definition, its)


def _counted(call: CallFacts, judged: Judged, definition: Definition, its: str) -> CountedCall:
    return CountedCall(
        call=call.call,
        began_at=call.since,
        group=its,
        standing=judged.standing,
        reason=judged.reason,
        line=call.line,
        queue=call.queue,
        switch=call.switch,
        abandonment=call.abandonment,
        presented_at=call.presented_at,
        queued_at=call.queued_at,
        answered_at=call.answered_at,
        abandoned_at=call.abandoned_at,
        waited_from_presented_s=waited_s(call, Clock.PRESENTED),
        waited_from_queued_s=waited_s(call, Clock.QUEUED),
        edition=definition.version,
    )


def _within(call: CallFacts, judged: Judged, definition: Definition) -> bool:
    waited = waited_s(call, definition.clock)
    return judged.standing is Standing.ANSWERED and waited is not None and waited < definition.within_s


_COUNTS: dict[Figure, Callable[[CallFacts, Judged, Definition], bool]] = {
    Figure.WHOLE: lambda _, judged, __: judged.in_whole,
    Figure.ANSWERED: lambda _, judged, __: judged.standing is Standing.ANSWERED,
    Figure.WITHIN: _within,
    Figure.BEYOND: lambda call, judged, definition: (
        judged.standing is Standing.ANSWERED and not _within(call, judged, definition)
    ),
    Figure.ABANDONED: lambda _, judged, __: judged.standing is Standing.ABANDONED,
    Figure.LEFT_OUT: lambda _, judged, __: judged.standing is Standing.LEFT_OUT,
    Figure.OPEN: lambda _, judged, __: judged.standing is Standing.OPEN,
}
