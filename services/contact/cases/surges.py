"""Where a located call lies, and whether too many others come from there to be a coincidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from contracts.contact.surges import SurgeKind
from services.contact.domain import surge
from services.contact.domain.caller_rules import CallerRules
from services.contact.domain.callers.numbers import Numbers
from services.contact.domain.calls import episode
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import EstimateLocation
from services.contact.domain.place import says_nothing
from services.contact.domain.surge import DismissSurge, Surge, TakeSurge
from services.contact.streams import CALL, SURGE, surge_stream

_KINDS = {"cell": SurgeKind.CELL, "address": SurgeKind.ADDRESS, "square": SurgeKind.PLACE}


@dataclass(frozen=True, slots=True)
class SurgeWatch:
    """The use cases about many calls from one place."""

    policy: Dated[CallerRules]
    numbers: Numbers

    def areas(self, fact: EstimateLocation, now: datetime) -> tuple[str, ...]:
        """References of where an estimate lies: its cell, its address, and the squares around a point that is exact enough."""
        rules, reference = self.policy.at(now).surges, self.numbers.reference
        point, radius = fact.location.point, fact.location.radius_m
        found = [] if fact.cell is None else [reference("cell", fact.cell)]
        found += [] if fact.address_ref is None else [fact.address_ref]
        if point is not None and radius is not None and radius <= rules.close_m and not says_nothing(fact.location):
            found += [reference("square", square) for square in surge.squares(point, rules.close_m)]
        return tuple(found)

    def look(self, tx: Transaction, call: Call) -> None:
        """Add the call to the surge it belongs to, or offer a new one; a call belongs to one at most."""
        if tx.find("surge-call", call.call):
            return
        for area in call.areas:
            joined = self._open_in(tx, area)
            near = [] if joined else self._near(tx, call, area)
            joined = joined or next((found for other in near for found in self._open_of(tx, other)), None)
            if joined is not None:
                tx.record(SURGE, surge_stream(joined.surge), surge.add(joined, call, tx.now))
                return
            if self._offer(tx, area, [other for other in near if not tx.find("surge-call", other.call)]):
                return

    def answer(self, tx: Transaction, command: TakeSurge | DismissSurge) -> Loaded[Surge]:
        """Take the offer, or turn it down."""
        stream = surge_stream(command.surge)
        return tx.record(SURGE, stream, surge.decide(tx.load(SURGE, stream).state, command, tx.now))

    def _offer(self, tx: Transaction, area: str, calls: Sequence[Call]) -> bool:
        if not calls:
            return False
        policy, kind = self.policy.at(tx.now), _KINDS[area.partition(":")[0]]
        name = derived("surge", area, calls[0].call)
        events = surge.detect(name, kind, area, list(calls), tx.now, policy.surges, policy.version)
        tx.record(SURGE, surge_stream(name), events)
        return bool(events)

    def _open_in(self, tx: Transaction, area: str) -> Surge | None:
        within = self.policy.at(tx.now).surges.within
        found = (tx.load(SURGE, stream).state for stream in tx.find("surge-area", area))
        return next((one for one in found if one is not None and tx.now - one.last_at <= within), None)

    def _open_of(self, tx: Transaction, call: Call) -> Iterator[Surge]:
        for stream in tx.find("surge-call", call.call):
            one = tx.load(SURGE, stream).state
            if one is not None and one.open:
                yield one

    def _near(self, tx: Transaction, call: Call, area: str) -> list[Call]:
        """The calls from there, within the window, in the order in which they began."""
        within = self.policy.at(tx.now).surges.within
        values = episode.hours(area, call.since - within, call.since + within)
        streams = sorted({stream for value in values for stream in tx.find("area-hour", value)})
        others = [state for stream in streams if (state := tx.load(CALL, stream).state) is not None]
        return sorted((one for one in others if abs(one.since - call.since) <= within), key=lambda one: one.since)
