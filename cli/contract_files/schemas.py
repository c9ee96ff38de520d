"""The JSON Schema of each event as it stands on the wire, for readers in any language."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from cli.contract_files.folder import Json
from contracts.registry import EventType

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _WireSchema(GenerateJsonSchema):
    """Pydantic's schema without what never stands on the wire: a field without a value is left out, never null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Json:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        made = super().default_schema(schema)
        if made.get("default", "") is None:
            del made["default"]
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema(entry: EventType) -> Json:
    """The schema of one type. The content model is open: whatever is not named here may be there and is to be ignored."""
    made = entry.model.model_json_schema(schema_generator=_WireSchema)
    return made | {
        "$schema": DIALECT,
        "title": entry.noun,
        "x-event-type": entry.name,
        "x-dataclassification": entry.classification,
    }
