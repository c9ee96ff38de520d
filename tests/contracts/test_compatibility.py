"""Each way to break an event is refused with its reason, and each way to extend one is not."""

from collections.abc import Callable
from copy import deepcopy
from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import Field

from cli.contract_files.compatibility import breaking
from cli.contract_files.schemas import schema
from contracts.envelope import Event, Instant, Telephone, Text, Value
from contracts.registry import EventType

Json = dict[str, Any]


class Colour(StrEnum):
    """A closed list."""

    RED = "red"
    GREEN = "green"


class Part(Value):
    """Something nested."""

    depth: Annotated[float, Field(ge=0, le=10)]
    note: Text | None = None


class Published(Event):
    """An event as it was published."""

    name: Text
    colour: Colour
    count: Annotated[int, Field(ge=1)] = 1
    number: Telephone | None = None
    when: Instant | None = None
    part: Part
    parts: tuple[Part, ...] = ()


OLD = schema(EventType("contact", "Published", 1, Published))


def changed(change: Callable[[Json], object]) -> list[str]:
    """What is said when the published schema becomes the changed one."""
    new = deepcopy(OLD)
    change(new)
    assert new != OLD, "the mutation changed nothing"
    return breaking([OLD], new)


def field(new: Json, name: str) -> Json:
    found: Json = new["properties"][name]
    return found


def part(new: Json) -> Json:
    found: Json = new["$defs"]["Part"]
    return found


BREAKING: dict[str, tuple[Callable[[Json], object], str]] = {
    "a required field added": (
        lambda new: (new["properties"].update(extra={"type": "string"}), new["required"].append("extra")),
        "extra: was added as required",
    ),
    "a required field taken out": (
        lambda new: (new["properties"].pop("name"), new["required"].remove("name")),
        "name: was taken out",
    ),
    "an optional field taken out": (lambda new: new["properties"].pop("when"), "when: was taken out"),
    "a field renamed": (lambda new: new["properties"].update(moment=new["properties"].pop("when")), "when: was taken out"),
    "optional to required": (lambda new: new["required"].append("when"), "when: was optional and is required"),
    "required to optional": (lambda new: new["required"].remove("name"), "name: was required and is optional"),
    "another type": (lambda new: field(new, "count").update(type="string"), "count: `type` was"),
    "a wider type": (lambda new: field(new, "count").update(type="number"), "count: `type` was"),
    "a nullable field": (
        lambda new: new["properties"].update(name={"anyOf": [{"type": "string", "maxLength": 500}, {"type": "null"}]}),
        "name: `anyOf` was not said",
    ),
    "one value becomes a list": (
        lambda new: new["properties"].update(name={"type": "array", "items": field(new, "name")}),
        "name: `type` was",
    ),
    "the enum widened": (lambda new: new["$defs"]["Colour"]["enum"].append("blue"), "colour: `enum` was"),
    "the enum narrowed": (lambda new: new["$defs"]["Colour"]["enum"].remove("red"), "colour: `enum` was"),
    "a longer text": (lambda new: field(new, "name").update(maxLength=900), "name: `maxLength` was 500 and is 900"),
    "a shorter text": (lambda new: field(new, "name").update(maxLength=50), "name: `maxLength` was 500 and is 50"),
    "a lower bound lifted": (lambda new: field(new, "count").update(minimum=2), "count: `minimum` was 1 and is 2"),
    "a lower bound dropped": (lambda new: field(new, "count").pop("minimum"), "count: `minimum` was 1 and is not said"),
    "another format": (lambda new: field(new, "when").update(format="date"), "when: `format` was"),
    "no format any more": (lambda new: field(new, "when").pop("format"), "when: `format` was"),
    "a pattern": (lambda new: field(new, "name").update(pattern="^x"), "name: `pattern` was not said"),
    "another default": (lambda new: field(new, "count").update(default=2), "count: `default` was 1 and is 2"),
    "the model closed": (lambda new: new.update(additionalProperties=False), "the event: `additionalProperties`"),
    "the mark of personal data lifted": (lambda new: field(new, "number").pop("x-personal"), "number: was personal data"),
    "another kind of personal data": (
        lambda new: field(new, "number").update({"x-personal": "narrative"}),
        "number: was personal data",
    ),
    "nested: a required field added": (
        lambda new: (part(new)["properties"].update(extra={"type": "string"}), part(new)["required"].append("extra")),
        "part.extra: was added as required",
    ),
    "nested: a field taken out": (lambda new: part(new)["properties"].pop("note"), "part.note: was taken out"),
    "nested in a list: a bound moved": (
        lambda new: part(new)["properties"]["depth"].update(maximum=11),
        "parts[].depth: `maximum` was 10 and is 11",
    ),
    "the list's items let go": (lambda new: field(new, "parts").pop("items"), "parts: `items` is said in only one"),
    "an unheard-of keyword": (lambda new: new.update(dependentRequired={"when": ["number"]}), "the event: `dependentRequired`"),
}

