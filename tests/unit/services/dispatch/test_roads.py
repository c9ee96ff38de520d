from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.errors import PolicyRefused
from services.dispatch.policy.deployment import load
from services.dispatch.roads import RoadGraph

NOON = datetime(2026, 6, 5, 11, tzinfo=UTC)
RULES = load().at(NOON)

BRIDGE = {"a": (51.50, -0.10), "b": (51.50, -0.08), "c": (51.51, -0.10), "far": (51.50, -0.20)}
"""The scene is at a; c is near it across a river that only b has a bridge over; far lies down a fast road."""
ROADS = [("a", "b", 120), ("b", "c", 200), ("a", "far", 260), ("far", "a", 180)]


def graphml(path: Path, roads: list[tuple[str, str, object]], key: str = "travel_time") -> Path:
    """A file as OSMnx writes it: every value is a text."""
    nodes = "".join(
        f'<node id="{name}"><data key="y">{y}</data><data key="x">{x}</data></node>' for name, (y, x) in BRIDGE.items()
    )
    edges = "".join(f'<edge source="{a}" target="{b}"><data key="t">{seconds}</data></edge>' for a, b, seconds in roads)
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="y" for="node" attr.name="y" attr.type="string"/><key id="x" for="node" attr.name="x" attr.type="string"/>'
        f'<key id="t" for="edge" attr.name="{key}" attr.type="string"/>'
        f'<graph edgedefault="directed">{nodes}{edges}</graph></graphml>'
    )
    return path


def seconds(roads: RoadGraph, *origins: str, grade: str = "Routine") -> list[float | None]:
    ways = roads.ways(BRIDGE["a"], [BRIDGE[one] for one in origins], grade, NOON, RULES)
    return [None if way is None else way.seconds for way in ways]


def test_the_way_is_the_one_towards_the_scene_along_the_roads(tmp_path: Path) -> None:
    roads = RoadGraph.open(graphml(tmp_path / "roads.graphml", [*ROADS, ("b", "a", 130), ("c", "b", 210)]))
    assert seconds(roads, "c", "b", "far", "a") == pytest.approx([340, 130, 180, 0])


def test_an_urgent_grade_and_the_hour_scale_the_times(tmp_path: Path) -> None:
    roads = RoadGraph.open(graphml(tmp_path / "roads.graphml", ROADS))
    assert seconds(roads, "far", grade="Immediate") == pytest.approx([180 * RULES.routine_kmh / RULES.urgent_kmh])
    rush = roads.ways(BRIDGE["a"], [BRIDGE["far"]], "Routine", NOON.replace(hour=7), RULES)[0]
    assert rush is not None
    assert rush.seconds == pytest.approx(180 / 0.8)


def test_where_no_road_leads_there_is_no_way(tmp_path: Path) -> None:
    assert seconds(RoadGraph.open(graphml(tmp_path / "roads.graphml", ROADS)), "c") == [None]


def test_beside_the_roads_the_straight_line_counts(tmp_path: Path) -> None:
    roads = RoadGraph.open(graphml(tmp_path / "roads.graphml", ROADS))
    (way,) = roads.ways(BRIDGE["a"], [(51.501, -0.2)], "Routine", NOON, RULES)
    assert way is not None
    assert way.seconds == pytest.approx(180 + 111.2 * 1.3 / 30 * 3.6, rel=1e-3)


def test_two_way_streets_need_be_drawn_once(tmp_path: Path) -> None:
    file = graphml(tmp_path / "roads.graphml", ROADS[:2])
    file.write_text(file.read_text().replace('edgedefault="directed"', 'edgedefault="undirected"'))
    assert seconds(RoadGraph.open(file), "c") == pytest.approx([320])


@pytest.mark.parametrize(
    ("roads", "key", "reason"),
    [
        ([("a", "b", "slow")], "travel_time", "travel_time"),
        (ROADS, "length", "travel_time"),
        ([("a", "b", -1)], "travel_time", "-1"),
    ],
)
def test_a_graph_that_cannot_be_meant_is_refused_with_the_file_and_the_reason(
    tmp_path: Path, roads: list[tuple[str, str, object]], key: str, reason: str
) -> None:
    with pytest.raises(PolicyRefused, match=rf"roads\.graphml: .*{reason}"):
        RoadGraph.open(graphml(tmp_path / "roads.graphml", roads, key))


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roads.graphml").write_text("no graph")
    with pytest.raises(PolicyRefused, match="no GraphML"):
        RoadGraph.open(tmp_path / "roads.graphml")
