"""Paper sheets as people read them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.incident.domain.record.sheet import Sheet


class SheetView(BaseModel):
    """One sheet. Neither entered nor void, it is open, and has been since `given_at`."""

    sheet: str
    holder: str
    given_by: str
    given_at: datetime
    enter_by: datetime
    open: bool
    age_min: Annotated[int, Field(description="Whole minutes since it was given out, until now or until `known_at`.")]
    overdue_since: datetime | None
    told: Annotated[str | None, Field(description="The role that was told last that it is late.")]
    incident: str | None
    entered_by: str | None
    entered_at: datetime | None
    voided_by: str | None
    voided_because: str | None


def sheet(state: Sheet, now: datetime) -> SheetView:
    """All of a sheet."""
    return SheetView(
        sheet=state.sheet,
        holder=state.holder,
        given_by=state.given_by,
        given_at=state.given_at,
        enter_by=state.enter_by,
        open=state.open,
        age_min=int((now - state.given_at).total_seconds() // 60),
        overdue_since=state.overdue_since,
        told=state.role,
        incident=state.incident,
        entered_by=state.entered_by,
        entered_at=state.entered_at,
        voided_by=state.voided_by,
        voided_because=state.voided_because,
    )
