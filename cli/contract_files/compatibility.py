"""Whether every reader and every writer, of whatever age, still understands each other: FULL_TRANSITIVE compatibility.

Two judges must agree. Our own rules know what an open content model allows and call everything breaking that they do not
know to be harmless; jsoncompat compares what the two schemas accept, and sees what a rule of ours might overlook. It reads
no meaning into `format`, `default` and `x-personal`, which is why it is not the only judge.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import jsoncompat

from cli.contract_files.folder import Json

HARMLESS = frozenset({"$schema", "$defs", "$comment", "title", "description", "examples", "x-event-type", "x-dataclassification"})
COMPARED_BY_PARTS = frozenset({"properties", "required", "items", "x-personal"})


def resolved(schema: Json) -> Json:
    """The schema with its definitions in place of the references to them, without the words for people."""
    return _expanded(schema, schema.get("$defs", {}))


def _expanded(node: Json, definitions: Json) -> Json:
    if "$ref" in node:
        target = definitions[node["$ref"].removeprefix("#/$defs/")]
        node = target | {keyword: value for keyword, value in node.items() if keyword != "$ref"}
    return {keyword: _part(keyword, value, definitions) for keyword, value in node.items() if keyword not in HARMLESS}


def _part(keyword: str, value: Any, definitions: Json) -> Any:
    if keyword in ("properties", "patternProperties"):
        return {name: _expanded(schema, definitions) for name, schema in value.items()}
    if keyword in ("items", "additionalProperties") and isinstance(value, dict):
        return _expanded(value, definitions)
    if keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        return [_expanded(schema, definitions) for schema in value]
    return sorted(value, key=json.dumps) if keyword in ("enum", "required") else value


def breaking(earlier: Sequence[Json], new: Json) -> list[str]:
    """Why the new schema does not go with the earlier ones; empty when it goes with all of them, both ways."""
    shape = resolved(new)
    found: list[str] = []
    for old in earlier:
        reasons = list(_differences(resolved(old), shape, "")) or _second_opinion(resolved(old), shape)
        found += [reason for reason in reasons if reason not in found]
    return found


def _differences(old: Json, new: Json, path: str) -> Iterator[str]:
    where = path or "the event"
    for keyword in sorted((old.keys() | new.keys()) - COMPARED_BY_PARTS):
        if old.get(keyword) != new.get(keyword):
            yield f"{where}: `{keyword}` was {_said(old, keyword)} and is {_said(new, keyword)}"
    if "x-personal" in old and old["x-personal"] != new.get("x-personal"):
        yield f"{where}: was personal data ({old['x-personal']}) and must be protected as such for ever"
    yield from _fields(old, new, path)
    if ("items" in old) != ("items" in new):
        yield f"{where}: `items` is said in only one of the two"
    elif "items" in old:
        yield from _differences(old["items"], new["items"], f"{path}[]")


def _fields(old: Json, new: Json, path: str) -> Iterator[str]:
    before, now = old.get("properties", {}), new.get("properties", {})
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() | now.keys()):
        field = f"{path}.{name}".lstrip(".")
        if name not in now:
            yield f"{field}: was taken out, but stored records have it"
        elif name not in before:
            if name in is_required:
                yield f"{field}: was added as required, but stored records lack it"
        elif (name in was_required) != (name in is_required):
            yield f"{field}: was {_duty(name in was_required)} and is {_duty(name in is_required)}"
        else:
            yield from _differences(before[name], now[name], field)


def _second_opinion(old: Json, new: Json) -> list[str]:
    """What jsoncompat says: the new writer to the old reader, and the old writer to the new reader."""
    found = []
    before, now = json.dumps(_with_later_fields(old, new)), json.dumps(new)
    for role, reader in (
        (jsoncompat.Role.SERIALIZER, "an old reader refuses what a new writer says"),
        (jsoncompat.Role.DESERIALIZER, "a new reader refuses old records"),
    ):
        try:
            if not jsoncompat.check_compat(before, now, role):
                found.append(f"the event: {reader}")
        except ValueError as undecided:
            found.append(f"the event: compatibility could not be proven ({undecided})")
    return found


def _with_later_fields(old: Json, new: Json) -> Json:
    """The old schema as its writers kept it: no name that was added later was in use, so it may be described as it is now.

    Without this every optional field would count as breaking, because an open model allows anything under a name not in use.
    """
    merged = dict(old)
    if "properties" in new:
        before, now = old.get("properties", {}), new["properties"]
        merged["properties"] = {
            name: _with_later_fields(before[name], now[name]) if name in before else now[name] for name in now
        }
    if "items" in old and "items" in new:
        merged["items"] = _with_later_fields(old["items"], new["items"])
    return merged


def _duty(required: bool) -> str:
    return "required" if required else "optional"


def _said(schema: Json, keyword: str) -> str:
    return json.dumps(schema[keyword]) if keyword in schema else "not said"
