"""Tests of a decision that read as a story: given these events, when this is asked, then this follows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from chassis.store.aggregate import Aggregate
from chassis.testing.memory import folded
from contracts.envelope import Event
from contracts.refusals import Refused

S = TypeVar("S", bound=msgspec.Struct)

Decide = Callable[[Any, Any, datetime], Sequence[Event]]


class Scenario(Generic[S]):
    """The history of one stream, told event by event. `when` adds what was decided to it, so a story can go on."""

    def __init__(self, aggregate: Aggregate[S], decide: Decide) -> None:
        self._aggregate = aggregate
        self._decide = decide
        self.state: S | None = None
        self.decided: list[Event] = []
        self.refused: Refused | None = None

    def given(self, *events: Event) -> "Scenario[S]":
        """These events happened."""
        for event in events:
            self.state = folded(self._aggregate, self.state, event)
        return self

    def when(self, command: object, now: datetime) -> "Scenario[S]":
        """This was asked; the outcome waits for one of the `then`s."""
        try:
            self.decided, self.refused = list(self._decide(self.state, command, now)), None
        except Refused as refused:
            self.decided, self.refused = [], refused
        return self.given(*self.decided)

    def then(self, *events: Event) -> "Scenario[S]":
        """Exactly these events were decided; none: nothing followed."""
        assert self.refused is None, f"refused: {self.refused}"
        assert self.decided == list(events), f"decided: {self.decided}"
        return self

    def then_says(self, *kinds: type[Event]) -> "Scenario[S]":
        """Events of exactly these types were decided, in this order."""
        assert self.refused is None, f"refused: {self.refused}"
        assert [type(event) for event in self.decided] == list(kinds), f"decided: {self.decided}"
        return self

    def then_refused(self, code: str, kind: type[Refused] = Refused) -> "Scenario[S]":
        """It was refused with this code, as this kind of refusal."""
        assert type(self.refused) is kind, f"decided: {self.decided}, refused: {self.refused!r}"
        assert self.refused.code == code, f"refused: {self.refused.code}"
        return self

    def owes(self) -> dict[str, datetime]:
        """The timers that are open now."""
        return {} if self.state is None else dict(self._aggregate.owes(self.state))

    def index(self) -> set[tuple[str, str]]:
        """The entries under which the stream can be found now."""
        return set() if self.state is None else set(self._aggregate.index(self.state))
