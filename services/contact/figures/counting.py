"""Counts all calls of a store in one pass over its events, in bounded memory, however late something about a call was told."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from services.contact.figures.call_facts import CallFacts, Told, follow, of_stream
from services.contact.figures.tally import Tally

AT_HAND = 20_000
"""So many calls are kept at hand. One that comes back after it was counted is read again from its own stream."""


class Counting:
    """Feed it contact's events in the order of their positions. `again(stream)` reads a stream from its beginning."""

    def __init__(self, tallies: Iterable[Tally], again: Callable[[str], Sequence[Told]], at_hand: int = AT_HAND) -> None:
        self._tallies, self._again, self._most = tuple(tallies), again, at_hand
        self._at_hand: OrderedDict[str, CallFacts] = OrderedDict()

    def feed(self, told: Told) -> None:
        """Follow one event; a call that has not been heard of for long is counted as it stands."""
        if not told.stream.startswith("call-"):
            return
        before = self._at_hand.pop(told.stream, None)
        if before is None and told.version > 1:
            before = self._taken_back(told)
        after = follow(before, told)
        if after is not None:
            self._at_hand[told.stream] = after
        if len(self._at_hand) > self._most:
            self._count(self._at_hand.popitem(last=False)[1], 1)

    def finish(self) -> None:
        """Nothing more will be told: count what is still at hand."""
        while self._at_hand:
            self._count(self._at_hand.popitem()[1], 1)

    def _taken_back(self, told: Told) -> CallFacts | None:
        """The call as it was counted; with what follows it will be counted anew."""
        counted = of_stream(one for one in self._again(told.stream) if one.version < told.version)
        if counted is not None:
            self._count(counted, -1)
        return counted

    def _count(self, call: CallFacts, times: int) -> None:
        for tally in self._tallies:
            tally.count(call, times)
