"""West Midlands, October 2022: the partner rang back, a new record was made of it and closed, and nobody looked at the first."""

from control_room import ControlRoom

from contracts.callback.episodes import EpisodeJoined, ReviewMerged, ReviewReopened
from contracts.callback.reviews import AttemptStarted, Disposition, Outcome, ReviewEscalated, Role
from contracts.contact.calls import Sound
from services.callback.domain.commands import RecordOutcome, ReopenReview


def never_reached(room: ControlRoom) -> None:
    room.call("first")
    room.breaks_off("first")
    for _ in range(3):
        while room.review("first").planned is not None:
            room.wait(1)
        room.telephone(Outcome.RANG_OUT)
    assert room.review("first").disposition is Disposition.NO_CONTACT_NO_RISK


def test_a_second_call_that_breaks_off_is_linked_to_the_first_and_opens_it_again() -> None:
    room = ControlRoom()
    never_reached(room)
    room.wait(600)
    room.call("second")
    room.breaks_off("second")
    assert [(said.review, said.into) for said in room.said(ReviewMerged)] == [("second", "first")]
    assert [(said.review, said.call) for said in room.said(ReviewReopened)] == [("first", "second")]
    room.wait(3600)
    assert not any(attempt.started_at for attempt in room.review("second").attempts), "two records ring one telephone"
    assert room.review("first").open, "the first record is closed again with nobody having been reached"
    assert room.incident("first").closed_at is None


def test_a_partner_who_is_answered_ends_nothing_once_the_handler_says_so() -> None:
    room = ControlRoom()
    never_reached(room)
    room.wait(60)
    room.call("second", handler="h7")
    assert [(said.review, said.call, said.answered) for said in room.said(EpisodeJoined)] == [("first", "second", True)]
    room.tell(
        "callback", ReopenReview(review="first", by="h7", reason="it is the partner, she cannot be spoken to", call="second")
    )
    handed = [said for said in room.said(ReviewEscalated) if said.review == "first"]
    assert handed[0].to is Role.SUPERVISOR
    assert room.review("first").open
    assert room.incident("first").closed_at is None


def test_the_partners_word_on_our_own_ring_is_not_safe() -> None:
    room = ControlRoom()
    room.call("first", handler="h7")
    room.breaks_off("first", Sound.SILENCE)
    room.wait(2)
    room.telephone(Outcome.ANSWERED)
    said = RecordOutcome(review="first", attempt=1, outcome=Outcome.NOT_THE_CALLER, spoke_to="partner: she is in the bath")
    room.tell("callback", said)
    room.wait(3600)
    assert room.review("first").open
    assert room.incident("first").closed_at is None
    assert len(room.said(AttemptStarted)) >= 3
