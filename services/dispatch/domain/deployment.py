"""How a force deploys: which statuses can be sent, which can be taken from another job, how fast units travel."""

from typing import Annotated

import msgspec

from contracts.dispatch import Status

Speed = Annotated[float, msgspec.Meta(gt=0, le=300)]


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a force's rules. `auto_assign` False: a person decides, the system only recommends.

    Speeds are km/h along the great circle, so they stand below those on the road.
    """

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    available: Annotated[tuple[Status, ...], msgspec.Meta(min_length=1)]
    preemptible: tuple[Status, ...]
    urgent_grades: tuple[str, ...]
    urgent_kmh: Speed
    routine_kmh: Speed
    auto_assign: bool = False

    def __post_init__(self) -> None:
        if set(self.available) & set(self.preemptible):
            raise ValueError("preemptible: a status that is available cannot be pre-emptible as well")
        if Status.OFF_DUTY in (*self.available, *self.preemptible):
            raise ValueError("available, preemptible: a unit that is off duty cannot be sent")

    def kmh(self, grade: str) -> float:
        """How fast a unit is expected to come for a grade."""
        return self.urgent_kmh if grade in self.urgent_grades else self.routine_kmh
