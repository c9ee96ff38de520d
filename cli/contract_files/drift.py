"""Writing what is made from the contracts, and the check that the committed files are what they should be.

Schemas, AsyncAPI, OpenAPI and the list of events follow the code. The history of shapes and the golden records are only
added to: they are what the code is held against.
"""

from collections.abc import Mapping
from pathlib import Path

from cli.contract_files import asyncapi, events_list, openapi, samples, schemas
from cli.contract_files.compatibility import breaking, resolved
from cli.contract_files.folder import Folder, read, render, write
from contracts import registry, upcasts
from contracts.registry import EventType

FOR_EVER = "Events are for ever: keep {name} as it was and add {next} with an upcast."


def write_all(folder: Folder) -> tuple[list[Path], list[str]]:
    """Bring the files up to date: which were written, or, when the past would be broken, why none was."""
    faults = past_faults(folder)
    if faults:
        return [], faults
    wanted = _wanted(folder)
    changed = [path for path, text in wanted.items() if _committed(path) != text]
    for path in changed:
        write(path, wanted[path])
    surplus = _surplus(folder, wanted)
    for path in surplus:
        path.unlink()
    return changed + surplus, []


def check_all(folder: Folder) -> list[str]:
    """Everything that is wrong with the committed files, a sentence each; empty when nothing is."""
    if faults := past_faults(folder):
        return faults
    wanted = _wanted(folder)
    stale = [path for path, text in wanted.items() if _committed(path) != text]
    return [
        *(
            f"{path.relative_to(folder.root)} does not follow the code. Run `make contracts` and commit what it writes"
            for path in stale
        ),
        *(f"{path.relative_to(folder.root)} belongs to nothing. Run `make contracts`" for path in _surplus(folder, wanted)),
    ]


def past_faults(folder: Folder) -> list[str]:
    """What the code does to events that were ever published: nothing may be in this list."""
    known = {entry.name: entry for entry in registry.all_types()}
    faults = [fault for name in sorted({*known, *folder.past_types()}) for fault in _faults_of(folder, name, known.get(name))]
    return faults + _missing_upcasts()


def _faults_of(folder: Folder, name: str, entry: EventType | None) -> list[str]:
    if entry is None:
        return [f"{name} was published and is gone, or has another name now. {_for_ever(name)}"]
    try:
        shapes = folder.past_shapes(name)
    except ValueError as gap:
        return [str(gap)]
    sample = folder.sample(name)
    if not shapes and not sample.exists():
        return []
    if not sample.exists():
        return [f"{name}: its golden record is gone. Restore {sample.relative_to(folder.root)} from version control"]
    if not shapes:
        return [f"{name}: the history of its shapes is gone. Restore contracts/schemas/history/{name} from version control"]
    reasons = breaking(shapes, schemas.schema(entry))
    return [f"{name}: {reason}. {_for_ever(name)}" for reason in reasons] or samples.faults(name, read(sample))


def _missing_upcasts() -> list[str]:
    entries = list(registry.all_types())
    newest = {(entry.service, entry.noun): entry for entry in sorted(entries, key=lambda entry: entry.version)}
    return [
        f"{entry.name}: {used.name} exists, but no upcast leads there. Register one in contracts/upcasts.py"
        for entry in entries
        if upcasts.newest(entry.name) != (used := newest[entry.service, entry.noun]).name
    ]


def _wanted(folder: Folder) -> dict[Path, str]:
    """Every file that must stand there with this text; golden records and history only where they are new."""
    made = {folder.schema(entry.name): render(schemas.schema(entry)) for entry in registry.all_types()}
    made |= {folder.openapi(service): render(document) for service, document in openapi.documents().items()}
    made |= {folder.asyncapi: asyncapi.text(), folder.events_list: events_list.text()}
    return made | _new_history(folder) | _new_samples(folder)


def _new_history(folder: Folder) -> dict[Path, str]:
    """An entry for each type whose shape is not the newest of its history."""
    made: dict[Path, str] = {}
    for entry in registry.all_types():
        shapes, now = folder.past_shapes(entry.name), schemas.schema(entry)
        if not shapes or resolved(shapes[-1]) != resolved(now):
            made[folder.history(entry.name, len(shapes) + 1)] = render(now)
    return made


def _new_samples(folder: Folder) -> dict[Path, str]:
    """A golden record for each type that has none yet; those that exist are never written again."""
    missing = (entry for entry in registry.all_types() if not folder.sample(entry.name).exists())
    return {folder.sample(entry.name): samples.text(samples.record(entry)) for entry in missing}


def _surplus(folder: Folder, wanted: Mapping[Path, str]) -> list[Path]:
    there = [*folder.schema("x").parent.glob("*.json"), *folder.openapi("x").parent.glob("*.json")]
    return sorted(path for path in there if path not in wanted)


def _committed(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _for_ever(name: str) -> str:
    stem, _, version = name.rpartition(".v")
    noun = stem.rpartition(".")[2]
    return FOR_EVER.format(name=f"{noun}.v{version}", next=f"{noun}.v{int(version) + 1}")
