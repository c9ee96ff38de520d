"""Callers who answer, or not, by a fixed function of the attempt's identity: the same run rings the same way again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.clock import Clock
from chassis.world import After, Tell
from contracts.callback.reviews import Outcome, Speaker
from services.callback.domain.commands import EndRinging, RecordOutcome
from services.callback.domain.gate import Permit

_TALKED = frozenset({Outcome.SAFE, Outcome.NOT_THE_CALLER, Outcome.UNDER_DURESS, Outcome.WHISPERED})

MIX: Mapping[Outcome, int] = {
    Outcome.SAFE: 620,
    Outcome.RANG_OUT: 160,
    Outcome.VOICEMAIL: 90,
    Outcome.ENGAGED: 40,
    Outcome.NOT_THE_CALLER: 30,
    Outcome.DECLINED: 25,
    Outcome.NETWORK_FAILURE: 15,
    Outcome.NUMBER_UNKNOWN: 10,
    Outcome.WHISPERED: 6,
    Outcome.UNDER_DURESS: 4,
}
"""How often each outcome comes, by weight. A design reading: no force publishes it."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the people rung behave. Times in seconds, each drawn evenly between its bounds."""

    mix: Mapping[Outcome, int] = field(default_factory=lambda: MIX)
    pick_up_s: tuple[float, float] = (4, 24)
    talk_s: tuple[float, float] = (40, 240)


class SimulatedTelephone:
    """Rings nobody. Whoever answers also talks to a simulated call handler, who records what was established."""

    def __init__(self, tell: Tell, after: After, clock: Clock, behaviour: Behaviour | None = None) -> None:
        self._tell = tell
        self._after = after
        self._clock = clock
        self._behaviour = behaviour or Behaviour()
        self._ringing: dict[str, Permit] = {}

    def ring(self, permit: Permit) -> None:
        """Draw what will come of it, and say so when it would have come."""
        outcome = _pick(self._behaviour.mix, _part(permit, "outcome"))
        gives_up_s = (permit.give_up_at - self._clock.now()).total_seconds()
        rings_s = _between(self._behaviour.pick_up_s, _part(permit, "pick up"))
        if outcome is Outcome.RANG_OUT or rings_s > gives_up_s:
            outcome, rings_s = Outcome.RANG_OUT, gives_up_s
        self._ringing[permit.attempt_id] = permit
        self._after(rings_s, lambda: self._stop(permit, outcome))

    def hang_up(self, attempt_id: str) -> None:
        """The ring is over before anybody picked up."""
        permit = self._ringing.get(attempt_id)
        if permit is not None:
            self._after(0, lambda: self._stop(permit, Outcome.RANG_OUT))

    def _stop(self, permit: Permit, outcome: Outcome) -> None:
        if self._ringing.pop(permit.attempt_id, None) is None:
            return
        if outcome not in _TALKED:
            self._ended(permit, outcome)
            return
        self._ended(permit, Outcome.ANSWERED)
        talks_s = _between(self._behaviour.talk_s, _part(permit, "talk"))
        self._after(talks_s, lambda: self._established(permit, outcome))

    def _ended(self, permit: Permit, outcome: Outcome) -> None:
        said = EndRinging(review=permit.review, attempt_id=permit.attempt_id, outcome=outcome, at=self._clock.now())
        self._tell(said, f"telephone {permit.attempt_id} {outcome}", "telephone")

    def _established(self, permit: Permit, outcome: Outcome) -> None:
        safe = outcome is Outcome.SAFE
        said = RecordOutcome(
            review=permit.review,
            attempt=permit.attempt,
            outcome=outcome,
            spoke_to="the caller" if safe else None,
            verified_by="number and what they rang about" if safe else None,
            free_to_talk=True if safe else None,
            speaker=Speaker.CALLER if safe else None,
        )
        self._tell(said, f"handler {permit.attempt_id} {outcome}", "simulated call handler")


def _part(permit: Permit, what: str) -> float:
    """A number in [0, 1) that belongs to the attempt and the purpose."""
    digest = hashlib.sha256(f"{permit.attempt_id} {what}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def _between(bounds: tuple[float, float], part: float) -> float:
    low, high = bounds
    return round(low + (high - low) * part, 1)


def _pick(mix: Mapping[Outcome, int], part: float) -> Outcome:
    reach = part * sum(mix.values())
    for outcome, weight in mix.items():
        reach -= weight
        if reach < 0:
            return outcome
    return Outcome.RANG_OUT
