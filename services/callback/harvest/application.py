"""Use cases of a harvest: a harvested review waits, is called up in its turn, and learns of further attempts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.store.aggregate import Aggregate
from contracts.callback.turns import TurnsBegun, TurnsTaken
from contracts.envelope import Event
from services.callback.cases.reviews import Reviews
from services.callback.domain import turn
from services.callback.domain.commands import OpenReview
from services.callback.domain.course import follow
from services.callback.domain.desk_rules import DeskRules
from services.callback.domain.evolve import after
from services.callback.domain.review import Review
from services.callback.domain.turn import GiveTurn, LearnAttempts
from services.callback.harvest import turns
from services.callback.harvest.turns import Turns
from services.callback.streams import review_stream

TURNS = Aggregate("turns", Turns, turns.EVOLVE, owes=turns.owes)
STREAM = "turns-all"
"""There is one line of callers, whatever lists they come from."""


@dataclass(frozen=True, slots=True)
class Harvests:
    """The use cases, given those of reviews and the policy of the desk."""

    reviews: Reviews
    policy: Dated[DeskRules]

    def opened(self, tx: Transaction, command: OpenReview) -> Loaded[Any]:
        """A review from a carrier's list: it has until the harvest's deadline, and its turn will come."""
        rules = self.policy.at(tx.now)
        late = replace(command, deadline=tx.now + timedelta(seconds=rules.harvest_deadline_s))
        told = self.reviews.handle(tx, late)
        line = tx.load(TURNS, STREAM).state
        if told.state is not None and turn.waits(told.state) and (line is None or line.next_at is None):
            begun = TurnsBegun(at=tx.now, policy=rules.version, next_at=tx.now + rules.turn_every)
            tx.record(TURNS, STREAM, [begun])
        return told

    def turns(self, tx: Transaction) -> Loaded[Turns]:
        """Call up the foremost in line; the risk that is known now decides who that is, not the order of the list."""
        rules = self.policy.at(tx.now)
        foremost = tx.first("turn", rules.turns_at_once + 1)
        called = foremost[: rules.turns_at_once]
        for stream in called:
            self.called(tx, GiveTurn(review=stream.removeprefix("review-")))
        left = len(foremost) > len(called)
        taken = TurnsTaken(
            at=tx.now,
            policy=rules.version,
            reviews=tuple(stream.removeprefix("review-") for stream in called),
            next_at=tx.now + rules.turn_every if left else None,
        )
        return tx.record(TURNS, STREAM, [taken])

    def called(self, tx: Transaction, command: GiveTurn) -> Loaded[Review]:
        """One turn: from now on the review goes its course."""
        review = tx.load(self.reviews.kind, review_stream(command.review)).state
        return self._record(tx, command.review, review, turn.give(review, tx.now))

    def learned(self, tx: Transaction, command: LearnAttempts) -> Loaded[Review]:
        """Further attempts of a caller."""
        review = tx.load(self.reviews.kind, review_stream(command.review)).state
        return self._record(tx, command.review, review, turn.learn(review, command, tx.now))

    def _record(self, tx: Transaction, review: str, state: Review | None, facts: Sequence[Event]) -> Loaded[Review]:
        changed = after(state, facts)
        if changed is not None and facts:
            facts = [*facts, *follow(changed, tx.now, self.reviews.rules_of(changed))]
        return self.reviews.record(tx, review_stream(review), facts)
