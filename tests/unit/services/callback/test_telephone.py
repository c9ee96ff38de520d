"""The simulated telephone: it rings nobody, answers the same way again, and says in the end what a real one would."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import VirtualClock
from contracts.callback.reviews import AttemptStarted, Outcome
from services.callback.domain import gate
from services.callback.domain.commands import EndRinging, RecordOutcome
from services.callback.telephone.simulated import MIX, Behaviour, SimulatedTelephone

T = datetime(2017, 6, 1, 12, tzinfo=UTC)


def permit(attempt_id: str, at: datetime) -> gate.Permit:
    """As the gate makes it of an intention that is durable."""
    give_up_at = at + timedelta(seconds=30)
    return gate.permit(
        AttemptStarted(at=at, review="r", attempt=1, attempt_id=attempt_id, number="+447700900123", give_up_at=give_up_at)
    )


class Exchange:
    """A telephone, the virtual time it rings in, and what it told."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.clock = VirtualClock(T)
        self.told: list[tuple[object, str, str]] = []
        self.later: list[tuple[datetime, Callable[[], None]]] = []
        self.telephone = SimulatedTelephone(self._tell, self._after, self.clock, behaviour)

    def ring(self, attempt_id: str) -> list[object]:
        start, told = self.clock.now(), len(self.told)
        self.telephone.ring(permit(attempt_id, start))
        assert len(self.told) == told, "it waited for the answer"
        self.run()
        return [command for command, _, _ in self.told[told:]]

    def run(self) -> None:
        while self.later:
            due, act = self.later.pop(self.later.index(min(self.later, key=lambda one: one[0])))
            self.clock.move_to(due)
            act()

    def _tell(self, command: object, cause: str, actor: str) -> None:
        self.told.append((command, cause, actor))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        self.later.append((self.clock.now() + timedelta(seconds=seconds), act))


def only(outcome: Outcome) -> Behaviour:
    return Behaviour({outcome: 1})


def test_who_answers_and_is_safe_is_answered_first_and_then_established_by_a_handler() -> None:
    answered, established = Exchange(only(Outcome.SAFE)).ring("a1")
    assert isinstance(answered, EndRinging)
    assert answered.outcome is Outcome.ANSWERED
    assert T < answered.at < T + timedelta(seconds=30)
    assert isinstance(established, RecordOutcome)
    assert (established.outcome, established.free_to_talk) == (Outcome.SAFE, True)
    assert established.spoke_to
    assert established.verified_by


@pytest.mark.parametrize("outcome", [Outcome.RANG_OUT, Outcome.ENGAGED, Outcome.NETWORK_FAILURE, Outcome.VOICEMAIL])
def test_nobody_there_is_told_once_and_in_time(outcome: Outcome) -> None:
    [ended] = Exchange(only(outcome)).ring("a1")
    assert isinstance(ended, EndRinging)
    assert ended.outcome is outcome
    assert ended.at <= T + timedelta(seconds=30)


def test_who_would_pick_up_after_the_ring_is_over_was_not_reached() -> None:
    [ended] = Exchange(Behaviour({Outcome.SAFE: 1}, pick_up_s=(40, 50))).ring("a1")
    assert isinstance(ended, EndRinging)
    assert (ended.outcome, ended.at) == (Outcome.RANG_OUT, T + timedelta(seconds=30))


def test_the_same_attempt_is_answered_the_same_way_under_the_same_causes() -> None:
    first, second = Exchange(), Exchange()
    for n in range(50):
        first.ring(f"a{n}")
        second.ring(f"a{n}")
    assert first.told == second.told
    assert len({cause for _, cause, _ in first.told}) == len(first.told)


def test_the_mix_is_kept() -> None:
    exchange = Exchange()
    outcomes = Counter(exchange.ring(f"a{n}")[-1].outcome for n in range(2000))  # type: ignore[attr-defined]
    total = sum(MIX.values())
    for outcome, weight in MIX.items():
        assert abs(outcomes[outcome] / 2000 - weight / total) < 0.03


def test_a_ring_that_is_hung_up_ends_unanswered_and_nobody_talks() -> None:
    exchange = Exchange(only(Outcome.SAFE))
    exchange.telephone.ring(permit("a1", T))
    exchange.telephone.hang_up("a1")
    exchange.telephone.hang_up("another")
    exchange.run()
    assert [command.outcome for command, _, _ in exchange.told] == [Outcome.RANG_OUT]  # type: ignore[attr-defined]
    exchange.telephone.hang_up("a1")
    assert exchange.later == []
