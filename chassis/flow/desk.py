"""The parked records of a running service, as its HTTP side shows them."""

from collections.abc import Sequence

from chassis.flow.live import LiveHost
from chassis.host import Context
from chassis.http.parking import Change, Parked, Redriven
from chassis.store.storage import ParkedKey
from contracts.refusals import NotFound


class Desk:
    """`chassis.http.parking.ParkingDesk` over a host."""

    def __init__(self, host: LiveHost) -> None:
        self._host = host

    def parked(self) -> Sequence[Parked]:
        return [_shown(parked) for parked in self._host.storage.parked_keys()]

    def show(self, key: str) -> Parked:
        return _shown(self._found(key))

    async def redrive(self, key: str, context: Context, *, preview: bool) -> Redriven:
        done = await self._host.redrive(self._found(key).topic, key, preview)
        return Redriven(
            key=key,
            preview=preview,
            obeyed=done.records,
            still_parked=done.remaining,
            reason=done.failure,
            changes=[Change(stream=stream, type=type_) for stream, type_ in done.events],
        )

    def _found(self, key: str) -> ParkedKey:
        for parked in self._host.storage.parked_keys():
            if parked.key == key:
                return parked
        raise NotFound("not-parked", "Nothing is parked under this key.")


def _shown(parked: ParkedKey) -> Parked:
    return Parked(
        key=parked.key,
        topic=parked.topic,
        reason=parked.reason,
        count=parked.records,
        first_position=parked.first_offset,
        since=parked.since,
    )
