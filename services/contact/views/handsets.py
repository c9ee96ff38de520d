"""A handset's message as people read it: what was read of it, what is odd, and the call it belongs to."""

from datetime import datetime

from pydantic import BaseModel

from contracts.contact.handsets import HandsetFlag, HandsetForm
from contracts.places import Location
from services.contact.domain.handsets.handset import Message
from services.contact.domain.place import told


class HandsetView(BaseModel):
    """One message. `location` is absent when it names no point for a map; `on_map` is false when its seal is wrong."""

    message: str
    form: HandsetForm
    at: datetime
    measured_at: datetime | None
    location: Location | None
    on_map: bool
    flags: tuple[HandsetFlag, ...]
    call: str | None


def handset(state: Message) -> HandsetView:
    """All that is known of one message."""
    return HandsetView(
        message=state.message,
        form=state.form,
        at=state.at,
        measured_at=state.measured_at,
        location=None if state.place is None else told(state.place),
        on_map=state.place is not None and state.usable,
        flags=state.flags,
        call=state.call,
    )
