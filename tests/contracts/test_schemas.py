"""What integrators are handed: schemas that say what is on the wire, and golden records that keep them."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from cli.contract_files import samples
from cli.contract_files.folder import Folder, read
from cli.contract_files.schemas import DIALECT, schema
from contracts import registry
from contracts.registry import EventType

TYPES = list(registry.all_types())
every_type = pytest.mark.parametrize("entry", TYPES, ids=[entry.name for entry in TYPES])


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(item)


@every_type
def test_a_schema_is_valid_open_and_free_of_null(entry: EventType) -> None:
    made = schema(entry)
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["$schema"] == DIALECT and made["description"]
    assert not any("additionalProperties" in node for node in nodes(made))
    assert not any(node.get("type") == "null" or ("default" in node and node["default"] is None) for node in nodes(made))


@every_type
def test_every_personal_field_is_marked_in_the_schema(entry: EventType) -> None:
    made = schema(entry)
    for path, marker in registry.personal_fields(entry.model).items():
        node = made
        for name in path.split("."):
            node = node["properties"][name]
            marked = node.get("x-personal")
            node = made["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
            node = node.get("items", node)
        assert (marked or node.get("x-personal")) == marker.category


@every_type
def test_the_golden_record_fills_every_field_and_keeps_the_schema(entry: EventType) -> None:
    data = samples.record(entry)["data"]
    assert set(data) == set(entry.model.model_fields)
    jsonschema.Draft202012Validator(schema(entry), format_checker=jsonschema.FormatChecker()).validate(data)


def test_telephone_numbers_in_golden_records_are_ofcoms_drama_numbers() -> None:
    committed = [read(Folder.of_this_checkout().sample(entry.name)) for entry in TYPES]
    numbers = {number for sample in committed if isinstance(number := sample["data"].get("number"), str)}
    assert numbers and all(number.startswith(("+447700900", "+441632960")) for number in numbers)
    assert "07700" not in json.dumps(committed)
