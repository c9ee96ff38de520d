"""The brigade's rows become facts: each incident, each appliance, each time; what cannot be read is set aside."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.dispatch.deployment import Release, Status
from services.dispatch.domain.commands import Assign, EndAssignment, ReportStatus
from services.incident.domain.commands import Close, OpenIncident
from simulator.london.script import BrigadeTables
from simulator.script import InputRefused

INCIDENTS = (
    "IncidentNumber,DateOfCall,TimeOfCall,IncidentGroup,StopCodeDescription,SpecialServiceType,Postcode_full,Postcode_district,"
    "Easting_m,Northing_m,Easting_rounded,Northing_rounded"
)
MOBILISATIONS = (
    "IncidentNumber,ResourceMobilisationId,Resource_Code,DateAndTimeMobilised,DateAndTimeMobile,DateAndTimeArrived,"
    "DateAndTimeLeft,DateAndTimeReturned,DeployedFromStation_Name"
)
FIRE = "1,01 Jun 2009,00:00:37,Fire,Primary Fire,,SW11 4LB,SW11,528652.0,176830.0,528650,176850"
SENT = "1,77,H271,01/06/2009 00:02:27,01/06/2009 00:04:00,01/06/2009 00:07:46,01/06/2009 00:16:46,01/06/2009 00:23:55,Battersea"


def script(folder: Path, incidents: list[str], mobilisations: list[str]) -> BrigadeTables:
    folder.mkdir(exist_ok=True)
    tables = {
        "i.csv": [INCIDENTS, *incidents],
        "m.csv": [MOBILISATIONS, *mobilisations],
        "s.csv": ["Station_Name,Station_Latitude,Station_Longitude", "Battersea,51.467096,-0.169239", "Nowhere,north,east"],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join((*lines, "")))
    return BrigadeTables([folder / name for name in reversed(tables)], folder / "data")


def commands(played: BrigadeTables) -> list[object]:
    found = [stimulus.command for stimulus in played.stimuli()]
    played.close()
    return found


def test_an_appliance_is_mobilised_from_its_station_and_arrives_and_leaves(tmp_path: Path) -> None:
    said = commands(script(tmp_path, [FIRE], [SENT]))
    statuses = [one for one in said if isinstance(one, ReportStatus)]
    assert [one.status for one in statuses] == [Status.AT_STATION, Status.EN_ROUTE, Status.AT_SCENE, Status.AT_STATION]
    assert statuses[0].point is not None
    assert statuses[0].point.latitude == 51.467096
    [sent] = [one for one in said if isinstance(one, Assign)]
    [left] = [one for one in said if isinstance(one, EndAssignment)]
    local_midnight_is_an_hour_earlier = datetime(2009, 5, 31, 23, 2, 27, tzinfo=UTC)
    assert (sent.unit, sent.at) == ("unit-H271", local_midnight_is_an_hour_earlier)
    assert (left.release, left.at) == (Release.CLEARED, datetime(2009, 5, 31, 23, 16, 46, tzinfo=UTC))


def test_who_never_wrote_down_when_they_left_is_free_when_back(tmp_path: Path) -> None:
    left = SENT.replace("01/06/2009 00:16:46", "")
    [ended] = [one for one in commands(script(tmp_path, [FIRE], [left])) if isinstance(one, EndAssignment)]
    assert (ended.release, ended.at) == (Release.CLEARED, datetime(2009, 5, 31, 23, 23, 55, tzinfo=UTC))


def test_an_incident_to_which_nobody_was_sent_is_opened_and_closed(tmp_path: Path) -> None:
    said = commands(script(tmp_path, [FIRE], []))
    assert [type(one) for one in said if isinstance(one, OpenIncident | Close)] == [OpenIncident, Close]


def test_a_rounded_place_says_how_wide_it_is(tmp_path: Path) -> None:
    rounded = FIRE.replace("528652.0,176830.0", ",").replace("SW11 4LB", "")
    [exact] = [one for one in commands(script(tmp_path / "exact", [FIRE], [])) if isinstance(one, OpenIncident)]
    [wide] = [one for one in commands(script(tmp_path / "wide", [rounded], [])) if isinstance(one, OpenIncident)]
    assert exact.location is not None
    assert wide.location is not None
    assert (exact.location.radius_m, wide.location.radius_m) == (1, 71)
    assert (exact.location.address, wide.location.address) == ("SW11 4LB", "SW11")


@pytest.mark.parametrize(
    ("incidents", "mobilisations", "reason"),
    [
        ([FIRE, FIRE], [], "repeats an earlier row"),
        ([FIRE.replace("01 Jun 2009", "someday")], [], "DateOfCall is not a date"),
        ([FIRE.replace("00:00:37", "25:00:37")], [], "DateOfCall and TimeOfCall is not a time"),
        ([FIRE], [SENT.replace("H271", "=1+1")], "Resource_Code is no callsign"),
        ([FIRE], [SENT.replace("01/06/2009 00:07:46", "soon")], "DateAndTimeArrived is not a time"),
        ([FIRE], [SENT.replace("1,77", "2,77")], "mobilised to an incident that is in no file"),
        ([FIRE], [SENT, SENT], "repeats an earlier row"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside(
    tmp_path: Path, incidents: list[str], mobilisations: list[str], reason: str
) -> None:
    played = script(tmp_path, incidents, mobilisations)
    commands(played)
    assert played.set_aside.by_reason[reason] == 1
    assert played.set_aside.by_reason["Station_Latitude or Station_Longitude is no number of degrees"] == 1


def test_files_without_incidents_are_refused(tmp_path: Path) -> None:
    stations = tmp_path / "s.csv"
    stations.write_text("Station_Name,Station_Latitude,Station_Longitude\n")
    with pytest.raises(InputRefused, match="none of the files"):
        BrigadeTables([stations], tmp_path / "data")
    with pytest.raises(InputRefused, match="has no column"):
        other = tmp_path / "o.csv"
        other.write_text("a,b\n")
        BrigadeTables([other], tmp_path / "data")
