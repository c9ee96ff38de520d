"""The CloudEvents project's own feature file for Kafka, run line by line against our reader."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chassis.log.cloudevents import CloudEvent, parse

FEATURE = "cloudevents-conformance/features/kafka-protocol-binding.feature"


@dataclass
class Step:
    """One line of a scenario with the table or the text that hangs on it."""

    line: str
    table: list[list[str]] = field(default_factory=list)
    text: str = ""

    def pairs(self) -> dict[str, str]:
        return dict(self.table[1:])

    def filled(self, values: dict[str, str]) -> "Step":
        def fill(text: str) -> str:
            for name, value in values.items():
                text = text.replace(f"<{name}>", value)
            return text

        return Step(fill(self.line), [[fill(cell) for cell in row] for row in self.table], fill(self.text))


@dataclass
class Scenario:
    """A scenario; an outline has examples, each of which is one."""

    name: str
    steps: list[Step] = field(default_factory=list)

    def runs(self) -> Iterator[list[Step]]:
        examples = next((step.table for step in self.steps if step.line.startswith("Examples:")), None)
        steps = [step for step in self.steps if not step.line.startswith("Examples:")]
        if examples is None:
            yield steps
            return
        for row in examples[1:]:
            yield [step.filled(dict(zip(examples[0], row, strict=True))) for step in steps]


def read_feature(text: str) -> list[Scenario]:
    """The scenarios of a Gherkin file, as far as this one uses the language."""
    scenarios: list[Scenario] = []
    quoted: list[str] | None = None
    for raw in text.splitlines():
        line = raw.strip()
        if line == '"""':
            if quoted is not None:
                scenarios[-1].steps[-1].text = "\n".join(quoted)
            quoted = [] if quoted is None else None
        elif quoted is not None:
            quoted.append(line)
        elif line.startswith("Scenario"):
            scenarios.append(Scenario(line))
        elif line.startswith("|"):
            scenarios[-1].steps[-1].table.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line and scenarios:
            scenarios[-1].steps.append(Step(line))
    return scenarios


def run(steps: list[Step]) -> int:
    """Do what each step says; how many steps checked something."""
    payload, headers = b"", dict[str, str]()
    event: CloudEvent | None = None
    checked = 0
    for step in steps:
        words = step.line.split(" ", 1)[1]
        if words == "a Kafka message with payload:":
            payload = step.text.encode()
        elif words == "Kafka headers:":
            headers = step.pairs()
        elif words == "parsed as Kafka message":
            event = parse(tuple((name, value.encode()) for name, value in headers.items()), payload)
        elif words == "the attributes are:":
            assert event is not None and dict(event.attributes) == step.pairs()
            checked += 1
        elif words == "the data is equal to the following JSON:":
            assert event is not None and json.loads(event.data) == json.loads(step.text)
            checked += 1
        else:
            pytest.fail(f"a step that this runner does not know: {step.line}")
    return checked


def test_every_scenario_of_the_kafka_binding_holds(vectors: Path) -> None:
    scenarios = read_feature((vectors / FEATURE).read_text())
    checked: list[Any] = [run(steps) for scenario in scenarios for steps in scenario.runs()]
    assert checked == [2, 2, 2], "one binary and two structured scenarios, two checks each"
