"""Response figures: how long it took to allocate, to travel and to attend, by grade, of which incidents, under one definition.

Medians stand beside means, the slowest are named and never thrown away as "data errors", and what the police came upon
themselves is left out, counted (DOMAIN section 7).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import fmean, median

import msgspec

from services.dispatch.domain.job import Job, Leg

DEFINITION = "response-1"
"""Allocate: first report to the first unit sent. Travel: the first unit there, sent to there. Attend: first report to there.

By the grade first asked for, so that a later regrade moves nobody into another row. An arrival nobody said counts as inferred.
"""
_SLOWEST = 10


class Measured(msgspec.Struct, frozen=True):
    """One incident. Times in seconds, None where it did not happen or is not known."""

    incident: str
    job: str
    grade: str
    reported_at: datetime
    allocate_s: float | None
    travel_s: float | None
    attend_s: float | None
    inferred: bool
    late: bool
    before_sent: bool


class Spread(msgspec.Struct, frozen=True):
    """How long something took over many incidents, in seconds, and those that took longest."""

    incidents: int
    mean_s: float | None = None
    median_s: float | None = None
    p90_s: float | None = None
    longest_s: float | None = None
    slowest: tuple[str, ...] = ()


class GradeFigures(msgspec.Struct, frozen=True):
    """The figures of one grade. `unattended`: nobody was there yet or ever, as far as is known.

    `before_report`, `before_sent`: attended before that, which is on view that nobody marked, or was entered late. They stay in.
    """

    grade: str
    incidents: int
    allocate: Spread
    travel: Spread
    attend: Spread
    unattended: int
    inferred: int
    past_attend_by: int
    before_report: int
    before_sent: int


class Figures(msgspec.Struct, frozen=True):
    """All grades, and what was left out, with the reason."""

    definition: str
    grades: tuple[GradeFigures, ...]
    left_out: dict[str, int]


def measured(job: Job) -> Measured | None:
    """What one job adds to the figures; None for what the police came upon themselves."""
    if job.on_view:
        return None
    first = min((leg.sent_at for leg in job.legs), default=None)
    there = min((leg for leg in job.legs if leg.there_at() is not None), key=_arrival, default=None)
    attended = None if there is None else there.there_at()
    return Measured(
        job.incident,
        job.job,
        job.first_grade or job.grade,
        job.reported_at,
        None if first is None else (first - job.reported_at).total_seconds(),
        None if there is None or attended is None else (attended - there.sent_at).total_seconds(),
        None if attended is None else (attended - job.reported_at).total_seconds(),
        there is not None and there.arrived_at is None,
        job.attend_by is not None and attended is not None and attended > job.attend_by,
        there is not None and attended is not None and attended <= there.sent_at,
    )


def _arrival(leg: Leg) -> datetime:
    at = leg.there_at()
    assert at is not None
    return at


def figures(jobs: Iterable[Job]) -> Figures:
    """Fold jobs into the figures."""
    rows: dict[str, list[Measured]] = {}
    on_view = 0
    for job in jobs:
        one = measured(job)
        if one is None:
            on_view += 1
        else:
            rows.setdefault(one.grade, []).append(one)
    grades = tuple(_grade(grade, ones) for grade, ones in sorted(rows.items()))
    return Figures(DEFINITION, grades, {"on view or self-generated": on_view})


def _grade(grade: str, ones: Sequence[Measured]) -> GradeFigures:
    return GradeFigures(
        grade,
        len(ones),
        _spread([(one.allocate_s, one.incident) for one in ones]),
        _spread([(one.travel_s, one.incident) for one in ones]),
        _spread([(one.attend_s, one.incident) for one in ones]),
        sum(one.attend_s is None for one in ones),
        sum(one.inferred for one in ones),
        sum(one.late for one in ones),
        sum(one.attend_s is not None and one.attend_s < 0 for one in ones),
        sum(one.before_sent for one in ones),
    )


def _spread(pairs: Iterable[tuple[float | None, str]]) -> Spread:
    took = sorted(((seconds, incident) for seconds, incident in pairs if seconds is not None), reverse=True)
    if not took:
        return Spread(0)
    seconds = [one for one, _ in took]
    return Spread(
        len(took),
        round(fmean(seconds), 1),
        median(seconds),
        seconds[len(seconds) // 10],
        seconds[0],
        tuple(incident for _, incident in took[:_SLOWEST]),
    )
