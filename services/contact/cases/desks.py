"""The use cases beside calls: contacts that are none, promises, the feeds' signs of life, and who answers which queue."""

from dataclasses import replace
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from contracts.contact.calls import Line
from services.contact.domain.calls.call import Call
from services.contact.domain.desks import contact as contacts
from services.contact.domain.desks import contacting, feed, promise, staff
from services.contact.domain.desks.contact import Contact
from services.contact.domain.desks.contacting import ContactCommand, ReceiveContact
from services.contact.domain.desks.feed import Feed, FeedCommand, HearFeed
from services.contact.domain.desks.promise import KeepPromise, MakePromise, Promise, PromiseCommand
from services.contact.domain.desks.staff import MoveHandler
from services.contact.domain.rules import Rules
from services.contact.streams import CONTACT, FEED, HANDLER, PROMISE, contact_stream, feed_stream, handler_stream, promise_stream

DeskCommand = ContactCommand | FeedCommand | PromiseCommand | MoveHandler


class Desks:
    """The use cases, given the policy."""

    def __init__(self, policy: Dated[Rules]) -> None:
        self._policy = policy
        self._contact = replace(CONTACT, owes=lambda state: contacts.owes(state, policy.at(state.received_at).contacts))
        self._feed = replace(FEED, owes=lambda state: feed.owes(state, policy.at(state.heard_at).feeds))
        self.aggregates = (self._contact, self._feed, PROMISE, HANDLER)

    def handle(self, tx: Transaction, command: DeskCommand) -> Loaded[Any]:
        """Obey one command."""
        match command:
            case MoveHandler():
                stream = handler_stream(command.handler)
                return tx.record(HANDLER, stream, staff.decide(tx.load(HANDLER, stream).state, command, tx.now))
            case feed.HearFeed() | feed.NoteSilence() | feed.RetireFeed():
                return self._of_feed(tx, command)
            case promise.MakePromise() | promise.HandOverPromise() | promise.TryPromise() | KeepPromise() | promise.NoteBroken():
                return self._of_promise(tx, command)
            case _:
                return self._of_contact(tx, command)

    def hear(self, tx: Transaction, name: str) -> None:
        """A fact came from a feed: it lives."""
        self._of_feed(tx, HearFeed(feed=name))

    def promise(self, tx: Transaction, before: Call | None, call: Call) -> None:
        """A helpline call that broke off unanswered is promised; one that was answered keeps what was promised its number."""
        if call.line is not Line.HELPLINE:
            return
        if call.answered_at is not None and (before is None or before.answered_at is None):
            self._keep_of(tx, call)
        elif call.abandoned_at is not None and call.answered_at is None:
            made = MakePromise(promise=call.call, at=call.abandoned_at, number=call.number, number_ref=call.number_ref)
            self._of_promise(tx, made)

    def _keep_of(self, tx: Transaction, call: Call) -> None:
        if call.number_ref is None:
            return
        for stream in tx.find("promise-number", call.number_ref):
            promised = tx.load(PROMISE, stream).state
            if promised is not None and call.answered_at is not None and promised.made_at <= call.answered_at:
                self._of_promise(
                    tx, KeepPromise(promise=promised.promise, by=call.handler or "telephony", answered_call=call.call)
                )

    def _of_feed(self, tx: Transaction, command: FeedCommand) -> Loaded[Feed]:
        stream, rules = feed_stream(command.feed), self._policy.at(tx.now).feeds
        return tx.record(self._feed, stream, feed.decide(tx.load(self._feed, stream).state, command, tx.now, rules))

    def _of_promise(self, tx: Transaction, command: PromiseCommand) -> Loaded[Promise]:
        stream, rules = promise_stream(command.promise), self._policy.at(tx.now).helpline
        return tx.record(PROMISE, stream, promise.decide(tx.load(PROMISE, stream).state, command, tx.now, rules))

    def _of_contact(self, tx: Transaction, command: ContactCommand) -> Loaded[Contact]:
        stream = contact_stream(command.contact)
        if isinstance(command, ReceiveContact) and not self._policy.at(tx.now).clocks.possible(command.at, tx.now):
            command = replace(command, at=tx.now)
        state = tx.load(self._contact, stream).state
        return tx.record(self._contact, stream, contacting.decide(state, command, tx.now))
