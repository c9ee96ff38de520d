"""Where the files made from the contracts lie, and how they are read and written: the same bytes on every machine."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import contracts

Json = dict[str, Any]
TYPE_NAME = re.compile(r"ringback\.\w+\.\w+\.v[1-9]\d*")


@dataclass(frozen=True, slots=True)
class Folder:
    """A checkout. Every path the other modules use is named here and nowhere else."""

    root: Path

    @classmethod
    def of_this_checkout(cls) -> "Folder":
        """The one that `contracts` was imported from."""
        return cls(Path(contracts.__file__).parent.parent)

    def schema(self, name: str) -> Path:
        """The JSON Schema of a type as it is now."""
        return self.root / "contracts" / "schemas" / f"{name}.json"

    def history(self, name: str, number: int) -> Path:
        """The n-th shape that a type was ever published with; these files are only added to."""
        return self.root / "contracts" / "schemas" / "history" / name / f"{number}.json"

    def sample(self, name: str) -> Path:
        """The golden record of a type; these files are only added to."""
        return self.root / "contracts" / "samples" / f"{name}.json"

    @property
    def asyncapi(self) -> Path:
        """The description of the bus."""
        return self.root / "contracts" / "asyncapi.yaml"

    def openapi(self, service: str) -> Path:
        """The description of a service's HTTP side."""
        return self.root / "contracts" / "openapi" / f"{service}.json"

    @property
    def events_list(self) -> Path:
        """The page that lists every event."""
        return self.root / "docs" / "events-list.md"

    def past_types(self) -> list[str]:
        """Every type that was ever published, by its history or by its sample."""
        histories = (path.name for path in self.history("x", 1).parent.parent.glob("*"))
        samples = (path.stem for path in self.sample("x").parent.glob("*.json"))
        return sorted(name for name in {*histories, *samples} if TYPE_NAME.fullmatch(name))

    def past_shapes(self, name: str) -> list[Json]:
        """The history of a type, oldest first; raises ValueError when an entry is missing between two others."""
        numbers = sorted(int(path.stem) for path in self.history(name, 1).parent.glob("[0-9]*.json"))
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"{name}: its history has the entries {numbers}: one is gone. Restore it from version control")
        return [read(self.history(name, number)) for number in numbers]


def render(content: Json) -> str:
    """JSON for people: sorted, indented, ending in a line break."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read(path: Path) -> Json:
    """A JSON file; its members keep their order."""
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
