"""All of callback's use cases in one: reviews, and around them what the desk does with them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.store.aggregate import Aggregate
from services.callback.cases.reviews import Reviews
from services.callback.domain import turn
from services.callback.domain.commands import (
    CloseReview,
    EndRinging,
    EscalateReview,
    GiveUpWaiting,
    OpenReview,
    RecordOutcome,
)
from services.callback.domain.desk_rules import DeskRules
from services.callback.domain.review import Review
from services.callback.domain.rules import Rules
from services.callback.domain.turn import GiveTurn, LearnAttempts
from services.callback.harvest.application import TURNS, Harvests
from services.callback.harvest.turns import GiveTurns
from services.callback.reconciliation.application import ACCOUNT, CARRIED, Reconciliation
from services.callback.reconciliation.carried import ExplainOrphan, LookForReview, TellCarried
from services.callback.reconciliation.hours import entries
from services.callback.streams import NUMBER, SCENE
from services.callback.texts.application import TEXT, Texts
from services.callback.texts.message import LearnContact, PassDelivery, PassReply, ReportDelivery, SendText, TextCommand
from services.callback.worklist.application import ITEM, PERSON, Worklist
from services.callback.worklist.commands import ByPeople, ByTimers, LogOff
from services.callback.worklist.rank import rank


class Callback:
    """The use cases, given the policies."""

    def __init__(self, policy: Dated[Rules], desk: Dated[DeskRules], reference: Callable[[str, str], str]) -> None:
        self._reviews = Reviews(policy)
        reviews = self._reviews.kind
        self._reviews.kind = replace(reviews, index=lambda review: (*reviews.index(review), *_placed(review)))
        self._harvests = Harvests(self._reviews, desk)
        self._worklist = Worklist(self._reviews, desk)
        self._reviews.changed = self._worklist.follow
        self._texts = Texts(self._reviews, desk)
        self._reconciliation = Reconciliation(self._reviews, desk, reference)

    @property
    def aggregates(self) -> tuple[Aggregate[Any], ...]:
        """Every kind of stream."""
        return (self._reviews.kind, NUMBER, SCENE, TURNS, ITEM, PERSON, CARRIED, ACCOUNT, TEXT)

    def handle(self, tx: Transaction, command: Any) -> Loaded[Any]:
        """Obey one command."""
        match command:
            case OpenReview():
                return self._open(tx, command)
            case GiveTurns():
                return self._harvests.turns(tx)
            case GiveTurn():
                return self._harvests.called(tx, command)
            case LearnAttempts():
                return self._harvests.learned(tx, command)
            case _ if isinstance(command, ByPeople | ByTimers):
                return self._worklist.handle(tx, command)
            case TellCarried():
                return self._reconciliation.tell(tx, command)
            case LookForReview():
                return self._reconciliation.look(tx, command)
            case ExplainOrphan():
                return self._reconciliation.explain(tx, command)
            case LogOff():
                return self._worklist.log_off(tx, command)
            case SendText() | ReportDelivery() | PassDelivery() | PassReply() | LearnContact():
                return self._text(tx, command)
            case EndRinging() | GiveUpWaiting():
                told = self._reviews.handle(tx, command)
                if told.state is not None:
                    self._texts.by_itself(tx, told.state)
                return told
            case RecordOutcome() | EscalateReview() | CloseReview():
                told = self._reviews.handle(tx, command)
                self._worklist.worked(tx, command.review)
                return told
            case _:
                return self._reviews.handle(tx, command)

    def _text(self, tx: Transaction, command: TextCommand) -> Loaded[Any]:
        match command:
            case SendText():
                return self._texts.send(tx, command)
            case ReportDelivery():
                return self._texts.report(tx, command)
            case PassDelivery():
                return self._texts.pass_delivery(tx, command)
            case PassReply():
                return self._texts.pass_reply(tx, command)
            case LearnContact():
                return self._texts.learned(tx, command)

    def _open(self, tx: Transaction, command: OpenReview) -> Loaded[Any]:
        told = self._reviews.handle(tx, command) if command.harvest is None else self._harvests.opened(tx, command)
        review: Review | None = told.state
        if review is not None:
            self._reconciliation.opened(tx, review)
            if review.harvest is None and review.merged_into is not None:
                self._harvests.called(tx, GiveTurn(review=review.merged_into))  # who breaks off now does not wait for a turn
        return told


def _placed(review: Review) -> Iterable[tuple[str, str]]:
    """Every review by the hours of its calls; open ones by rank, and those whose turn has yet to come by the same."""
    yield from entries(review)
    if review.open:
        key = rank(review).key
        yield "ranked", key
        if turn.waits(review) and review.gate_open:
            yield "turn", key
