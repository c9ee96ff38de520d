"""One page for people: every event, who says it, who hears it, and what it tells."""

from collections.abc import Iterator

from contracts import registry, topics
from contracts.registry import EventType

OPENING = """# All events

Made from `contracts/` by `make contracts`; do not edit. How to read the bus is told in [events.md](events.md).
Personal fields are set in *italics*; optional ones end in `?`.
"""


def text() -> str:
    """The page."""
    types = list(registry.all_types())
    return "\n".join([OPENING, *(line for service in topics.SERVICES for line in _section(service, types))])


def _section(service: str, types: list[EventType]) -> Iterator[str]:
    hearers = [name for name, heard in topics.HEARS.items() if service in heard]
    yield f"## {service.capitalize()}\n"
    yield f"Topic `{topics.TOPICS[service].name}`, heard by {', '.join(hearers) or 'no service of ours'}.\n"
    yield "| event | what it tells | fields |"
    yield "|---|---|---|"
    for entry in types:
        if entry.service == service:
            yield f"| {_link(entry)} | {_words(entry)} | {_fields(entry)} |"
    yield ""


def _link(entry: EventType) -> str:
    return f"[`{entry.noun}.v{entry.version}`](../contracts/schemas/{entry.name}.json)"


def _words(entry: EventType) -> str:
    return " ".join((entry.model.__doc__ or "").split())


def _fields(entry: EventType) -> str:
    personal = {path.split(".")[0] for path in registry.personal_fields(entry.model)}
    named = (f"{name}{'' if field.is_required() else '?'}" for name, field in entry.model.model_fields.items())
    return ", ".join(f"*{name}*" if name.rstrip("?") in personal else name for name in named)
