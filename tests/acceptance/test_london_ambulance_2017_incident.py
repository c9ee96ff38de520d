"""London Ambulance, 1 January 2017: a slow overload, 4 h 45 min on paper; what was written must come in with its true times."""

import pytest
from acceptance.incident_room import MINUTE, NOON, ONE, incident_room

from contracts.incident.incidents import Origin
from contracts.refusals import Invalid
from services.incident.domain.commands import Grade, OpenIncident
from services.incident.domain.record.logbook import MakeEntry
from services.incident.views.records import log


def test_what_was_on_paper_is_entered_with_its_true_times_and_its_clock_runs_from_them() -> None:
    with incident_room() as room:
        then = NOON - 285 * MINUTE
        room.do(OpenIncident(ONE, Origin.CALL, "sheet 12", "concern for safety", reported_at=then, at=then))
        state = room.do(Grade(ONE, "Immediate", "handler 7", at=then + MINUTE))
        assert (state.reported_at, state.attend_by) == (then, then + 15 * MINUTE)
        room.do(
            MakeEntry(ONE, "now", "handler 7", "back on the system"),
            MakeEntry(ONE, "sheet-12-a", "handler 7", "crew sent", at=then + 9 * MINUTE, written="sheet 12"),
        )
        last = room.storage.page(0, 100)[-1]
        assert last.type == "ringback.incident.LogEntryMade.v1"
        read = room.do(MakeEntry(ONE, "sheet-12-b", "handler 7", "crew there", at=then + 20 * MINUTE, written="sheet 12"))
        assert [entry.entry for entry in log(read).entries] == ["sheet-12-a", "sheet-12-b", "now"]
        room.wait(0)
        assert room.escalation().role == "inspector"


def test_paper_is_not_entered_before_it_was_written() -> None:
    with incident_room() as room:
        room.opened()
        with pytest.raises(Invalid):
            room.do(MakeEntry(ONE, "later", "handler 7", "crew sent", at=NOON + MINUTE, written="sheet 12"))
