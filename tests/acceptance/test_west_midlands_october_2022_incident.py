"""West Midlands October 2022: the partner rang back; a new record was made, and closed."""

import pytest
from acceptance.incident_room import ONE, OTHER, incident_room

from contracts.incident.incidents import IncidentOpened
from contracts.incident.records import LinkKind
from contracts.places import Location, LocationSource, Point
from contracts.refusals import Refused
from services.incident.cases.linking import Link, Merge
from services.incident.domain.commands import Close, Reopen

HOME = Location(source=LocationSource.SPOKEN, point=Point(latitude=52.48, longitude=-1.89))


def test_the_second_record_is_linked_and_the_first_goes_on_under_its_own_clock() -> None:
    with incident_room() as room:
        first = room.opened(location=HOME)
        room.do(Close(ONE, "advice given", "spoken to", "handler 7"))
        room.wait(30)
        room.opened(OTHER, grade=None, location=HOME)
        with pytest.raises(Refused) as refused:
            room.do(Close(OTHER, "administration: duplicate", "the same", "handler 9"))
        assert (refused.value.code, refused.value.allowed) == ("no-original", ("link", "merge"))
        room.do(Reopen(ONE, "the partner rang back", "handler 9"), Merge(OTHER, ONE, "handler 9", "the same address"))
        room.do(Link(ONE, LinkKind.CALL, "call of the partner", "handler 9", "rang back"))
        again = room.incident()
        assert (again.live, again.attend_by, again.reported_at) == (True, first.attend_by, first.reported_at)
        assert len(room.said(IncidentOpened)) == 2
        assert room.incident(OTHER).merged_into == ONE
