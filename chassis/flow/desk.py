"""The parked records of a running service, as its HTTP side shows them."""

from collections.abc import Sequence

from chassis.flow.live import LiveHost
from chassis.http.parking import Change, Parked, Redriven
from chassis.store.storage import ParkedKey
from contracts.refusals import NotFound


class Desk:
    """`chassis.http.parking.ParkingDesk` over a host."""

    def __init__(self, host: LiveHost) -> None:
        self._host = host

    def parked(self) -> Sequence[Parked]:
        return [_shown(parked) for parked in self._host.storage.parked_keys()]

    def show(self, topic: str, key: str) -> Parked:
        for parked in self._host.storage.parked_keys():
            if (parked.topic, parked.key) == (topic, key):
                return _shown(parked)
        raise NotFound("not-parked", "Nothing of this topic is parked under this key.")

    async def redrive(self, topic: str, key: str, *, preview: bool) -> Redriven:
        done = await self._host.redrive(topic, key, preview)
        return Redriven(
            topic=topic,
            key=key,
            preview=preview,
            records=done.records,
            remaining=done.remaining,
            failure=done.failure,
            events=[Change(stream=stream, type=type_) for stream, type_ in done.events],
        )


def _shown(parked: ParkedKey) -> Parked:
    return Parked(
        topic=parked.topic,
        key=parked.key,
        reason=parked.reason,
        records=parked.records,
        first_offset=parked.first_offset,
        since=parked.since,
    )
