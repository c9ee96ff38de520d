"""Use cases of neutral texts: whether one may go, what became of it, who answered, and who is told when nobody did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from chassis.store.aggregate import Aggregate
from contracts.callback.reviews import Role
from contracts.callback.texts import Delivery, TextAwaited
from contracts.envelope import Event
from contracts.refusals import NotFound, Refused
from services.callback.cases.reviews import Reviews
from services.callback.domain import gate
from services.callback.domain.commands import EscalateReview
from services.callback.domain.course import consequence
from services.callback.domain.desk_rules import DeskRules
from services.callback.domain.review import Review
from services.callback.domain.rules import Then
from services.callback.streams import review_stream
from services.callback.texts import message as messages
from services.callback.texts.message import LearnContact, Message, PassDelivery, PassReply, ReportDelivery, SendText

TEXT = Aggregate("text", Message, messages.EVOLVE, owes=messages.owes, index=messages.index)


def text_stream(text_id: str) -> str:
    """The stream of a text."""
    return f"text-{text_id}"


@dataclass(frozen=True, slots=True)
class Texts:
    """The use cases, given those of reviews and the policy of the desk."""

    reviews: Reviews
    policy: Dated[DeskRules]

    def send(self, tx: Transaction, command: SendText) -> Loaded[Message]:
        """Through the gate, or not at all; refused in words when somebody asked for it."""
        rules = self.policy.at(tx.now)
        review = tx.load(self.reviews.kind, review_stream(command.review)).state
        if review is None:
            raise NotFound("review-unknown", "there is no review of this id")
        sent = tx.find("text", review.review)
        text_id = derived("text", review.review, len(sent) + 1)
        stream = text_stream(text_id)
        why = self._refusal(review, len(sent), rules)
        if why is not None:
            if command.unasked:
                return tx.load(TEXT, stream)
            raise why
        started = gate.text(review, text_id, rules.text_words, tx.now, self.reviews.rules_of(review))
        assert started is not None
        awaited = TextAwaited(
            at=tx.now,
            review=review.review,
            text_id=text_id,
            by=command.by,
            policy=rules.version,
            deliver_by=tx.now + timedelta(seconds=rules.delivery_within_s),
            reply_by=tx.now + timedelta(seconds=rules.reply_within_s),
            number_ref=review.number_ref,
        )
        return tx.record(TEXT, stream, [started, awaited])

    def _refusal(self, review: Review, sent: int, rules: DeskRules) -> Refused | None:
        if not rules.texts_allowed:
            return Refused("texts-not-allowed", "the policy allows no texts", ("ring", "escalate"))
        shut = gate.shut(review, self.reviews.rules_of(review))
        if shut:
            return Refused("gate-shut", f"nothing may go to this telephone: {'; '.join(shut)}", ("escalate",))
        if sent >= rules.texts_per_review:
            return Refused("text-limit", f"the policy allows {rules.texts_per_review} for one review", ("ring", "escalate"))
        return None

    def by_itself(self, tx: Transaction, review: Review) -> None:
        """After so many attempts without contact the policy may want a text."""
        wanted = self.policy.at(tx.now).text_after_attempts
        rules = self.reviews.rules_of(review)
        if wanted and review.open and sum(consequence(one, rules) is Then.NEXT for one in review.attempts) >= wanted:
            self.send(tx, SendText(review=review.review, by=f"policy {self.policy.at(tx.now).version}", unasked=True))

    def report(self, tx: Transaction, command: ReportDelivery) -> Loaded[Message]:
        """What became of it, as the network tells."""
        return self._of(tx, command.text_id, lambda text: messages.report(text, command.delivery, tx.now))

    def pass_delivery(self, tx: Transaction, command: PassDelivery) -> Loaded[Message]:
        """The network was silent."""
        return self._of(tx, command.text_id, lambda text: messages.report(text, Delivery.UNKNOWN, tx.now))

    def pass_reply(self, tx: Transaction, command: PassReply) -> Loaded[Message]:
        """Nobody answered: an alarm, and somebody looks at the review if it is open."""
        told = self._of(tx, command.text_id, lambda text: messages.pass_reply(text, tx.now))
        if told.state is not None and told.state.alarm:
            self._hand_on(tx, told.state, "nobody answered the text")
        return told

    def learned(self, tx: Transaction, command: LearnContact) -> Loaded[Message]:
        """Somebody got in touch: a person reads what they said."""
        last: Loaded[Message] = Loaded(f"number {command.number_ref}", None, 0)
        for stream in tx.find("text-awaited", command.number_ref):
            last = self._of(tx, stream.removeprefix("text-"), lambda text: messages.answered(text, command))
            if last.state is not None and last.state.answered_by == command.contact:
                self._hand_on(tx, last.state, f"the text was answered: read contact {command.contact}")
        return last

    def _of(self, tx: Transaction, text_id: str, told: Callable[[Message], list[Event]]) -> Loaded[Message]:
        text = tx.load(TEXT, text_stream(text_id))
        if text.state is None:
            raise NotFound("text-unknown", "no text of this id was sent")
        return tx.record(TEXT, text.stream, told(text.state))

    def _hand_on(self, tx: Transaction, text: Message, reason: str) -> None:
        review = tx.load(self.reviews.kind, review_stream(text.review)).state
        while review is not None and review.merged_into is not None:
            review = tx.load(self.reviews.kind, review_stream(review.merged_into)).state
        if review is not None and review.open:
            by = f"policy {self.policy.at(tx.now).version}"
            self.reviews.handle(tx, EscalateReview(review=review.review, by=by, reason=reason, to=Role.CALL_HANDLER))
