"""Who rings and how they behave: patience, calls that break off, sounds, places, markers, ringing again.

Sources (sections are DOMAIN's). 22 % of the Met's 999 calls broke off, most needing no response (section 2); Hampshire lost
2 % of 999 and 27 % of 101 in the queue in June 2017 (section 2). A handset's fix comes about 18 s after dialling, typically
30 m wide (section 1). Of 14,000 attempts in an outage 12,392 were different callers, so people ring again (section 3). How
the 22 % divide into classes, how long people wait, and how many numbers carry a marker is a design reading: nobody publishes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeVar

from contracts.contact.calls import Line, Marker, Sound
from contracts.places import Location, LocationSource, Point
from simulator import area, demand

T = TypeVar("T")


class Nature(StrEnum):
    """What becomes of a call if nothing else happens."""

    ORDINARY = "ordinary"
    GONE_AT_ONCE = "gone_at_once"
    SILENT = "silent"
    LOST = "lost"
    SOUNDS = "sounds"


NATURES_999: Mapping[Nature, int] = {
    Nature.ORDINARY: 800,
    Nature.GONE_AT_ONCE: 80,
    Nature.SILENT: 75,
    Nature.LOST: 35,
    Nature.SOUNDS: 10,
}
"""In a thousand. Those who give up in the queue come on top."""
MARKED_IN_1000 = 15
MARKERS: Mapping[Marker, int] = {
    Marker.DOMESTIC_ABUSE: 45,
    Marker.VULNERABLE: 30,
    Marker.DO_NOT_RING: 10,
    Marker.STALKING: 10,
    Marker.PERSISTENT_WITH_PLAN: 5,
}
WITHHELD_IN_1000: Mapping[Line, int] = {Line.EMERGENCY: 10, Line.NON_EMERGENCY: 300}
"""101 has no operator, so the number is often not passed (section 1)."""
PATIENCE_S: Mapping[Line, float] = {Line.EMERGENCY: 120, Line.NON_EMERGENCY: 420}
RINGS_AGAIN_IN_1000 = 350
AML_IN_1000 = 700

_FICTION = (
    *("+447700900", "+442079460", "+441134960", "+441144960", "+441154960", "+441164960", "+441174960"),
    *("+441214960", "+441314960", "+441414960", "+441514960", "+441614960", "+441914980", "+443069990"),
)
"""Ofcom's ranges for drama: a thousand numbers each that belong to nobody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One call's caller. `patience_s` counts from joining the queue; `rings_again_after_s` from the break, if at all."""

    number: str | None
    line: Line
    nature: Nature
    patience_s: float
    talks_s: float
    sounds: tuple[Sound, ...]
    at: Point
    aml: bool
    rings_again_after_s: float | None


def number(n: int) -> str:
    """The number of the n-th caller: fiction as long as there is any, then a range nobody has."""
    if n < len(_FICTION) * 1000:
        return f"{_FICTION[n % len(_FICTION)]}{n // len(_FICTION):03d}"
    return f"+446{n:09d}"


def caller(n: int, random: Random) -> Caller:
    """A new caller."""
    line = Line.EMERGENCY if random.random() < demand.SHARE_999 else Line.NON_EMERGENCY
    nature = _drawn(NATURES_999, random) if line is Line.EMERGENCY else Nature.ORDINARY
    withheld = random.randrange(1000) < WITHHELD_IN_1000[line]
    return Caller(
        number=None if withheld else number(n),
        line=line,
        nature=nature,
        patience_s=round(random.expovariate(1 / PATIENCE_S[line]), 1),
        talks_s=_talk(nature, random),
        sounds=_sounds(nature, random),
        at=area.place(random),
        aml=line is Line.EMERGENCY and random.randrange(1000) < AML_IN_1000,
        rings_again_after_s=round(random.uniform(30, 600), 1) if random.randrange(1000) < RINGS_AGAIN_IN_1000 else None,
    )


def again(before: Caller, random: Random) -> Caller:
    """The same caller once more, this time to speak."""
    return Caller(
        before.number,
        before.line,
        Nature.ORDINARY,
        patience_s=round(random.expovariate(1 / PATIENCE_S[before.line]), 1),
        talks_s=_talk(Nature.ORDINARY, random),
        sounds=(),
        at=before.at,
        aml=before.aml,
        rings_again_after_s=None,
    )


def marked(calls: int, random: Random) -> list[tuple[str, Marker]]:
    """The numbers that carry a marker when the day begins."""
    count = -(-calls * MARKED_IN_1000 // 1000)
    return [(number(n), _drawn(MARKERS, random)) for n in sorted(random.sample(range(calls), count))]


def cell(at: Point, random: Random) -> Location:
    """What the network knows at once: a mast somewhere near, and a wide circle. Never a place to send somebody to."""
    mast = Point(latitude=at.latitude + random.uniform(-0.01, 0.01), longitude=at.longitude + random.uniform(-0.01, 0.01))
    return Location(source=LocationSource.CELL, point=mast, radius_m=random.choice((1500, 2500, 4000)))


def fix(at: Point) -> Location:
    """What the handset knows a little later."""
    return Location(source=LocationSource.HANDSET, point=at, radius_m=30, confidence=0.68)


def _talk(nature: Nature, random: Random) -> float:
    if nature is Nature.ORDINARY:
        return round(random.lognormvariate(5.86, 0.6), 1)  # mean 420 s, as demand.HANDLING_S
    return round(random.uniform(12, 75), 1)


def _sounds(nature: Nature, random: Random) -> tuple[Sound, ...]:
    if nature is Nature.SILENT:
        return (Sound.SILENCE,)
    if nature is Nature.SOUNDS:
        return (Sound.VIOLENCE,) if random.random() < 0.3 else (Sound.VOICES,)
    return ()


def _drawn(weights: Mapping[T, int], random: Random) -> T:
    return random.choices(list(weights), weights=list(weights.values()))[0]
