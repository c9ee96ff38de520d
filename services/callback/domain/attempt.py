"""One attempt to ring: planned, permitted by the gate, started, ended; one identity from its plan to its end."""

from datetime import datetime

import msgspec

from contracts.callback.answered_calls import HungUp
from contracts.callback.reviews import Outcome, Speaker
from services.callback.domain.rules import Rules


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """Planned, then cancelled, or started and ended. Started is said before anything is dialled.

    `past` are attempts made before the review was opened again: they stay on record and count no more.
    """

    n: int
    due: datetime
    cancelled: str | None = None
    deferred: str | None = None
    attempt_id: str | None = None
    started_at: datetime | None = None
    give_up_at: datetime | None = None
    permit: str | None = None
    recalled: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    spoke_to: str | None = None
    verified_by: str | None = None
    speaker: Speaker | None = None
    final: str | None = None
    q850: int | None = None
    hung_up: HungUp | None = None
    joined: str | None = None
    past: bool = False

    @property
    def planned(self) -> bool:
        """Still to be made."""
        return self.started_at is None and self.cancelled is None

    @property
    def ringing(self) -> bool:
        """Started, and nobody said yet how it ended."""
        return self.started_at is not None and self.outcome is None

    @property
    def talking(self) -> bool:
        """Somebody answered, and a call handler has yet to say what was established."""
        return self.outcome is Outcome.ANSWERED and not self.unheard

    @property
    def unheard(self) -> bool:
        """Somebody answered, and hung up or was let go before a call handler was there: nobody will say anything of it."""
        return self.outcome is Outcome.ANSWERED and self.hung_up is not None and self.joined is None

    @property
    def settled(self) -> bool:
        """How it ended is known and will not change."""
        return self.outcome not in (None, Outcome.ANSWERED, Outcome.UNKNOWN)

    def silent_until(self, rules: Rules) -> datetime | None:
        """When the silence about it is given up, if it is silent."""
        if self.ringing and self.give_up_at is not None:
            return self.give_up_at + rules.give_up_after
        if self.talking and self.answered_at is not None:
            return self.answered_at + rules.talk_limit
        return None
