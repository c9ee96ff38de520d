"""A data folder: what is in it, who made it, and whether it is whole; refused in words when it cannot be used."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chassis.errors import StoreRefused
from chassis.log.sqlite import SqliteLog
from chassis.store.sqlite import SqliteStorage
from contracts.topics import SERVICES

FORMAT = 1
MARK = "ringback.json"
State = Literal["running", "complete"]


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Four stores, a log, and a mark that says what they are."""

    path: Path

    @classmethod
    def create(cls, path: Path, kind: str) -> "DataFolder":
        """A folder for a new time-lapse. Raises StoreRefused when something is in it already."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise StoreRefused(f"{path} is not empty. Name a new folder with --data, or remove this one first.")
        path.mkdir(parents=True, exist_ok=True)
        folder = cls(path)
        folder.mark(kind, "running")
        return folder

    @classmethod
    def open(cls, path: Path, whole: bool = True) -> "DataFolder":
        """A folder that exists. Raises StoreRefused when it is foreign, newer, or (with `whole`) was cut off half way."""
        folder = cls(path)
        if not path.is_dir():
            raise StoreRefused(f"There is no folder {path}.")
        mark = folder._read()
        if mark.get("format", 0) > FORMAT:
            raise StoreRefused(
                f"{path} was written by a newer Ringback (format {mark['format']}, this one reads {FORMAT}). Upgrade."
            )
        if whole and mark.get("state") == "running" and mark.get("kind") != "live":
            raise StoreRefused(
                f"{path} is half written: the {mark.get('kind')} that made it was cut off. Run it again elsewhere."
            )
        return folder

    def _read(self) -> dict[str, Any]:
        try:
            mark = json.loads((self.path / MARK).read_text("utf-8"))
        except FileNotFoundError:
            raise StoreRefused(f"{self.path} is not a data folder of Ringback: it has no {MARK}.") from None
        except (ValueError, OSError) as damaged:
            raise StoreRefused(f"{self.path / MARK} cannot be read ({type(damaged).__name__}): the folder is damaged.") from None
        if not isinstance(mark, dict) or not isinstance(mark.get("format"), int):
            raise StoreRefused(f"{self.path / MARK} is not a mark of Ringback.")
        return mark

    def mark(self, kind: str, state: State) -> None:
        """Say what the folder is."""
        draft = self.path / f"{MARK}.draft"
        draft.write_text(json.dumps({"format": FORMAT, "kind": kind, "state": state}, indent=2) + "\n", "utf-8")
        draft.replace(self.path / MARK)

    def complete(self) -> bool:
        """Whether a run that is over made it: then nothing may be open any more."""
        return self._read().get("state") == "complete"

    def store_path(self, service: str) -> Path:
        """The SQLite file of a service."""
        return self.path / f"{service}.sqlite"

    def log_path(self) -> Path:
        """The folder of the log."""
        return self.path / "log"

    def storage(self, service: str, batch: int = 1) -> SqliteStorage:
        """The store of a service. Raises StoreRefused when an existing folder lacks it."""
        return SqliteStorage(self.store_path(service), batch)

    def existing(self, services: Sequence[str] = SERVICES) -> dict[str, SqliteStorage]:
        """Stores that must be there."""
        for service in services:
            if not self.store_path(service).exists():
                raise StoreRefused(f"{self.path} has no store of the service {service}.")
        return {service: self.storage(service) for service in services}

    def log(self, durable: bool = True) -> SqliteLog:
        """The log."""
        return SqliteLog(self.log_path(), durable=durable)
