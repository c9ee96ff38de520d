from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chassis.host import Timer
from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import UnitAssigned
from contracts.dispatch.offers import Answer, JobOfferAnswered, OfferAnswered
from contracts.refusals import NotFound, Refused
from services.dispatch.domain.commands import AnswerOffer, Assign, BookOff, BookOn, CloseJob, Command, Offer, RequestJob
from services.dispatch.streams import JOB, UNIT
from services.dispatch.timers import on_timer

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
A1, B2 = "unit-A1", "unit-B2"

Obey = Callable[[Command], Sequence[str]]


@pytest.fixture(autouse=True)
def asked(obey: Obey) -> None:
    """Two units and two jobs; A1 was asked for the first."""
    for callsign in ("A1", "B2"):
        obey(BookOn(callsign))
    for name in ("1", "2"):
        obey(RequestJob(f"job-{name}", f"incident-{name}", 1, "Immediate", NOON, 1))
    assert obey(Offer("job-1", A1, "dispatcher 3", ("nearest",))) == ["AssignmentOffered", "JobUnitOffered"]


def answer(how: Answer, offer: str = "unit-A1.1", reason: str | None = None) -> AnswerOffer:
    return AnswerOffer(A1, offer, how, "unit-A1", reason)


def test_an_accepted_offer_is_an_assignment(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(answer(Answer.ACCEPTED)) == ["OfferAnswered", "UnitAssigned", "JobOfferAnswered", "JobUnitAdded"]
    (sent,) = transaction.said(UnitAssigned)
    assert (sent.job, sent.by, sent.reasons) == ("job-1", "dispatcher 3", ("nearest",))
    assert transaction.timers() == [Timer("job-2", "unresourced", NOON + timedelta(seconds=120))]


def test_a_declined_offer_is_on_both_records_and_the_unit_is_free_for_others(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(answer(Answer.DECLINED, reason="prisoner on board")) == ["OfferAnswered", "JobOfferAnswered"]
    (noted,) = transaction.said(JobOfferAnswered)
    assert (noted.unit, noted.answer, noted.reason) == (A1, Answer.DECLINED, "prisoner on board")
    state = transaction.load(JOB, "job-1").state
    assert state is not None
    assert state.declined == (A1,)
    assert obey(Assign("job-2", A1, "dispatcher 3")) == ["UnitAssigned", "JobUnitAdded"]


def test_no_answer_in_time_is_an_answer(obey: Obey, transaction: MemoryTransaction) -> None:
    timer = next(timer for timer in transaction.timers() if timer.name == "answer")
    assert (timer.stream, timer.due) == (A1, NOON + timedelta(seconds=60))
    transaction.now = timer.due
    assert obey(on_timer(timer)) == ["OfferAnswered", "JobOfferAnswered"]
    assert obey(on_timer(timer)) == []
    assert transaction.said(OfferAnswered)[0].answer is Answer.LAPSED
    with pytest.raises(Refused) as refused:
        obey(answer(Answer.ACCEPTED))
    assert refused.value.code == "no-offer"


def test_the_room_can_take_an_offer_back_once(obey: Obey) -> None:
    assert obey(answer(Answer.WITHDRAWN)) == ["OfferAnswered", "JobOfferAnswered"]
    assert obey(answer(Answer.WITHDRAWN)) == []


def test_a_crew_answers_one_question_at_a_time(obey: Obey) -> None:
    assert obey(Offer("job-1", A1, "dispatcher 3")) == []
    with pytest.raises(Refused) as refused:
        obey(Offer("job-2", A1, "dispatcher 4"))
    assert refused.value.code == "offered"
    with pytest.raises(Refused) as refused:
        obey(answer(Answer.ACCEPTED, "unit-A1.7"))
    assert (refused.value.code, refused.value.allowed) == ("no-offer", ("answer unit-A1.1",))


def test_sending_the_unit_takes_its_offer_back_on_all_records(obey: Obey, transaction: MemoryTransaction) -> None:
    assert obey(Assign("job-2", A1, "dispatcher 4")) == ["OfferAnswered", "UnitAssigned", "JobOfferAnswered", "JobUnitAdded"]
    (noted,) = transaction.said(JobOfferAnswered)
    assert (noted.job, noted.answer) == ("job-1", Answer.WITHDRAWN)


@pytest.mark.parametrize("taken", ["over", "full"])
def test_what_can_be_accepted_no_more_is_refused_as_a_whole(obey: Obey, transaction: MemoryTransaction, taken: str) -> None:
    obey(CloseJob("job-1", "incident closed", NOON) if taken == "over" else Assign("job-1", B2, "dispatcher 3"))
    before = len(transaction.recorded)
    with pytest.raises(Refused) as refused:
        obey(answer(Answer.ACCEPTED))
    assert refused.value.code == ("job-closed" if taken == "over" else "enough-units")
    assert len(transaction.recorded) == before
    state = transaction.load(UNIT, A1).state
    assert state is not None
    assert state.offer is not None


def test_only_who_is_free_is_asked(obey: Obey) -> None:
    obey(Assign("job-2", B2, "dispatcher 3"))
    with pytest.raises(Refused) as refused:
        obey(Offer("job-1", B2, "dispatcher 3"))
    assert refused.value.code == "committed"
    obey(answer(Answer.DECLINED))
    obey(BookOff(A1))
    with pytest.raises(Refused) as refused:
        obey(Offer("job-1", A1, "dispatcher 3"))
    assert refused.value.code == "off-duty"
    with pytest.raises(NotFound):
        obey(Offer("job-1", "unit-Z9", "dispatcher 3"))
    with pytest.raises(NotFound):
        obey(AnswerOffer("unit-Z9", "unit-Z9.1", Answer.ACCEPTED, "unit-Z9"))
