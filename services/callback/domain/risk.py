"""What is known of a broken call, weighed: the risk, why, and whether the telephone may ring (DOMAIN sections 3.3 and 3.4)."""

from collections.abc import Iterator
from typing import NamedTuple

from contracts.callback.reviews import Risk
from contracts.contact.calls import Abandonment, Marker, Sound
from services.callback.domain.rules import Rules

_ORDER = tuple(Risk)


class Known(NamedTuple):
    """What can bear on the risk."""

    abandonment: Abandonment
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    earlier_calls: int = 0
    earlier_contacts: int = 0
    silent_repeat: bool = False
    near: tuple[str, ...] = ()


class Assessment(NamedTuple):
    """The risk with its reasons in words; with the gate shut nothing rings."""

    risk: Risk
    reasons: tuple[str, ...]
    gate_open: bool

    def joined(self, other: "Assessment") -> "Assessment":
        """Both together: nothing learned later lowers a risk or opens the gate again."""
        return Assessment(
            max(self.risk, other.risk, key=_ORDER.index),
            (*self.reasons, *(reason for reason in other.reasons if reason not in self.reasons)),
            self.gate_open and other.gate_open,
        )


def assess(known: Known, rules: Rules) -> Assessment:
    """Weigh what is known."""
    found = list(_findings(known, rules))
    risk = max((risk for risk, _, _ in found), key=_ORDER.index, default=Risk.NONE_KNOWN)
    return Assessment(risk, tuple(reason for _, reason, _ in found), not any(shuts for _, _, shuts in found))


def shutting(known: Known, rules: Rules) -> tuple[str, ...]:
    """What of it shuts the safety gate, in words."""
    return tuple(reason for _, reason, shuts in _findings(known, rules) if shuts)


def _findings(known: Known, rules: Rules) -> Iterator[tuple[Risk, str, bool]]:
    """Each thing that bears on it: how much, in which words, and whether it shuts the gate."""
    for marker in known.markers:
        if marker in rules.gate_markers:
            yield Risk.HIGH, f"marker {marker}: a ring could get somebody hurt", True
        elif marker in rules.high_markers:
            yield Risk.HIGH, f"marker {marker}", False
    for sound in known.sounds:
        if sound in rules.gate_sounds:
            yield Risk.HIGH, f"sounds of {sound}: a ring could get somebody hurt", True
        elif sound in rules.high_sounds:
            yield Risk.HIGH, f"{sound} heard", False
    if known.earlier_calls >= rules.earlier_calls_raise:
        high = known.earlier_calls >= rules.earlier_calls_high
        yield Risk.HIGH if high else Risk.RAISED, f"{known.earlier_calls} earlier calls of the number", False
    if known.silent_repeat:
        yield Risk.HIGH, f"two silent calls of the number within {rules.repeat_within_s} seconds", False
    for incident in known.near:
        yield Risk.RAISED, f"incident {incident} is open near in place and time", False
    if known.earlier_contacts:
        yield Risk.NONE_KNOWN, f"{known.earlier_contacts} earlier contacts are on record", False
    if known.abandonment in rules.raised_abandonments:
        yield Risk.RAISED, f"the call broke off as {known.abandonment}", False
