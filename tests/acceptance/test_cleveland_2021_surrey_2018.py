"""Cleveland 2021, Surrey 2018: a log was made and not transferred, or marked and never queued."""

import pytest
from acceptance.incident_room import NOON, ONE, incident_room

from contracts.incident.backlog import EscalationRaised, EscalationReason
from contracts.incident.handing import Function, TransferSent, TransferTimedOut
from contracts.refusals import Refused
from services.incident.cases.handing import AnswerTransfer, HearMessage, OfferTransfer
from services.incident.cases.waiting import AcceptIncident, HandOver, TakeOver
from services.incident.domain.commands import Close


def test_one_command_is_both_the_state_and_the_queue() -> None:
    with incident_room() as room:
        room.opened(grade=None)
        assert [entry.stream for entry in room.storage.find("ungraded", None, None, None, 10)] == [ONE]
        room.opened()
        assert room.storage.find("ungraded", None, None, None, 10) == []
        assert [entry.stream for entry in room.storage.find("waiting", None, None, None, 10)] == [ONE]
        assert [(timer.stream, timer.name.split()[0]) for timer in room.storage.timers()] == [
            (ONE, "overdue"),
            (ONE, "unallocated"),
        ]


def test_a_transfer_stays_with_its_sender_until_the_other_side_has_accepted() -> None:
    with incident_room(force="kent") as kent, incident_room(force="sussex") as sussex:
        kent.opened(reported_at=NOON)
        kent.do(OfferTransfer(ONE, "sussex", "handler 7", "it is on their side of the border"))
        (offer,) = [sent.message for sent in kent.said(TransferSent)]
        sussex.do(HearMessage(offer))
        sussex.do(HearMessage(offer))
        (acknowledged,) = [sent.message for sent in sussex.said(TransferSent)]
        kent.do(HearMessage(acknowledged))
        assert kent.incident().live
        with pytest.raises(Refused, match="sussex has not answered"):
            kent.do(Close(ONE, "dealt with", "handed on", "handler 7"))
        sussex.do(AnswerTransfer(offer.transfer, True, "handler 9"))
        kent.do(HearMessage(sussex.said(TransferSent)[-1].message))
        assert (kent.incident().closing_code, kent.said(TransferSent)[-1].message.function) == ("transferred", Function.COMPLETE)
        (theirs,) = [entry.stream for entry in sussex.storage.find("ungraded", None, None, None, 10)]
        assert sussex.incident(theirs).reported_at == NOON


def test_a_transfer_nobody_answers_is_told_to_somebody_higher_on_both_sides() -> None:
    with incident_room(force="kent") as kent, incident_room(force="sussex") as sussex:
        kent.opened()
        kent.do(OfferTransfer(ONE, "sussex", "handler 7", "theirs"))
        sussex.do(HearMessage(kent.said(TransferSent)[0].message))
        for room in (kent, sussex):
            room.wait(11)
            assert len(room.said(TransferTimedOut)) == 1
            assert room.said(EscalationRaised)[-1].reason is EscalationReason.TRANSFER
        assert kent.incident().live


def test_a_hand_over_is_acknowledged_or_told_to_somebody_higher() -> None:
    with incident_room() as room:
        room.opened(grade="Scheduled")
        room.do(AcceptIncident(ONE, "dispatcher 3"), HandOver("dispatcher 3", "dispatcher 5"))
        room.wait(11)
        assert room.said(EscalationRaised)[-1].reason is EscalationReason.HANDOVER
        assert room.do(TakeOver(ONE, "dispatcher 5")).holder == "dispatcher 5"
