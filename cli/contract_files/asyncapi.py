"""The bus in AsyncAPI 3.0: which service says what on which topic, who hears it, and how a message is made up."""

from collections.abc import Iterator

import yaml

from cli.contract_files.folder import Json
from contracts import registry, topics
from contracts.registry import EventType

BINDING = "0.5.0"
COUNT = {"type": "string", "pattern": "^[0-9]+$"}
TIME = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}

HEADERS: dict[str, tuple[str, Json]] = {
    "ce_specversion": ("Version of the CloudEvents specification.", {"type": "string", "const": "1.0"}),
    "ce_id": (
        "Identity of the event: uuid5 of its cause and a counter, so that a cause is never recorded twice.",
        {**TEXT, "format": "uuid"},
    ),
    "ce_source": ("The service that says it, as /ringback/<service>.", {**TEXT, "format": "uri-reference"}),
    "ce_type": ("Name and version of the event; it never changes its meaning.", TEXT),
    "ce_subject": ("The stream: what the event is about. Equal to the message key.", TEXT),
    "ce_time": ("When it happened, by its source's clock.", TIME),
    "ce_sequence": ("Position among all events of the service, from 1.", COUNT),
    "ce_previous": ("Position of the event before this one in the same partition; 0 for the first.", COUNT),
    "ce_streamversion": ("Position within the stream, from 1.", COUNT),
    "ce_recordedtime": ("When it was saved.", TIME),
    "ce_correlationid": ("What holds a whole chain of events together.", TEXT),
    "ce_causationid": ("The event or command that caused this one.", TEXT),
    "ce_partitionkey": ("What the partition is computed from: CRC-32 of it, modulo the number of partitions.", TEXT),
    "ce_dataclassification": (
        "`personal` when the data can hold personal fields, else `internal`.",
        {"type": "string", "enum": ["internal", "personal"]},
    ),
    "ce_actor": ("On whose behalf it was recorded.", TEXT),
    "content-type": ("Media type of the data.", {"type": "string", "const": "application/json"}),
    "ce_traceparent": ("W3C trace context; absent when the cause was not traced.", TEXT),
}
OPTIONAL = ("ce_traceparent",)


def document() -> Json:
    """The whole description, with the payload schemas by reference."""
    types = list(registry.all_types())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ringback event bus",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 over Kafka in binary mode. Every event is kept for ever; see docs/events.md.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"bus": _server()},
        "channels": {service: _channel(service, types) for service in topics.SERVICES},
        "operations": dict(_operations()),
        "components": {
            "messages": {_key(entry): _message(entry) for entry in types},
            "schemas": {"cloudEventHeaders": _headers()},
        },
    }


def text() -> str:
    """The file."""
    return yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=130)


def _server() -> Json:
    return {
        "host": "{brokers}",
        "protocol": "kafka",
        "description": "The force's Kafka, 4.0 or newer.",
        "variables": {"brokers": {"default": "localhost:9092", "description": "Bootstrap brokers."}},
    }


def _key(entry: EventType) -> str:
    return entry.name.removeprefix("ringback.")


def _channel(service: str, types: list[EventType]) -> Json:
    topic = topics.TOPICS[service]
    settings = topic.settings(replicas=3)
    return {
        "address": topic.name,
        "title": f"What the {service} service says",
        "messages": {
            _key(entry): {"$ref": f"#/components/messages/{_key(entry)}"} for entry in types if entry.service == service
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "replicas": 3,
                "topicConfiguration": {
                    "cleanup.policy": settings["cleanup.policy"].split(","),
                    "retention.ms": int(settings["retention.ms"]),
                    "retention.bytes": int(settings["retention.bytes"]),
                },
                "bindingVersion": BINDING,
            }
        },
        "x-topic-settings": settings,
    }


def _operations() -> Iterator[tuple[str, Json]]:
    for service in topics.SERVICES:
        yield (
            f"{service}.says",
            {
                "action": "send",
                "channel": {"$ref": f"#/channels/{service}"},
                "summary": f"The {service} service publishes every event it recorded, in order.",
                "bindings": {"kafka": {"clientId": {"type": "string", "const": service}, "bindingVersion": BINDING}},
            },
        )
        for heard in topics.HEARS[service]:
            yield (
                f"{service}.hears.{heard}",
                {
                    "action": "receive",
                    "channel": {"$ref": f"#/channels/{heard}"},
                    "summary": f"The {service} service hears what {heard} says.",
                    "bindings": {"kafka": {"groupId": {"type": "string", "const": service}, "bindingVersion": BINDING}},
                },
            )


def _message(entry: EventType) -> Json:
    return {
        "name": entry.name,
        "title": f"{entry.noun} v{entry.version}",
        "summary": _summary(entry),
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/cloudEventHeaders"},
                {
                    "type": "object",
                    "properties": {
                        "ce_type": {"const": entry.name},
                        "ce_source": {"const": f"/ringback/{entry.service}"},
                        "ce_dataclassification": {"const": entry.classification},
                    },
                },
            ]
        },
        "payload": {"$ref": f"./schemas/{entry.name}.json"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": "The stream; equal to ce_subject."}, "bindingVersion": BINDING}
        },
        "x-dataclassification": entry.classification,
        "x-personal-fields": sorted(registry.personal_fields(entry.model)),
    }


def _summary(entry: EventType) -> str:
    return " ".join((entry.model.__doc__ or "").split())


def _headers() -> Json:
    return {
        "type": "object",
        "description": "The headers of every message: CloudEvents attributes under `ce_`, in UTF-8.",
        "required": [name for name in HEADERS if name not in OPTIONAL],
        "properties": {name: {**schema, "description": words} for name, (words, schema) in HEADERS.items()},
    }
