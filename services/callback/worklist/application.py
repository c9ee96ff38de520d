"""Use cases of the worklist: take, work, give back, log off; each on the item, with a look at the review it is about."""

from dataclasses import dataclass
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from contracts.callback.worklist import PersonLoggedOff
from contracts.refusals import NotFound
from services.callback.cases.reviews import Reviews
from services.callback.domain.desk_rules import DeskRules
from services.callback.domain.review import Review
from services.callback.streams import review_stream
from services.callback.worklist import item as items
from services.callback.worklist import person as people
from services.callback.worklist.commands import ByPeople, ItemCommand, LogOff
from services.callback.worklist.decide import decide, follow, handed_over, wanted, worked
from services.callback.worklist.item import Item
from services.callback.worklist.person import Person

ITEM = Aggregate("item", Item, items.EVOLVE, owes=items.owes, index=items.index, revision=2)
PERSON = Aggregate("person", Person, people.EVOLVE)


def item_stream(review: str) -> str:
    """The stream of the item that a review is on the worklist."""
    return f"item-{review}"


def person_stream(person: str) -> str:
    """The stream of somebody at the desk."""
    return f"person-{derived('person', person)}"


@dataclass(frozen=True, slots=True)
class Worklist:
    """The use cases, given those of reviews and the policy of the desk."""

    reviews: Reviews
    policy: Dated[DeskRules]

    def handle(self, tx: Transaction, command: ItemCommand) -> Loaded[Item]:
        """Obey one command about one item."""
        stream = item_stream(command.review)
        item = tx.load(ITEM, stream).state
        if item is None and isinstance(command, ByPeople):
            self._must_exist(tx, command.review)
        told = decide(item, command, self._review(tx, command.review), tx.now, self.policy.at(tx.now))
        return tx.record(ITEM, stream, told)

    def worked(self, tx: Transaction, review: str) -> None:
        """Whoever acts on a review they have in hand shows that they live."""
        stream = item_stream(review)
        item = tx.load(ITEM, stream).state
        if item is not None:
            tx.record(ITEM, stream, worked(item, tx.actor, self._open(tx, review), tx.now, self.policy.at(tx.now)))

    def follow(self, tx: Transaction, before: Review | None, after: Review) -> None:
        """What was handed to people waits for one of them, and nobody need have what is over or with an incident."""
        over = before is not None and before.open and not after.open
        if over or wanted(before) != wanted(after):
            stream = item_stream(after.review)
            told = follow(tx.load(ITEM, stream).state, after, tx.now, self.policy.at(tx.now))
            tx.record(ITEM, stream, told)

    def log_off(self, tx: Transaction, command: LogOff) -> Loaded[Person]:
        """Everything a person has goes back to the list, to be acknowledged by somebody else."""
        stream = person_stream(command.person)
        tx.load(PERSON, stream)  # first, for it is the version of what is answered that If-Match speaks of
        left, rules = [], self.policy.at(tx.now)
        for taken in tx.find("taken", command.person):
            item = tx.load(ITEM, taken).state
            if item is not None:
                open_ = self._open(tx, item.review)
                tx.record(ITEM, taken, handed_over(item, open_, tx.now, rules))
                left += [item.review] if open_ else []
        gone = PersonLoggedOff(at=tx.now, person=command.person, by=command.by, reviews=tuple(left))
        return tx.record(PERSON, stream, [gone])

    def _review(self, tx: Transaction, review: str) -> Review | None:
        return tx.load(self.reviews.kind, review_stream(review)).state

    def _open(self, tx: Transaction, review: str) -> bool:
        state = self._review(tx, review)
        return state is not None and state.open

    def _must_exist(self, tx: Transaction, review: str) -> None:
        loaded: Loaded[Any] = tx.load(self.reviews.kind, review_stream(review))
        if loaded.state is None:
            raise NotFound("review-unknown", "there is no review of this id")
