"""BT, 25 June 2023: 999 failed for hours; 14,000 attempts of 12,392 callers came nowhere, and who came back lost their place.

A carrier's list of them becomes one ranked worklist: each caller once, nobody rung twice, and who rang again keeps the place.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from acceptance.played import Played, Said, Script

from chassis.references import telephone
from cli.carrier.callers import Callers, parts
from cli.carrier.lists import Attempt
from contracts.callback.reviews import AttemptStarted, Disposition, ReviewClosed, ReviewOpened
from contracts.callback.turns import TurnGiven
from contracts.contact.callers import SubjectKind
from contracts.contact.calls import CallAbandoned, Line, Marker
from services.contact.domain.callers.caller import PlaceMarker, Subject
from services.contact.domain.calls.facts import AnswerCall, EndCall, HangUp, PresentCall
from services.contact.domain.harvest import FailedCaller, HarvestCallers
from services.contact.streams import call_id
from simulator import outage

NOON = outage.BEGINS + timedelta(hours=12)
"""When the list comes in: the outage is over."""


def listed(seed: int, attempts: int, people: int) -> Callers:
    callers = Callers()
    for line, one in enumerate(outage.failed(seed, attempts, people), 2):
        callers.add(Attempt(line, one.number, one.at, one.reference))
    return callers


def taken(callers: Callers, at: datetime = NOON, name: str = "bt") -> list[Said]:
    return [Said(at, HarvestCallers(harvest=name, carrier="BT", callers=part)) for part in parts(callers)]


def call(n: int, at: datetime, number: str, *, answered: bool) -> list[Said]:
    """A call of the number that comes through, and is answered or breaks off again."""
    identity = call_id("switch", f"again-{n}")
    said: list[object] = [PresentCall(call=identity, at=at, switch="switch", line=Line.EMERGENCY, number=number)]
    if answered:
        said.append(AnswerCall(call=identity, at=at + timedelta(seconds=5), handler="h1"))
        said.append(EndCall(call=identity, at=at + timedelta(seconds=65)))
    else:
        said.append(HangUp(call=identity, at=at + timedelta(seconds=20)))
    return [Said(max(at, fact.at), fact) for fact in said]  # type: ignore[attr-defined]


def test_the_whole_list_is_12_392_callers_however_their_numbers_are_written() -> None:
    callers = listed(1, outage.ATTEMPTS, outage.CALLERS)
    assert (callers.attempts, len(callers), callers.without_number) == (14_000, 12_392, 0)
    written = {one.number for one in outage.failed(1)}
    assert len(written) > outage.CALLERS, "the list must write one number in several ways, or this test shows nothing"
    assert sum(len(caller.attempted_at) for caller in callers) > 13_900  # two attempts of one caller in one second are one


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """A fiftieth of it, to the end: markers stand on some numbers, some callers get through, the list comes twice."""
    callers = listed(2, 280, 248)
    people = list(callers)
    said = [*taken(callers), *taken(callers, NOON + timedelta(minutes=10), "bt-again")]
    for n, marker in ((40, Marker.DOMESTIC_ABUSE), (120, Marker.VULNERABLE), (200, Marker.VULNERABLE)):
        said.append(Said(outage.BEGINS - timedelta(days=1), _marked(people[n], marker)))
    for n in range(210, 216):
        said += call(n, NOON - timedelta(hours=1), people[n].number or "", answered=True)
    for n in range(220, 226):
        said += call(n, NOON + timedelta(minutes=2), people[n].number or "", answered=True)
    played = Played(Script(said), lasts=timedelta(hours=1))
    yield played
    played.close()


def _marked(caller: FailedCaller, marker: Marker) -> PlaceMarker:
    review_by = NOON + timedelta(days=90)
    subject = Subject(SubjectKind.NUMBER, caller.number or "")
    return PlaceMarker(marker=marker, author="desk", evidence="earlier", review_by=review_by, subject=subject)


def opened(played: Played) -> dict[str, ReviewOpened]:
    return {event.number or "": event for event in played.said("callback", ReviewOpened) if event.harvest is not None}


def test_each_caller_has_one_review_also_when_the_list_comes_twice(played: Played) -> None:
    reviews = [event for event in played.said("callback", ReviewOpened) if event.harvest is not None]
    assert len(reviews) == len({event.number for event in reviews}) == 248
    assert sum(event.harvest is not None for event in played.said("contact", CallAbandoned)) == 248
    assert played.breaches() == []


def test_every_review_is_assessed_at_once_and_rung_in_its_turn(played: Played) -> None:
    assert max(event.at for event in opened(played).values()) == NOON
    turns = played.said("callback", TurnGiven)
    pace = Counter(event.at for event in turns)
    assert max(pace.values()) == 5
    assert min(b - a for a, b in zip(sorted(pace), sorted(pace)[1:], strict=False)) == timedelta(seconds=20)
    first_rings = [event.at for event in played.said("callback", AttemptStarted) if event.attempt == 1]
    assert min(first_rings) >= NOON + timedelta(seconds=20)


def test_the_highest_rank_is_called_up_first(played: Played) -> None:
    reviews = {event.review: event for event in opened(played).values()}
    turns = [event.review for event in played.said("callback", TurnGiven)]
    vulnerable = {review for review, event in reviews.items() if Marker.VULNERABLE in event.markers}
    assert set(turns[: len(vulnerable)]) == vulnerable
    repeats = [len(reviews[review].attempted_at) > 1 for review in turns[len(vulnerable) :]]
    assert repeats == sorted(repeats, reverse=True), "who tried again goes before who tried once"
    places = [(-len(reviews[review].attempted_at), min(reviews[review].attempted_at)) for review in turns[len(vulnerable) :]]
    assert places == sorted(places), "among equals whoever tried first keeps the place"


def test_nobody_is_rung_twice_at_a_time_nor_past_the_gate(played: Played) -> None:
    rung = Counter((event.number, event.attempt) for event in played.said("callback", AttemptStarted))
    assert set(rung.values()) == {1}
    [gated] = [event for event in opened(played).values() if Marker.DOMESTIC_ABUSE in event.markers]
    assert gated.number not in {number for number, _ in rung}


def test_who_got_through_is_not_rung(played: Played) -> None:
    ended = {event.review: event.disposition for event in played.said("callback", ReviewClosed)}
    rung = {event.number for event in played.said("callback", AttemptStarted)}
    people = [caller.number for caller in listed(2, 280, 248)]
    got_through = [telephone(people[n] or "").normalised for n in (*range(210, 216), *range(220, 226))]
    reviews = opened(played)
    assert {ended.get(reviews[number].review) for number in got_through} == {Disposition.CALLER_RANG_AGAIN}
    assert rung.isdisjoint(got_through)


def test_the_services_rebuilt_from_the_log_are_the_same(played: Played) -> None:
    for service in ("contact", "callback"):
        live, anew = played.stores[service], played.rebuilt(service)
        assert list(anew.page(0, 100_000)) == list(live.page(0, 100_000))
        assert list(anew.timers()) == list(live.timers())
        for index in ("harvested", "turn", "ranked", "hour"):
            assert list(anew.find(index, None, None, None, 10_000)) == list(live.find(index, None, None, None, 10_000))
        anew.close()


def test_who_rings_again_and_breaks_off_again_is_one_caller_and_waits_no_more() -> None:
    """The harvested review keeps the place and rings at once; the new call's review goes on in it."""
    callers = listed(3, 60, 53)
    last = list(callers)[-1].number or ""
    played = Played(
        Script([*taken(callers), *call(1, NOON + timedelta(seconds=30), last, answered=False)]), lasts=timedelta(minutes=9)
    )
    number = telephone(last).normalised
    mine = [event for event in played.said("callback", ReviewOpened) if event.number == number]
    assert [event.harvest is not None for event in mine] == [True, False]
    [turn] = [event for event in played.said("callback", TurnGiven) if event.review == mine[0].review]
    assert turn.at == mine[1].at
    rung = [event for event in played.said("callback", AttemptStarted) if event.number == number]
    assert {event.review for event in rung} == {mine[0].review}
    assert rung[0].at == mine[1].at
    assert len({event.attempt for event in rung}) == len(rung)
    assert played.breaches() == []
    played.close()