COMPATIBLE: dict[str, Callable[[Json], object]] = {
    "an optional field added": lambda new: new["properties"].update(extra={"type": "string"}),
    "an optional field with a default added": lambda new: new["properties"].update(extra={"type": "integer", "default": 3}),
    "an optional part with required fields added": lambda new: new["properties"].update(extra={"$ref": "#/$defs/Part"}),
    "an optional list of parts added": lambda new: new["properties"].update(
        extra={"type": "array", "items": {"$ref": "#/$defs/Part"}}
    ),
    "nested: an optional field added": lambda new: part(new)["properties"].update(extra={"type": "string", "maxLength": 5}),
    "other words": lambda new: (new.update(description="Better said."), part(new).update(title="Piece")),
    "a field marked as personal": lambda new: field(new, "name").update({"x-personal": "narrative"}),
    "the enum in another order": lambda new: new["$defs"]["Colour"]["enum"].reverse(),
    "the required fields in another order": lambda new: new["required"].reverse(),
    "a definition renamed": lambda new: (
        new["$defs"].update(Piece=new["$defs"].pop("Part")),
        new["properties"].update(part={"$ref": "#/$defs/Piece"}),
        field(new, "parts").update(items={"$ref": "#/$defs/Piece"}),
    ),
}


@pytest.mark.parametrize("kind", BREAKING)
def test_a_breaking_change_is_refused_with_its_reason(kind: str) -> None:
    change, reason = BREAKING[kind]
    assert any(said.startswith(reason) for said in changed(change)), changed(change)


@pytest.mark.parametrize("kind", COMPATIBLE)
def test_a_compatible_change_is_accepted(kind: str) -> None:
    assert changed(COMPATIBLE[kind]) == []


def test_the_same_schema_is_compatible_with_itself() -> None:
    assert breaking([OLD], deepcopy(OLD)) == []


def test_every_earlier_shape_counts_and_not_only_the_last() -> None:
    with_text, without, with_number = deepcopy(OLD), deepcopy(OLD), deepcopy(OLD)
    with_text["properties"]["extra"] = {"type": "string"}
    with_number["properties"]["extra"] = {"type": "integer"}
    assert breaking([without], with_number) == []
    assert any(said.startswith("extra: `type` was") for said in breaking([with_text, without], with_number))


def test_jsoncompat_alone_sees_what_our_rules_overlook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.contract_files.compatibility._differences", lambda old, new, path: iter(()))
    for kind in (
        "a required field added",
        "required to optional",
        "another type",
        "the enum widened",
        "the enum narrowed",
        "a longer text",
    ):
        assert changed(BREAKING[kind][0]), kind
    for kind, change in COMPATIBLE.items():
        assert changed(change) == [], kind


def test_what_jsoncompat_cannot_decide_counts_as_breaking() -> None:
    odd = deepcopy(OLD)
    odd["properties"]["step"] = {"type": "integer", "$dynamicRef": "#elsewhere"}
    assert any("could not be proven" in said for said in breaking([odd], odd)), breaking([odd], odd)
