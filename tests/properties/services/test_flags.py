"""No flag lowers a grade, drops a call or skips a call-back: whatever stands on number, person and address, under any policy."""

from datetime import timedelta
from typing import Any

from acceptance.two_services import HOME, PERSON, PHONE, Force, T, belong, breaks_off, rings, warn
from exploring import tried
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chassis.clock import VirtualClock
from chassis.dated import Dated, Edition
from chassis.host import Service
from chassis.world import World
from contracts.callback.reviews import ReviewAssessed, ReviewEscalated, ReviewOpened, Risk
from contracts.contact.calls import CallAbandoned, Marker, Sound
from contracts.envelope import Event
from contracts.places import Location, LocationSource, Point
from services.callback import wiring as callback_wiring
from services.callback.cases.reviews import Reviews
from services.callback.domain.rules import Rules
from services.callback.policy import default as callback_policy
from services.contact.domain.calls.facts import AnswerCall, EstimateLocation, IdentifyCaller
from services.contact.domain.calls.locating import GUESSES

SHIPPED = callback_policy.load().at(T)
MARKERS = st.lists(st.sampled_from(Marker), max_size=9, unique=True).map(tuple)
DELAYS = st.lists(st.integers(0, 600), min_size=1, max_size=4).map(sorted).map(tuple)


@st.composite
def policies(draw: st.DrawFn) -> Rules:
    """Any policy that the service would load."""
    raised = draw(st.integers(1, 4))
    return replace(
        SHIPPED,
        attempt_delays_s=draw(DELAYS),
        gate_markers=tuple({*draw(MARKERS), Marker.DO_NOT_RING}),
        high_markers=draw(MARKERS),
        high_sounds=draw(st.sampled_from([(), (Sound.VOICES,), (Sound.SILENCE, Sound.VOICES)])),
        earlier_calls_raise=raised,
        earlier_calls_high=raised + draw(st.integers(0, 3)),
        usable_radius_m=draw(st.sampled_from([10.0, 1000.0, 10_000.0])),
    )


def callback(rules: Rules) -> Service:
    def never(*_: object) -> None:
        raise AssertionError("nothing of the outside is needed here")

    world = World("any", lambda kind, value: f"{kind}:{value}", never, never, VirtualClock(T), telephone="none")
    edition = Edition(rules.version, T - timedelta(days=9999), None, ("a test",), rules)
    own = Reviews(Dated((edition,)))
    service = callback_wiring.build(world)
    kinds = (own.kind, *service.aggregates[1:])
    return Service("callback", kinds, service.hears, own.handle, service.react, service.on_timer, {}, service.heeds)


FACTS = st.lists(
    st.sampled_from(
        [
            AnswerCall(call="a", at=T + timedelta(seconds=5), handler="h7"),
            IdentifyCaller(call="a", at=T + timedelta(seconds=6), person=PERSON.text, by="h7", evidence="said so"),
            EstimateLocation(
                call="a",
                at=T + timedelta(seconds=7),
                location=Location(source=LocationSource.SPOKEN, address=HOME.text),
            ),
            EstimateLocation(
                call="a",
                at=T + timedelta(seconds=8),
                location=Location(
                    source=LocationSource.HANDSET, point=Point(latitude=51, longitude=0.5), radius_m=30, address=HOME.text
                ),
            ),
            rings("earlier", T - timedelta(minutes=5)),
            breaks_off("earlier", T - timedelta(minutes=4)),
        ]
    ),
    max_size=4,
)
END = st.builds(
    breaks_off,
    sounds=st.sampled_from([(), (Sound.SILENCE,), (Sound.VOICES,), (Sound.VIOLENCE,)]),
    welfare_established=st.sampled_from([None, False]),
)
FLAGS = st.lists(st.builds(warn, st.sampled_from([PHONE, PERSON, HOME]), st.sampled_from(Marker)), min_size=1, max_size=5)
TIES = [belong(PHONE, PERSON), belong(PERSON, HOME)]


def told(rules: Rules, facts: list[Any], end: Any, before: list[Any], after: list[Any]) -> Force:
    return Force(callback=callback(rules)).told(*TIES, *before, rings(), *facts, end).later(1).told(*after).later(3600)


def highest(force: Force) -> int:
    order = list(Risk)
    return max((order.index(event.risk) for event in force.said(ReviewAssessed)), default=-1)


def plain(event: Event) -> dict[str, Any]:
    return event.model_dump(exclude={"markers"})


@tried(150)
@given(policies(), FACTS, END, FLAGS, st.booleans())
def test_a_flag_only_ever_raises_what_is_done(rules: Rules, facts: list[Any], end: Any, flags: list[Any], late: bool) -> None:
    without = told(rules, facts, end, [], [])
    flagged = told(rules, facts, end, [] if late else flags, flags if late else [])

    assert [plain(one) for one in flagged.said(CallAbandoned)] == [plain(one) for one in without.said(CallAbandoned)]
    assert [one.call for one in flagged.said(ReviewOpened)] == [one.call for one in without.said(ReviewOpened)]
    assert highest(flagged) >= highest(without), "a flag lowered the risk"
    assert len(flagged.deployed()) >= bool(without.deployed()), "a flag took back the top grade"
    human = any(one.deploy for one in flagged.said(ReviewEscalated))
    assert flagged.rung() or human or not without.rung(), "a flag skipped the call-back"


@tried(100)
@given(policies(), FACTS, END, st.lists(st.sampled_from([Marker.USEFUL, Marker.VEXATIOUS]), min_size=1, max_size=3))
def test_what_a_callers_word_was_worth_so_far_changes_nothing_under_the_shipped_lists(
    rules: Rules, facts: list[Any], end: Any, flags: list[Marker]
) -> None:
    """Reliability is its own axis: unless a force itself adds it to a list that raises, it does nothing at all."""
    rules = replace(rules, gate_markers=SHIPPED.gate_markers, high_markers=SHIPPED.high_markers)
    without = told(rules, facts, end, [], [])
    flagged = told(rules, facts, end, [warn(PHONE, flag) for flag in flags], [])
    for kind in (ReviewAssessed, ReviewEscalated):
        assert flagged.said(kind) == without.said(kind)
    assert flagged.rung() == without.rung()


@tried(100)
@given(FACTS, END)
def test_no_event_of_any_history_makes_an_address_of_a_measurement(facts: list[Any], end: Any) -> None:
    force = Force().told(rings(), *facts, end).later(1)
    for _, event in [*force.contact.recorded, *force.callback.recorded]:
        location = getattr(event, "location", None)
        assert location is None or location.source not in GUESSES or location.address is None
