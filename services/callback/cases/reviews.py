"""The use cases of reviews: each loads one, decides by the policy edition it was opened under, and records what follows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from chassis.ids import derived
from contracts.contact.calls import Marker
from contracts.envelope import Event
from contracts.refusals import Refused
from services.callback.domain import episode
from services.callback.domain.commands import (
    CloseMerged,
    ForgetMarker,
    LearnLocation,
    LearnMarker,
    LearnNear,
    LearnNumber,
    LinkIncident,
    NoteIncidentClosed,
    NoteIncidentMerged,
    NoteIncidentReopened,
    NoteRangAgain,
    NoteScene,
    OpenReview,
    StartAttempt,
)
from services.callback.domain.decide import Command, decide
from services.callback.domain.memory import number as numbers
from services.callback.domain.memory import scene as scenes
from services.callback.domain.memory.scene import Scene
from services.callback.domain.place import Place, kept, usable
from services.callback.domain.review import LINE_TAKEN, LINE_WANTED, PLACED, Review, hour, owes
from services.callback.domain.rules import Rules
from services.callback.streams import NUMBER, REVIEW, SCENE, review_stream

HOUR = timedelta(hours=1)


class Reviews:
    """The use cases, given the policy. `kind`: a review as it is decided on, with what it owes under its edition.

    `changed` is told of every change of a review, as it was and as it is: what people have in hand follows from it.
    """

    def __init__(self, policy: Dated[Rules]) -> None:
        self._policy = policy
        self.kind = replace(REVIEW, owes=lambda review: owes(review, self.rules_of(review)))
        self.changed: Callable[[Transaction, Review | None, Review], None] = lambda tx, before, after: None

    def rules_of(self, review: Review) -> Rules:
        """The edition a review was opened under governs it to its end."""
        return self._policy.version(review.policy)

    def record(self, tx: Transaction, stream: str, events: Sequence[Event]) -> Loaded[Review]:
        """What was decided about one review, and what follows from it for the people who have it."""
        before = tx.load(self.kind, stream).state
        after = tx.record(self.kind, stream, events)
        if events and after.state is not None:
            self.changed(tx, before, after.state)
        return after

    def handle(self, tx: Transaction, command: Any) -> Loaded[Any]:
        """Obey one command."""
        match command:
            case OpenReview():
                return self._open(tx, command)
            case LearnMarker() | ForgetMarker():
                return self._marker(tx, command)
            case NoteScene():
                return self._open_scene(tx, command)
            case NoteIncidentClosed() | NoteIncidentReopened():
                self._scene(tx, command)
                return self._each(tx, "incident", command.incident, command)
            case NoteIncidentMerged():
                return self._each(tx, "incident", command.into if command.again else command.incident, command)
            case _:
                return self._one(tx, review_stream(command.review), command)

    def _open(self, tx: Transaction, command: OpenReview) -> Loaded[Review]:
        """With what callback knows by itself: markers heard before, incidents near, the review the caller's calls go on in."""
        stream = review_stream(command.review)
        loaded = tx.load(self.kind, stream)
        if loaded.state is not None:
            return loaded
        rules = self._policy.at(tx.now)
        if command.number_ref is not None:
            command = self._with_number(tx, command, command.number_ref, rules)
        if command.location is not None:
            place = kept(command.abandoned_at, command.location)
            command = replace(command, near=self._near(tx, place, command.abandoned_at, rules))
        opened = self.record(tx, stream, decide(None, command, tx.now, rules))
        if opened.state is not None and opened.state.merged_into is not None:
            self._share(tx, opened.state, joins=True)
        return tx.load(self.kind, stream)

    def _with_number(self, tx: Transaction, command: OpenReview, number_ref: str, rules: Rules) -> OpenReview:
        others = self._of_number(tx, number_ref, rules)
        since = command.abandoned_at - timedelta(seconds=rules.repeat_within_s)
        silent = rules.silent_abandonments
        repeats = (other.abandonment in silent and since <= other.abandoned_at <= command.abandoned_at for other in others)
        lead = _leading(others, tx.now, rules)
        kept_in_mind = self._markers(tx, number_ref)
        return replace(
            command,
            markers=(*command.markers, *(marker for marker in kept_in_mind if marker not in command.markers)),
            into=None if lead is None else lead.review,
            silent_repeat=command.abandonment in silent and any(repeats),
        )

    def _one(self, tx: Transaction, stream: str, command: Command) -> Loaded[Review]:
        review = tx.load(self.kind, stream).state
        rules = self._policy.at(tx.now) if review is None else self.rules_of(review)
        if review is not None:
            if review.merged_into is not None and isinstance(command, NoteRangAgain | LinkIncident):
                return self._one(tx, review_stream(review.merged_into), replace(command, review=review.merged_into))
            command = self._informed(tx, review, command, rules)
        after = self.record(tx, stream, decide(review, command, tx.now, rules))
        self._episode(tx, review, after.state)
        return after

    def _informed(self, tx: Transaction, review: Review, command: Command, rules: Rules) -> Command:
        """The command with what only a look into the store can add."""
        match command:
            case StartAttempt() if review.planned is not None:
                taken = len(tx.find(*LINE_TAKEN))
                return replace(
                    command,
                    attempt_id=derived("attempt", review.review, review.planned.n),
                    lines_taken=taken,
                    waiting=len(tx.find(*LINE_WANTED)) if taken >= rules.trunks else 0,
                    rung_at=tuple(self._rung(tx, review, tx.now)),
                )
            case LearnNumber():
                others = [other for other in self._of_number(tx, command.number_ref, rules) if other.review != review.review]
                lead = _leading(others, tx.now, rules)
                into = None if lead is None else lead.review
                return replace(command, markers=self._markers(tx, command.number_ref), into=into)
            case LinkIncident() if command.by is not None:
                self._must_be_open(tx, command.incident)
                return command
            case LearnLocation():
                place = kept(command.at, command.location)
                return replace(command, near=self._near(tx, place, review.abandoned_at, rules))
            case _:
                return command

    def _must_be_open(self, tx: Transaction, incident: str) -> None:
        scene = tx.load(SCENE, f"scene-{incident}").state
        if scene is None or not scene.open:
            raise Refused("incident-not-open", "no open incident with a place is known by this name", ("an incident in `near`",))

    def _episode(self, tx: Transaction, before: Review | None, after: Review | None) -> None:
        """What one review of an episode learns, the one that leads learns; what ends the one that leads, ends all."""
        if before is None or after is None or after == before:
            return
        if after.open and after.merged_into is not None:
            self._share(tx, after, joins=before.merged_into is None)
        if before.open and not after.open:
            for stream in tx.find("episode", after.review):
                merged = stream.removeprefix("review-")
                self._one(tx, stream, CloseMerged(review=merged, into=after.review, reason=after.closing_reason or ""))

    def _share(self, tx: Transaction, review: Review, *, joins: bool) -> None:
        told = episode.shared(review, joins=joins)
        self._one(tx, review_stream(told.review), told)

    def _each(self, tx: Transaction, name: str, value: str, command: Command) -> Loaded[Review]:
        """The same for every review that stands in an index under a value; the last of them, or none."""
        last: Loaded[Review] = Loaded(f"{name} {value}", None, 0)
        for stream in tx.find(name, value):
            last = self._one(tx, stream, command)
        return last

    def _of_number(self, tx: Transaction, number_ref: str, rules: Rules) -> list[Review]:
        """The reviews of a number that are open, or ended lately."""
        ended = self._lately(tx, number_ref, tx.now - rules.reopen_within, tx.now)
        return [*ended, *self._found(tx, tx.find("number", number_ref))]

    def _marker(self, tx: Transaction, command: LearnMarker | ForgetMarker) -> Loaded[Any]:
        stream = f"number-{command.number_ref}"
        noted = tx.record(NUMBER, stream, numbers.decide(tx.load(NUMBER, stream).state, command, tx.now))
        if isinstance(command, LearnMarker):
            self._each(tx, "number", command.number_ref, command)
        return noted

    def _markers(self, tx: Transaction, number_ref: str) -> tuple[Marker, ...]:
        known = tx.load(NUMBER, f"number-{number_ref}").state
        return () if known is None else known.markers

    def _scene(self, tx: Transaction, command: NoteScene | NoteIncidentClosed | NoteIncidentReopened) -> Loaded[Scene]:
        stream = f"scene-{command.incident}"
        return tx.record(SCENE, stream, scenes.decide(tx.load(SCENE, stream).state, command, tx.now))

    def _open_scene(self, tx: Transaction, command: NoteScene) -> Loaded[Scene]:
        """It is seen beside every call that broke off near it, whichever of the two came first."""
        noted = self._scene(tx, command)
        if noted.state is None or not noted.state.open:
            return noted
        rules = self._policy.at(tx.now)
        for stream in sorted({one for cell in scenes.cells(noted.state.place, rules) for one in tx.find(PLACED, cell)}):
            review = tx.load(self.kind, stream).state
            if review is not None and any(_sees(review, place, noted.state, self.rules_of(review)) for place in review.places):
                self._one(tx, stream, LearnNear(review=review.review, incident=command.incident))
        return noted

    def _near(self, tx: Transaction, place: Place, at: datetime, rules: Rules) -> tuple[str, ...]:
        if place.radius_m is not None and place.radius_m > rules.usable_radius_m:
            return ()
        streams = [stream for cell in scenes.cells(place, rules) for stream in tx.find("scene", cell)]
        found = (tx.load(SCENE, stream).state for stream in streams)
        return tuple(scene.incident for scene in found if scene is not None and scenes.near(scene, place, at, rules))

    def _rung(self, tx: Transaction, review: Review, now: datetime) -> Iterator[datetime]:
        """When the number was rung within the last hour, over all its reviews."""
        if review.number_ref is None:
            return
        for other in self._lately(tx, review.number_ref, now - HOUR, now):
            yield from (attempt.started_at for attempt in other.attempts if attempt.started_at is not None)

    def _lately(self, tx: Transaction, number_ref: str, start: datetime, end: datetime) -> Iterator[Review]:
        hours = {hour(number_ref, at) for at in (start, end)}
        return self._found(tx, sorted({stream for value in hours for stream in tx.find("number-hour", value)}))

    def _found(self, tx: Transaction, streams: list[str]) -> Iterator[Review]:
        found = (tx.load(self.kind, stream).state for stream in streams)
        return (review for review in found if review is not None)


def _sees(review: Review, place: Place, scene: Scene, rules: Rules) -> bool:
    return usable(place, rules.usable_radius_m) and scenes.near(scene, place, review.abandoned_at, rules)


def _leading(others: list[Review], now: datetime, rules: Rules) -> Review | None:
    """The review in which the caller's next call goes on: the open one, else the one that ended last without contact."""
    open_ones = [other for other in others if other.open and other.merged_into is None]
    if open_ones:
        return min(open_ones, key=lambda other: (other.opened_at, other.review))
    ended = [other for other in others if episode.reopens(other, now, rules)]
    return max(ended, key=lambda other: (str(other.closed_at), other.review), default=None)
