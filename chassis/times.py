"""A distribution of seconds as it is shown and sent: mean beside median, the 90th percentile, the longest, and bands."""

from pydantic import BaseModel, ConfigDict

from chassis.durations import Durations


class Times(BaseModel):
    """A distribution of seconds. `bands` counts below the first edge, between edges, and from the last edge on."""

    model_config = ConfigDict(frozen=True)

    count: int
    mean_s: float | None
    median_s: int | float | None
    p90_s: int | None
    longest_s: int | None
    edges_s: tuple[int, ...]
    bands: tuple[int, ...]

    @classmethod
    def of(cls, durations: Durations, edges_s: tuple[int, ...]) -> "Times":
        """The distribution of durations, with counts between the edges."""
        return cls(
            count=durations.count,
            mean_s=durations.mean(),
            median_s=durations.median(),
            p90_s=durations.percentile(90),
            longest_s=durations.longest(),
            edges_s=edges_s,
            bands=tuple(durations.bands(edges_s)),
        )
