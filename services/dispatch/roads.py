"""Travel times along the roads of a file that the force supplies: a GraphML road graph, as OSMnx writes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import rustworkx

from chassis.errors import PolicyRefused
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.travel import Way, Where, distance_m

_WINDOW_DEGREES = 0.02
"""How far north and south of a point its nearest junction is looked for before the whole graph is."""


class RoadGraph:
    """`TravelTimes` over a road graph: nodes with `x` and `y` in degrees, edges with `travel_time` in seconds.

    The graph's times are those of free roads at the routine speed; a grade's speed and the time of day scale them. From and to
    the nearest junction the straight line counts. Where no road leads there is no way.
    """

    def __init__(self, graph: "rustworkx.PyDiGraph[Any, float]") -> None:
        """The graph has its edges reversed already: one search from the scene finds the way from everywhere."""
        self._graph = graph
        nodes = sorted(graph.node_indices(), key=lambda node: graph[node][0])
        self._nodes = np.array(nodes)
        self._places = np.array([graph[node] for node in nodes])

    @classmethod
    def open(cls, path: Path) -> "RoadGraph":
        """Read the file; PolicyRefused says what it lacks."""
        try:
            read = rustworkx.read_graphml(str(path))[0]
        except (RuntimeError, OSError, IndexError, ValueError) as broken:
            raise PolicyRefused(f"{path}: is no GraphML road graph ({broken})") from None
        directed = read if isinstance(read, rustworkx.PyDiGraph) else read.to_directed()
        graph: rustworkx.PyDiGraph[Any, float] = rustworkx.PyDiGraph()
        places = graph.add_nodes_from([_place(path, directed[node]) for node in directed.node_indices()])
        row = dict(zip(directed.node_indices(), places, strict=True))
        graph.add_edges_from([(row[end], row[start], _seconds(path, edge)) for start, end, edge in directed.weighted_edge_list()])
        if not places:
            raise PolicyRefused(f"{path}: has no junction")
        return cls(graph)

    def ways(self, to: Where, origins: Sequence[Where], grade: str, at: datetime, rules: Deployment) -> Sequence[Way | None]:
        """The way from each origin."""
        scene, last_m = self._junction(to)
        seconds = dict(rustworkx.digraph_dijkstra_shortest_path_lengths(self._graph, scene, float).items())
        faster = rules.kmh(grade) / rules.routine_kmh * rules.traffic_at(at)
        metre_s = rules.road_factor / rules.routine_kmh * 3.6
        ways: list[Way | None] = []
        for origin in origins:
            junction, first_m = self._junction(origin)
            along = 0.0 if junction == scene else seconds.get(junction)
            beside = (first_m + last_m) * metre_s
            ways.append(None if along is None else Way(distance_m(origin, to), (along + beside) / faster))
        return ways

    def _junction(self, point: Where) -> tuple[int, float]:
        """The nearest junction and how far it is, in metres."""
        first, last = np.searchsorted(self._places[:, 0], (point[0] - _WINDOW_DEGREES, point[0] + _WINDOW_DEGREES))
        if first == last:
            first, last = 0, len(self._nodes)
        near = self._places[first:last]
        north, east = near[:, 0] - point[0], (near[:, 1] - point[1]) * np.cos(np.radians(point[0]))
        found = int(first) + int(np.argmin(north * north + east * east))
        latitude, longitude = self._places[found]
        return int(self._nodes[found]), distance_m(point, (float(latitude), float(longitude)))


def _place(path: Path, node: Mapping[str, Any]) -> Where:
    try:
        return float(node["y"]), float(node["x"])
    except (KeyError, TypeError, ValueError):
        raise PolicyRefused(f"{path}: a node has no x and y in degrees") from None


def _seconds(path: Path, edge: Mapping[str, Any]) -> float:
    try:
        seconds = float(edge["travel_time"])
    except (KeyError, TypeError, ValueError):
        raise PolicyRefused(f"{path}: an edge has no travel_time in seconds") from None
    if not 0 <= seconds < 1e7:
        raise PolicyRefused(f"{path}: an edge takes {seconds} seconds")
    return seconds
