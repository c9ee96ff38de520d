"""Reads the London Fire Brigade's tables: incidents, mobilisations and stations, whatever the year and its spelling.

Times are local and carry no zone. A place is a full grid reference in metres, or, at a dwelling, the middle of a square of 100 m.
"""

from dataclasses import dataclass
from datetime import datetime

from contracts.places import Location, LocationSource, Point
from contracts.refusals import Invalid
from services.dispatch.domain.callsign import unit_of
from simulator.localtime import LocalTime
from simulator.london import british_grid
from simulator.table import Format, Table, Unreadable

INCIDENTS = Format(
    name="a table of the London Fire Brigade's incidents (comma separated, with IncidentNumber, DateOfCall, TimeOfCall)",
    separator=",",
    columns=dict.fromkeys(
        (
            *("IncidentNumber", "DateOfCall", "TimeOfCall", "IncidentGroup", "StopCodeDescription", "SpecialServiceType"),
            *("Easting_m", "Northing_m", "Easting_rounded", "Northing_rounded", "Postcode_full", "Postcode_district"),
            *("IncGeo_BoroughName", "PumpCount"),
        ),
        (),
    ),
    needed=frozenset({"IncidentNumber", "DateOfCall", "TimeOfCall", "IncidentGroup", "Easting_rounded", "Northing_rounded"}),
)
MOBILISATIONS = Format(
    name="a table of the London Fire Brigade's mobilisations (comma separated, with IncidentNumber, Resource_Code)",
    separator=",",
    columns=dict.fromkeys(
        (
            *("IncidentNumber", "ResourceMobilisationId", "Resource_Code", "DateAndTimeMobilised", "DateAndTimeMobile"),
            *("DateAndTimeArrived", "DateAndTimeLeft", "DateAndTimeReturned", "DeployedFromStation_Name"),
        ),
        (),
    ),
    needed=frozenset({"IncidentNumber", "ResourceMobilisationId", "Resource_Code", "DateAndTimeMobilised"}),
)
STATIONS = Format(
    name="a table of fire stations (comma separated, with Station_Name, Station_Latitude, Station_Longitude)",
    separator=",",
    columns=dict.fromkeys(("Station_Name", "Station_Latitude", "Station_Longitude"), ()),
    needed=frozenset({"Station_Name", "Station_Latitude", "Station_Longitude"}),
)
_HERE = LocalTime("Europe/London")
_DATES = ("%d %b %Y", "%d-%b-%y", "%d-%b-%Y", "%d/%m/%Y", "%Y-%m-%d")
_STAMPS = ("%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class BrigadeIncident:
    """One incident: when the call came, what it was, and where."""

    number: str
    called_at: datetime
    opening_code: str
    closing_code: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class Mobilisation:
    """One appliance sent to one incident. What was not written down is None."""

    incident: str
    identity: str
    callsign: str
    station: str
    mobilised_at: datetime
    mobile_at: datetime | None
    arrived_at: datetime | None
    left_at: datetime | None
    returned_at: datetime | None

    @property
    def last(self) -> datetime:
        """The last instant the row knows of."""
        known = (self.mobile_at, self.arrived_at, self.left_at, self.returned_at)
        return max(self.mobilised_at, *(at for at in known if at is not None))


def incident(table: Table, fields: list[str]) -> BrigadeIncident:
    """The incident of a row; raises Unreadable with the reason."""
    number, group = _text(table, fields, "IncidentNumber"), _text(table, fields, "IncidentGroup")
    if not number:
        raise Unreadable("no IncidentNumber")
    called = f"{_date(_text(table, fields, 'DateOfCall'))} {_text(table, fields, 'TimeOfCall')}"
    stop = _text(table, fields, "SpecialServiceType") or _text(table, fields, "StopCodeDescription")
    return BrigadeIncident(
        number=number,
        called_at=_instant(called, "DateOfCall and TimeOfCall", None),
        opening_code=group or "not stated",
        closing_code=stop or "not stated",
        location=_location(table, fields),
    )


def mobilisation(table: Table, fields: list[str]) -> Mobilisation:
    """The mobilisation of a row; raises Unreadable with the reason."""
    number, identity, callsign = (
        _text(table, fields, name) for name in ("IncidentNumber", "ResourceMobilisationId", "Resource_Code")
    )
    if not number or not identity:
        raise Unreadable("no IncidentNumber or no ResourceMobilisationId")
    try:
        unit_of(callsign)
    except Invalid:
        raise Unreadable("Resource_Code is no callsign") from None
    mobilised_at = _instant(_text(table, fields, "DateAndTimeMobilised"), "DateAndTimeMobilised", None)
    stamps: list[datetime | None] = []
    previous = mobilised_at
    for column in ("DateAndTimeMobile", "DateAndTimeArrived", "DateAndTimeLeft", "DateAndTimeReturned"):
        text = _text(table, fields, column)
        stamps.append(_instant(text, column, previous) if text else None)
        previous = stamps[-1] or previous
    return Mobilisation(
        number, identity, callsign, _text(table, fields, "DeployedFromStation_Name"), mobilised_at, *stamps
    )  # fmt: skip


def station(table: Table, fields: list[str]) -> tuple[str, Point]:
    """The name of a station and where it is; raises Unreadable with the reason."""
    name = _text(table, fields, "Station_Name")
    try:
        latitude, longitude = (float(_text(table, fields, f"Station_{axis}")) for axis in ("Latitude", "Longitude"))
        return name.casefold(), Point(latitude=latitude, longitude=longitude)
    except ValueError:
        raise Unreadable("Station_Latitude or Station_Longitude is no number of degrees") from None


def _location(table: Table, fields: list[str]) -> Location | None:
    words = _text(table, fields, "Postcode_full") or _text(table, fields, "Postcode_district")
    exact = _reference(table, fields, "Easting_m", "Northing_m")
    rounded = _reference(table, fields, "Easting_rounded", "Northing_rounded")
    place = british_grid.point(*(exact or rounded or (float("nan"), float("nan"))))
    if place is None and not words:
        return None
    radius = None if place is None else 1.0 if exact else british_grid.HALF_DIAGONAL_M
    return Location(source=LocationSource.SPOKEN, point=place, radius_m=radius, address=words or None)


def _reference(table: Table, fields: list[str], easting: str, northing: str) -> tuple[float, float] | None:
    try:
        found = float(_text(table, fields, easting)), float(_text(table, fields, northing))
    except ValueError:
        return None
    return found if all(found) else None


def _text(table: Table, fields: list[str], column: str) -> str:
    text = table.get(fields, column)
    if len(text) > _LONGEST:
        raise Unreadable(f"{column} is longer than {_LONGEST} characters")
    return "" if text == "NULL" else text


def _date(text: str) -> str:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).strftime("%d/%m/%Y")  # noqa: DTZ007 (a local date; the zone comes with the time)
        except ValueError:
            continue
    raise Unreadable("DateOfCall is not a date")


def _instant(text: str, column: str, after: datetime | None) -> datetime:
    for form in _STAMPS:
        try:
            return _HERE.instant(datetime.strptime(text, form), after)  # noqa: DTZ007 (no zone is given)
        except ValueError:
            continue
    raise Unreadable(f"{column} is not a time")
