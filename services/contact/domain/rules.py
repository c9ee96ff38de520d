"""What a force can set differently about contacts, each part beside the rule it belongs to."""

from datetime import datetime, timedelta

import msgspec

from services.contact.domain.desks.contact import ContactRules
from services.contact.domain.desks.feed import FeedRules
from services.contact.domain.desks.promise import HelplineRules


class Clocks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far from the time of receipt a told time may lie before it cannot be meant, in seconds."""

    ahead_s: int
    behind_s: int

    def __post_init__(self) -> None:
        if min(self.ahead_s, self.behind_s) <= 0:
            raise ValueError("`ahead_s` and `behind_s` must be more than 0")

    def possible(self, at: datetime, now: datetime) -> bool:
        """Whether a teller can have meant it."""
        return -self.behind_s <= (at - now).total_seconds() <= self.ahead_s


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition. `repeat_window_s`: how long after a call another one of the number belongs to it.

    `harvest_window_s`: attempts of one number in carriers' lists that lie no further apart are one outage's. `same_attempt_s`:
    an attempt in such a list this close to a call that came here is that call, by two clocks.
    """

    version: str
    repeat_window_s: int
    harvest_window_s: int
    same_attempt_s: int
    place_rings_at_most: int
    clocks: Clocks
    feeds: FeedRules
    contacts: ContactRules
    helpline: HelplineRules

    def __post_init__(self) -> None:
        if self.repeat_window_s <= 0:
            raise ValueError("`repeat_window_s` must be more than 0")
        if self.harvest_window_s <= 0:
            raise ValueError("`harvest_window_s` must be more than 0")
        if self.same_attempt_s < 0:
            raise ValueError("`same_attempt_s` must not be less than 0")
        if self.place_rings_at_most < 1:
            raise ValueError("`place_rings_at_most` must be 1 at least")

    @property
    def repeat_window(self) -> timedelta:
        """The same as a duration."""
        return timedelta(seconds=self.repeat_window_s)

    @property
    def harvest_window(self) -> timedelta:
        """How far apart attempts of one outage may lie."""
        return timedelta(seconds=self.harvest_window_s)

    @property
    def same_attempt(self) -> timedelta:
        """How far apart two clocks may put one attempt."""
        return timedelta(seconds=self.same_attempt_s)
