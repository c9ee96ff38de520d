"""What became of positions, and the cover of areas, as people read them."""

from pydantic import BaseModel


class PositionsView(BaseModel):
    """What became of a batch of positions."""

    taken: int
    ignored: int


class AreaView(BaseModel):
    """The cover of one area. `gap`: fewer can be sent than its minimum."""

    area: str
    available: int
    minimum: int
    gap: bool


class MoveView(BaseModel):
    """A unit that could stand by there, and the area that can spare it."""

    unit: str
    callsign: str
    leaves: str
    distance_m: float | None


class CoverView(BaseModel):
    """Every area that has a minimum, and for those with a gap who could stand by."""

    areas: tuple[AreaView, ...]
    moves: dict[str, tuple[MoveView, ...]]


def positions(taken: object) -> PositionsView:
    """What became of a batch of positions."""
    return PositionsView.model_validate(taken, from_attributes=True)


def cover(areas: object) -> CoverView:
    """The cover of the force."""
    return CoverView.model_validate(areas, from_attributes=True)
