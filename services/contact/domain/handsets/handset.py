"""One message of a handset about where it is: kept as it came, read once, and matched to the call it belongs to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact.handsets import HandsetFlag, HandsetForm, HandsetMessageMatched, HandsetMessageReceived
from contracts.envelope import Event, Narrative, Telephone
from contracts.places import Location, LocationSource
from services.contact.domain.caller_rules import Handsets
from services.contact.domain.callers.caller import Mention
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import EstimateLocation
from services.contact.domain.handsets.aml import https, packed, sms
from services.contact.domain.handsets.aml.https import Seal
from services.contact.domain.handsets.aml.reading import Reading
from services.contact.domain.place import Place, kept, told
from services.contact.domain.times import stamp

_SEALS = {Seal.MISSING: HandsetFlag.SEAL_MISSING, Seal.WRONG: HandsetFlag.SEAL_WRONG, Seal.UNCHECKED: HandsetFlag.SEAL_UNCHECKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeHandsetMessage:
    """A message came, at `at` by the clock of who passed it on. `raw` is the text, the octets in hex, or the form."""

    message: str
    at: datetime
    form: HandsetForm
    raw: Narrative
    number: Telephone | None = None
    number_ref: str | None = None


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message as it was read, and the call it belongs to once that is known."""

    message: str
    at: datetime
    form: HandsetForm
    number_ref: str | None = None
    measured_at: datetime | None = None
    place: Place | None = None
    cell: str | None = None
    flags: tuple[HandsetFlag, ...] = ()
    call: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it may put a point on the map: a wrong seal may be anybody's."""
        return HandsetFlag.SEAL_WRONG not in self.flags


def index(message: Message) -> Iterable[tuple[str, str]]:
    """Those without a call by time, for people."""
    if message.call is None:
        yield "handset-unmatched", stamp(message.at)


def read(form: HandsetForm, raw: str, key: bytes | None) -> Reading:
    """What the message says, with its seal looked at."""
    match form:
        case HandsetForm.SMS_TEXT:
            return sms.read(raw)
        case HandsetForm.SMS_PACKED:
            return _packed(raw)
        case HandsetForm.HTTPS:
            reading, seal = https.read(raw), https.seal(raw, key)
            sealed = () if seal is Seal.RIGHT else (_SEALS[seal],)
            return Reading(reading.location, reading.measured_at, reading.number, reading.cell, reading.flagged(*sealed))


def _packed(raw: str) -> Reading:
    try:
        return sms.read(packed.unpacked(bytes.fromhex(raw)))
    except ValueError:
        return Reading(flags=(HandsetFlag.UNREADABLE,))


def receive(state: Message | None, command: TakeHandsetMessage, reading: Reading, rules: Handsets) -> list[Event]:
    """A message stands once, however often the handset or the network repeats it."""
    if state is not None:
        return []
    measured_at, flags = reading.measured_at, reading.flags
    if measured_at is not None and measured_at - command.at > timedelta(seconds=rules.clock_ahead_s):
        measured_at, flags = None, reading.flagged(HandsetFlag.FROM_THE_FUTURE)
    return [
        HandsetMessageReceived(
            at=command.at,
            message=command.message,
            form=command.form,
            raw=command.raw,
            number=command.number,
            number_ref=command.number_ref,
            location=reading.location,
            measured_at=measured_at,
            cell=reading.cell,
            flags=flags,
        )
    ]


def belongs(message: Message | Mention, call: Call, rules: Handsets) -> bool:
    """By time: the fix, or its arrival, lies near enough to the beginning of the call."""
    times = (at for at in (message.measured_at, message.at) if at is not None)
    return any(-rules.before_call <= at - call.since <= rules.after_call for at in times)


def assign(message: Message, call: Call) -> list[Event]:
    """The message belongs to this call; to one only."""
    return [] if message.call is not None else [HandsetMessageMatched(at=message.at, message=message.message, call=call.call)]


def estimate(message: Message, call: Call, rules: Handsets) -> EstimateLocation:
    """What the message adds to its call. A fix in a message whose seal is wrong is set aside with the rest of it."""
    at = message.measured_at or message.at
    known = message.place if message.usable else None
    flags = {*message.flags}
    if call.since - at > timedelta(seconds=rules.fix_older_s):
        flags.add(HandsetFlag.OLDER_THAN_CALL)
    if call.over_at is not None and message.at > call.over_at:
        flags.add(HandsetFlag.AFTER_CALL)
    if any(place.source is LocationSource.HANDSET for place in call.places):
        flags.add(HandsetFlag.REVISED)
    return EstimateLocation(
        call=call.call,
        at=at,
        location=Location(source=LocationSource.HANDSET) if known is None else told(known),
        cell=message.cell if message.usable else None,
        message=message.message,
        flags=tuple(flag for flag in HandsetFlag if flag in flags),
    )


def _received(_: Message | None, event: HandsetMessageReceived) -> Message:
    place = None if event.location is None else kept(event.measured_at or event.at, event.location)
    return Message(
        event.message, event.at, event.form, event.number_ref, event.measured_at, place, event.cell, tuple(event.flags)
    )


def _assigned(message: Message, event: HandsetMessageMatched) -> Message:
    return replace(message, call=event.call)


EVOLVE: dict[type[Event], Callable[[Any, Any], Message]] = {
    HandsetMessageReceived: _received,
    HandsetMessageMatched: _assigned,
}
