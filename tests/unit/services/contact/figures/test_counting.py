"""One pass over the log counts each call as it ended up, however late something about it was told, and in bounded memory."""

from collections.abc import Sequence

import pytest
from exploring import tried
from hypothesis import given
from hypothesis import strategies as st

from contracts.contact.calls import Abandonment
from contracts.envelope import Event
from services.contact.figures.call_facts import Told, of_stream
from services.contact.figures.counting import Counting
from services.contact.figures.definition import Clock
from services.contact.figures.figures import DefinedFigures, figures
from services.contact.figures.grouping import By
from services.contact.figures.tally import Tally
from tests.unit.services.contact.figures.conftest import answered, ended, gone, queued, rang_again, received, told
from tests.unit.services.contact.figures.test_figures import definition

HISTORIES = (
    lambda call, when: [received(call, when), queued(call, when + 2), answered(call, when + 9), ended(call, when + 90)],
    lambda call, when: [received(call, when), queued(call, when + 2), gone(call, when + 30), rang_again(call, when + 90)],
    lambda call, when: [gone(call, when + 9, number_ref=call), received(call, when), queued(call, when + 3)],
    lambda call, when: [received(call, when), answered(call, when + 4), gone(call, when + 5, Abandonment.LOST_AFTER_ANSWER)],
    lambda call, when: [received(call, when)],
)


def passed(log: Sequence[Told], at_hand: int) -> DefinedFigures:
    tally = Tally(definition(abandoned=(Abandonment.IN_QUEUE,), rang_again=False), By.HOUR)

    def again(stream: str) -> list[Told]:
        return [one for one in log if one.stream == stream]

    counting = Counting([tally], again, at_hand)
    for one in log:
        counting.feed(one)
    counting.finish()
    return figures("test", tally)


@tried(100)
@given(st.lists(st.tuples(st.sampled_from(HISTORIES), st.integers(0, 9000)), max_size=8), st.randoms(use_true_random=False))
def test_bounded_memory_changes_no_figure(chosen: list, random) -> None:  # type: ignore[no-untyped-def, type-arg]
    waiting: list[list[Event]] = [list(history(str(n), when)) for n, (history, when) in enumerate(chosen)]
    log: list[Event] = []
    while waiting := [one for one in waiting if one]:
        log.append(random.choice(waiting).pop(0))
    told_so_far = told(log)
    expected = Tally(definition(abandoned=(Abandonment.IN_QUEUE,), rang_again=False), By.HOUR)
    for stream in dict.fromkeys(one.stream for one in told_so_far):
        facts = of_stream(one for one in told_so_far if one.stream == stream)
        assert facts is not None
        expected.count(facts)
    assert passed(told_so_far, at_hand=1) == passed(told_so_far, at_hand=1000) == figures("test", expected)


@pytest.mark.parametrize("at_hand", [0, 1, 100])
def test_a_queueing_told_after_the_end_moves_the_wait(at_hand: int) -> None:
    log = told([gone("a", 9), received("b", 20), received("c", 21), received("a", 0), queued("a", 3)])
    total = passed(log, at_hand).total
    assert total.abandoned_after[Clock.QUEUED].mean_s == 6
    assert (total.abandoned, total.open) == (1, 2)


def test_streams_that_are_no_calls_are_passed_by() -> None:
    one = told([received("a", 0)])[0]
    assert passed([one._replace(stream="caller-x")], 10).total.whole == 0
