"""Whatever is done to the lines of a file: each line becomes facts or is set aside, once; order of lines changes nothing."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from exploring import tried
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.calls.facts import PresentCall
from services.dispatch.domain.commands import Assign
from simulator.bank import BankCalls
from simulator.fire import FireDispatch
from simulator.script import Script, Stimulus
from tests.unit.simulator.conftest import BANK_HEADER, FIRE_HEADER, bank_line, fire_line

Clock = st.builds("{}:{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
Bank = st.builds(
    bank_line,
    greeting=st.tuples(Clock, Clock),
    queue=st.one_of(st.just(("0:00:00", "0:00:00")), st.tuples(Clock, Clock)),
    service=st.one_of(st.just(("0:00:00", "0:00:00")), st.tuples(Clock, Clock)),
    outcome=st.sampled_from(("AGENT", "HANG", "PHANTOM", "OTHER")),
    call=st.integers(0, 30).map(str),
    date=st.sampled_from(("990101", "990402", "990903", "991331")),
)
American = st.builds(
    "{}/2017 {:02d}:{:02d}:{:02d} {}".format,
    st.sampled_from(("01/03", "03/12", "11/05")),
    st.integers(1, 12),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(("AM", "PM")),
)
Maybe = st.one_of(st.just(""), American)
Fire = st.builds(
    fire_line,
    dispatched=Maybe,
    available=Maybe,
    response=Maybe,
    on_scene=Maybe,
    received=American,
    entry=Maybe,
    call=st.integers(170030001, 170030006).map(str),
    unit=st.sampled_from(("E39", "B03", "T12")),
    final=st.sampled_from(("3", "2", "E", "")),
)


@st.composite
def _mangled(draw: st.DrawFn, line: st.SearchStrategy[str]) -> str:
    """Most lines whole, some with a stroke of bad luck."""
    text = draw(line)
    place = draw(st.integers(0, len(text)))
    match draw(st.sampled_from(("whole", "whole", "whole", "cut", "hole", "dirt"))):
        case "cut":
            return text[:place]
        case "hole":
            return text[:place] + text[place + 1 :]
        case "dirt":
            return text[:place] + draw(st.sampled_from(('"', "\t", ",", "\x00", "é", "  "))) + text[place:]
        case _:
            return text


def _played(make: Callable[[Path, Path], Script], header: str, lines: list[str]) -> tuple[list[Stimulus], Script]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text("\n".join((header, *lines)), encoding="utf-8", newline="")
        script = make(path, Path(folder))
        told = list(script.stimuli())
        script.close()
    return told, script


def _not_blank(lines: list[str]) -> int:
    return sum(bool(line.strip()) for line in lines)


def _in_order(told: list[Stimulus]) -> bool:
    return [one.at for one in told] == sorted(one.at for one in told)


@tried(60)
@given(st.lists(_mangled(Bank), max_size=12))
def test_a_row_of_the_bank_is_one_call_or_is_set_aside(lines: list[str]) -> None:
    told, script = _played(BankCalls, BANK_HEADER, lines)
    presented = sum(isinstance(one.command, PresentCall) for one in told)
    assert presented == script.total
    assert presented + len(script.set_aside) == _not_blank(lines)
    assert _in_order(told)
    assert len({one.cause for one in told}) == len(told)


@tried(60)
@given(st.lists(_mangled(Fire), max_size=12))
def test_a_row_of_the_city_is_one_assignment_or_is_set_aside(lines: list[str]) -> None:
    told, script = _played(FireDispatch, FIRE_HEADER, lines)
    assigned = sum(isinstance(one.command, Assign) for one in told)
    assert assigned == script.total
    assert assigned + len(script.set_aside) == _not_blank(lines)
    assert _in_order(told)
    assert len({one.cause for one in told}) == len(told)


@tried(25)
@given(st.lists(Fire, max_size=10, unique=True), st.integers())
def test_the_order_of_lines_changes_nothing(lines: list[str], seed: int) -> None:
    unlike = list({tuple(line.split(",")[:2]): line for line in lines}.values())
    shuffled = Random(seed).sample(unlike, len(unlike))
    told, _ = _played(FireDispatch, FIRE_HEADER, unlike)
    again, _ = _played(FireDispatch, FIRE_HEADER, shuffled)
    assert sorted(map(repr, told)) == sorted(map(repr, again))
