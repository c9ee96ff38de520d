"""What only shows when a review is loaded and recorded: the edition that governs it, and facts that find reviews by an index."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.dated import Dated
from chassis.testing.memory import MemoryTransaction
from contracts.callback.reviews import AttemptStarted, Disposition, ReviewAssessed, ReviewClosed, ReviewOpened
from contracts.contact.calls import Abandonment, Marker
from services.callback.cases.reviews import Reviews
from services.callback.domain.commands import (
    LearnMarker,
    LinkIncident,
    NoteIncidentClosed,
    OpenReview,
    StartAttempt,
)
from services.callback.domain.rules import Rules
from services.callback.policy import default

T = datetime(2017, 6, 1, 12, tzinfo=UTC)


def opening(review: str, number_ref: str = "tel:1") -> OpenReview:
    return OpenReview(
        review=review,
        abandonment=Abandonment.IN_QUEUE,
        abandoned_at=T,
        number="+447700900123",
        number_ref=number_ref,
    )


@pytest.fixture
def tx() -> MemoryTransaction:
    return MemoryTransaction(T)


def two_editions(folder: Path) -> Dated[Rules]:
    shipped = Path(default.__file__).with_suffix(".toml").read_text().split("[[policy]]", 1)[1]
    old = shipped.replace("from = 1970-01-01T00:00:00Z", "from = 1970-01-01T00:00:00Z\nuntil = 2017-06-01T12:30:00Z")
    new = shipped.replace("callback-default-1", "callback-2").replace("1970-01-01T00:00:00Z", "2017-06-01T12:30:00Z")
    new = new.replace("ring_s = 30", "ring_s = 60")
    path = folder / "callback.toml"
    path.write_text(f"[[policy]]{old}\n[[policy]]{new}")
    return default.load(path)


def test_a_review_is_governed_to_its_end_by_the_edition_it_was_opened_under(tmp_path: Path, tx: MemoryTransaction) -> None:
    reviews = Reviews(two_editions(tmp_path))
    reviews.handle(tx, opening("old", "tel:1"))
    tx.now = T + timedelta(minutes=31)
    reviews.handle(tx, opening("new", "tel:2"))
    for review in ("old", "new"):
        reviews.handle(tx, StartAttempt(review=review))
    rings_s = {event.review: (event.give_up_at - event.at).total_seconds() for event in tx.said(AttemptStarted)}
    assert rings_s == {"old": 30, "new": 60}
    assert [event.policy for event in tx.said(ReviewOpened)] == ["callback-default-1", "callback-2"]


def test_an_attempt_has_one_identity_for_ever(tx: MemoryTransaction) -> None:
    ids = []
    for each in (tx, MemoryTransaction(T + timedelta(days=1))):
        reviews = Reviews(default.load())
        reviews.handle(each, opening("r"))
        reviews.handle(each, StartAttempt(review="r"))
        ids += [event.attempt_id for event in each.said(AttemptStarted)]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_marker_finds_every_open_review_of_the_number(tx: MemoryTransaction) -> None:
    reviews = Reviews(default.load())
    for review, number_ref in (("a", "tel:1"), ("b", "tel:1"), ("c", "tel:2")):
        reviews.handle(tx, opening(review, number_ref))
    reviews.handle(tx, LearnMarker(number_ref="tel:1", marker=Marker.STALKING))
    assert [event.review for event in tx.said(ReviewAssessed) if not event.gate_open] == ["a", "b"]


def test_the_end_of_an_incident_finds_its_review(tx: MemoryTransaction) -> None:
    reviews = Reviews(default.load())
    reviews.handle(tx, opening("a"))
    reviews.handle(tx, LinkIncident(review="a", incident="i", at=T))
    reviews.handle(tx, NoteIncidentClosed(incident="i"))
    assert [(event.review, event.disposition) for event in tx.said(ReviewClosed)] == [("a", Disposition.INCIDENT_RESOLVED)]
    assert reviews.handle(tx, NoteIncidentClosed(incident="unknown")).version == 0


def test_a_store_that_names_an_edition_nobody_has_is_refused_loudly(tmp_path: Path, tx: MemoryTransaction) -> None:
    Reviews(two_editions(tmp_path)).handle(tx, opening("a"))
    tx.now = T + timedelta(hours=1)
    Reviews(two_editions(tmp_path)).handle(tx, opening("b"))
    with pytest.raises(LookupError, match="callback-2"):
        Reviews(default.load()).handle(tx, StartAttempt(review="b"))
