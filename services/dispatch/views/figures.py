"""Response figures as people read them."""

from datetime import datetime

from pydantic import BaseModel


class SpreadView(BaseModel):
    """How long something took, in seconds, over so many incidents; `slowest` names those that took longest."""

    incidents: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    longest_s: float | None
    slowest: tuple[str, ...]


class GradeFiguresView(BaseModel):
    """One grade. `before_report`, `before_sent`: attended before that; they stay in, and want explaining."""

    grade: str
    incidents: int
    allocate: SpreadView
    travel: SpreadView
    attend: SpreadView
    unattended: int
    inferred: int
    past_attend_by: int
    before_report: int
    before_sent: int


class FiguresView(BaseModel):
    """Response figures under a named definition, and what was left out."""

    definition: str
    grades: tuple[GradeFiguresView, ...]
    left_out: dict[str, int]


class MeasuredView(BaseModel):
    """One incident behind the figures; its events are at `/jobs/{job}/history`."""

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
