"""One neutral text: what was sent for which review, what the network said of it, and whether somebody answered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback.reviews import TextStarted
from contracts.callback.texts import Delivery, TextAnswered, TextAwaited, TextDelivered, TextUnanswered
from contracts.envelope import Event
from services.callback.domain.review import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class SendText:
    """Send the policy's words to the number of a review. `by` names who wants it; `unasked`: the policy did, and nobody is told
    why it would not go."""

    review: str
    by: str
    unasked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDelivery:
    """The network says what became of a text."""

    text_id: str
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnContact:
    """Somebody got in touch from a number by another way than a call."""

    number_ref: str
    contact: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDelivery:
    """Nobody said in time what became of a text."""

    text_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReply:
    """Nobody answered a text in time."""

    text_id: str


TextCommand = SendText | ReportDelivery | LearnContact | PassDelivery | PassReply


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One text. `answered_by` is the contact in which somebody got in touch."""

    text_id: str
    review: str
    words: str
    started_at: datetime
    by: str = ""
    number_ref: str | None = None
    deliver_by: datetime | None = None
    reply_by: datetime | None = None
    delivery: Delivery | None = None
    answered_by: str | None = None
    unanswered_at: datetime | None = None

    @property
    def alarm(self) -> bool:
        """Whether somebody must look: nobody answered."""
        return self.unanswered_at is not None and self.answered_by is None


def owes(message: Message) -> Mapping[str, datetime]:
    """The network's word, then the reader's."""
    timers: dict[str, datetime] = {}
    if message.delivery is None and message.deliver_by is not None:
        timers["delivery"] = message.deliver_by
    if message.answered_by is None and message.unanswered_at is None and message.reply_by is not None:
        timers["reply"] = message.reply_by
    return timers


def index(message: Message) -> Iterable[tuple[str, str]]:
    """By review; by number as long as nobody answered; those nobody answered in time, the oldest first."""
    yield "text", message.review
    if message.answered_by is None and message.number_ref is not None:
        yield "text-awaited", message.number_ref
    if message.alarm and message.unanswered_at is not None:
        yield "text-alarm", stamp(message.unanswered_at)


def report(message: Message, delivery: Delivery, now: datetime) -> list[Event]:
    """The network's first word counts, and a later one only where nobody knew."""
    if message.delivery not in (None, Delivery.UNKNOWN) or message.delivery == delivery:
        return []
    return [TextDelivered(at=now, review=message.review, text_id=message.text_id, delivery=delivery)]


def answered(message: Message, command: LearnContact) -> list[Event]:
    """An answer is whatever comes from the number after the text, however late."""
    if message.answered_by is not None or command.at < message.started_at:
        return []
    return [TextAnswered(at=command.at, review=message.review, text_id=message.text_id, contact=command.contact)]


def pass_reply(message: Message, now: datetime) -> list[Event]:
    """The alarm, once."""
    if message.answered_by is not None or message.unanswered_at is not None:
        return []
    return [TextUnanswered(at=now, review=message.review, text_id=message.text_id, delivery=message.delivery)]


def _started(_: Message | None, event: TextStarted) -> Message:
    return Message(event.text_id, event.review, event.words, event.at)


def _awaited(message: Message, event: TextAwaited) -> Message:
    return replace(message, by=event.by, number_ref=event.number_ref, deliver_by=event.deliver_by, reply_by=event.reply_by)


def _delivered(message: Message, event: TextDelivered) -> Message:
    return replace(message, delivery=event.delivery)


def _answered(message: Message, event: TextAnswered) -> Message:
    return replace(message, answered_by=event.contact)


def _unanswered(message: Message, event: TextUnanswered) -> Message:
    return replace(message, unanswered_at=event.at)


EVOLVE: dict[type[Event], Callable[[Any, Any], Message]] = {
    TextStarted: _started,
    TextAwaited: _awaited,
    TextDelivered: _delivered,
    TextAnswered: _answered,
    TextUnanswered: _unanswered,
}
