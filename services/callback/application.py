"""Callback's use cases: each loads one review, decides by the policy edition it was opened under, and records what follows."""

from dataclasses import replace
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from services.callback.domain.commands import LearnMarker, NoteIncidentClosed, StartAttempt
from services.callback.domain.decide import Command, decide
from services.callback.domain.review import EVOLVE, Review, index, owes
from services.callback.domain.rules import Rules


def review_stream(review: str) -> str:
    """The stream of a review."""
    return f"review-{review}"


REVIEW = Aggregate("review", Review, EVOLVE, index=index)
"""A review as it is read. What it owes depends on the edition of the policy too: `Callback.reviews` knows that."""


class Callback:
    """The use cases, given the policy. `reviews` is its one kind of stream."""

    def __init__(self, policy: Dated[Rules]) -> None:
        self._policy = policy
        self.reviews = replace(REVIEW, owes=lambda review: owes(review, self.rules_of(review)))

    def rules_of(self, review: Review) -> Rules:
        """The edition a review was opened under governs it to its end."""
        return self._policy.version(review.policy)

    def handle(self, tx: Transaction, command: Any) -> Loaded[Review]:
        """Obey one command."""
        match command:
            case LearnMarker():
                return self._each(tx, "number", command.number_ref, command)
            case NoteIncidentClosed():
                return self._each(tx, "incident", command.incident, command)
            case _:
                return self._one(tx, review_stream(command.review), command)

    def _one(self, tx: Transaction, stream: str, command: Command) -> Loaded[Review]:
        review = tx.load(self.reviews, stream).state
        rules = self._policy.at(tx.now) if review is None else self.rules_of(review)
        if isinstance(command, StartAttempt) and review is not None and review.planned is not None:
            command = replace(command, attempt_id=derived("attempt", review.review, review.planned.n))
        return tx.record(self.reviews, stream, decide(review, command, tx.now, rules))

    def _each(self, tx: Transaction, name: str, value: str, command: Command) -> Loaded[Review]:
        """The same for every review that stands in an index under a value; the last of them, or none."""
        last: Loaded[Review] = Loaded(f"{name} {value}", None, 0)
        for stream in tx.find(name, value):
            last = self._one(tx, stream, command)
        return last
