"""What a force can set differently about who calls, from where, and how many at once."""

from datetime import timedelta
from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[int, msgspec.Meta(ge=0)]
Metres = Annotated[float, msgspec.Meta(gt=0)]


class Associations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far recorded associations are followed from what a call names, and to how many subjects at most."""

    steps: Annotated[int, msgspec.Meta(ge=1)]
    at_most: Count


class Handsets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a handset's message belongs to a call of its number, and when its fix is older than is right for one."""

    before_call_s: Seconds
    after_call_s: Seconds
    fix_older_s: Seconds
    clock_ahead_s: Seconds

    @property
    def before_call(self) -> timedelta:
        """How long before a call its message may come."""
        return timedelta(seconds=self.before_call_s)

    @property
    def after_call(self) -> timedelta:
        """How long after the beginning of a call its message may come."""
        return timedelta(seconds=self.after_call_s)


class Surges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many calls, within how long and how close together, are offered as one incident."""

    calls: Annotated[int, msgspec.Meta(ge=2)]
    within_s: Count
    close_m: Metres

    @property
    def within(self) -> timedelta:
        """The window as a duration."""
        return timedelta(seconds=self.within_s)


class CallerRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition. `reach_back_s`: how long after a call began a marker placed later still reaches it."""

    version: str
    reach_back_s: Seconds
    earlier_shown: Count
    associations: Associations
    handsets: Handsets
    surges: Surges

    @property
    def reach_back(self) -> timedelta:
        """The same as a duration."""
        return timedelta(seconds=self.reach_back_s)
