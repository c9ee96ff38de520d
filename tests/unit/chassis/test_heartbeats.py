"""A loop that waits beats; a loop that hangs does not."""

from chassis.heartbeats import Heartbeats


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_loop_is_silent_only_after_the_limit() -> None:
    time = Time()
    hearts = Heartbeats(time, silent_after_s=30)
    hearts.beat("relay")
    time.now = 30
    assert hearts.silent() == []
    time.now = 31
    assert hearts.silent() == ["loop relay has been silent for 31 s"]
    hearts.beat("relay")
    assert hearts.silent() == []


def test_one_silent_loop_is_enough() -> None:
    time = Time()
    hearts = Heartbeats(time, silent_after_s=30)
    hearts.beat("relay")
    hearts.beat("inbox")
    time.now = 40
    hearts.beat("inbox")
    assert hearts.silent() == ["loop relay has been silent for 40 s"]


def test_a_loop_that_ended_is_not_missed() -> None:
    time = Time()
    hearts = Heartbeats(time, silent_after_s=30)
    hearts.beat("relay")
    hearts.forget("relay")
    time.now = 100
    assert hearts.silent() == []
