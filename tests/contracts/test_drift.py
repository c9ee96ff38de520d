"""The committed files follow the code, and nothing that was ever published is lost or altered."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.store import codec
from cli.contract_files.__main__ import main
from cli.contract_files.drift import check_all, write_all
from cli.contract_files.folder import Folder, read
from contracts import registry, upcasts
from contracts.envelope import Event, Text

ENDED = "ringback.contact.CallEnded.v1"


def test_the_committed_files_are_as_the_code_makes_them() -> None:
    assert check_all(Folder.of_this_checkout()) == []


@pytest.fixture
def copy(tmp_path: Path) -> Folder:
    """A copy of the committed files, to be harmed."""
    committed, folder = Folder.of_this_checkout().root, Folder(tmp_path)
    for part in ("schemas", "samples", "openapi"):
        shutil.copytree(committed / "contracts" / part, tmp_path / "contracts" / part)
    (tmp_path / "docs").mkdir()
    shutil.copy(committed / "contracts" / "asyncapi.yaml", folder.asyncapi)
    shutil.copy(committed / "docs" / "events-list.md", folder.events_list)
    return folder


def alter(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    content = read(path)
    change(content)
    path.write_text(json.dumps(content))


def test_the_untouched_copy_is_well(copy: Folder) -> None:
    assert check_all(copy) == []
    assert write_all(copy) == ([], [])


@pytest.mark.parametrize("path", ["contracts/asyncapi.yaml", "docs/events-list.md", f"contracts/schemas/{ENDED}.json"])
def test_a_generated_file_that_was_edited_or_is_gone_is_named_and_written_anew(copy: Folder, path: str) -> None:
    good = (copy.root / path).read_text()
    (copy.root / path).write_text(good + "\n")
    assert check_all(copy) == [f"{path} does not follow the code. Run `make contracts` and commit what it writes"]
    (copy.root / path).unlink()
    assert len(check_all(copy)) == 1
    assert write_all(copy) == ([copy.root / path], [])
    assert (copy.root / path).read_text() == good


def test_a_schema_of_nothing_is_named_and_taken_away(copy: Folder) -> None:
    stray = copy.schema("ringback.contact.CallLost.v1")
    stray.write_text("{}")
    assert check_all(copy) == ["contracts/schemas/ringback.contact.CallLost.v1.json belongs to nothing. Run `make contracts`"]
    assert write_all(copy) == ([stray], [])


@pytest.mark.parametrize("trace", ["history", "sample"])
def test_a_type_that_was_published_cannot_be_removed_or_renamed(copy: Folder, trace: str) -> None:
    gone = "ringback.contact.CallLost.v1"
    if trace == "history":
        copy.history(gone, 1).parent.mkdir()
        shutil.copy(copy.history(ENDED, 1), copy.history(gone, 1))
    else:
        shutil.copy(copy.sample(ENDED), copy.sample(gone))
    said = (
        f"{gone} was published and is gone, or has another name now."
        " Events are for ever: keep CallLost.v1 as it was and add CallLost.v2 with an upcast."
    )
    assert check_all(copy) == [said]
    assert write_all(copy) == ([], [said])


def test_a_breaking_change_stops_the_check_and_the_writing(copy: Folder) -> None:
    alter(copy.history(ENDED, 1), lambda old: old["required"].remove("talked_s"))  # type: ignore[attr-defined]
    said = (
        f"{ENDED}: talked_s: was optional and is required."
        " Events are for ever: keep CallEnded.v1 as it was and add CallEnded.v2 with an upcast."
    )
    copy.asyncapi.unlink()
    assert check_all(copy) == [said]
    assert write_all(copy) == ([], [said])
    assert not copy.asyncapi.exists(), "nothing is written while the past is broken"


def test_a_compatible_change_adds_to_the_history_and_leaves_what_was_there(copy: Folder) -> None:
    booked = "ringback.dispatch.UnitBookedOn.v1"
    last = len(list(copy.history(booked, 1).parent.iterdir()))
    alter(copy.history(booked, last), lambda old: old["properties"].pop("point"))  # type: ignore[attr-defined]
    before = copy.history(booked, last).read_text()
    assert check_all(copy) == [
        f"contracts/schemas/history/{booked}/{last + 1}.json does not follow the code."
        " Run `make contracts` and commit what it writes"
    ]
    assert write_all(copy) == ([copy.history(booked, last + 1)], [])
    assert copy.history(booked, last).read_text() == before
    assert check_all(copy) == []


def test_other_words_add_nothing_to_the_history(copy: Folder) -> None:
    alter(copy.history(ENDED, 1), lambda old: old.update(description="Said otherwise once."))
    assert check_all(copy) == []


def test_a_hole_in_the_history_is_named(copy: Folder) -> None:
    copy.history(ENDED, 1).rename(copy.history(ENDED, 2))
    assert check_all(copy) == [f"{ENDED}: its history has the entries [2]: one is gone. Restore it from version control"]


def test_a_history_or_a_golden_record_that_is_gone_is_not_made_again(copy: Folder) -> None:
    copy.sample(ENDED).unlink()
    said = f"{ENDED}: its golden record is gone. Restore contracts/samples/{ENDED}.json from version control"
    assert check_all(copy) == [said]
    assert write_all(copy) == ([], [said])
    shutil.copy(Folder.of_this_checkout().sample(ENDED), copy.sample(ENDED))
    shutil.rmtree(copy.history(ENDED, 1).parent)
    assert check_all(copy) == [
        f"{ENDED}: the history of its shapes is gone. Restore contracts/schemas/history/{ENDED} from version control"
    ]


HARMED = {
    "a value that no longer keeps the contract": (lambda sample: sample["data"].update(talked_s=-1), "can no longer be read"),
    "a required field is missing": (lambda sample: sample["data"].pop("call"), "can no longer be read"),
    "a header is missing": (lambda sample: sample["headers"].pop("ce_sequence"), "can no longer be read"),
    "another version of the specification": (
        lambda sample: sample["headers"].update(ce_specversion="0.3"),
        "can no longer be read",
    ),
    "another type": (lambda sample: sample["headers"].update(ce_type="ringback.contact.CallAnswered.v1"), "golden record"),
    "a field that nobody knows": (lambda sample: sample["data"].update(extra=1), "written with other bytes"),
    "another order of fields": (lambda sample: sample["data"].update(at=sample["data"].pop("at")), "written with other bytes"),
    "a number written otherwise": (lambda sample: sample["data"].update(talked_s=184), "written with other bytes"),
    "a header we no longer send": (
        lambda sample: sample["headers"].update(ce_dataschema="x"),
        "other headers or to another partition",
    ),
    "another partition": (lambda sample: sample.update(partition=1), "other headers or to another partition"),
}


@pytest.mark.parametrize("kind", HARMED)
def test_a_golden_record_that_today_s_code_treats_otherwise_is_named(copy: Folder, kind: str) -> None:
    harm, reason = HARMED[kind]
    alter(copy.sample(ENDED), harm)
    faults = check_all(copy)
    assert any(reason in fault and ENDED in fault for fault in faults), faults
    before = copy.sample(ENDED).read_text()
    write_all(copy)
    assert copy.sample(ENDED).read_text() == before, "a golden record is never written again"


def test_a_store_reader_that_disagrees_with_the_contract_is_named(copy: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def misreading(name: str) -> tuple[type[Event], Callable[[bytes], object]]:
        model, read_fields = codec.reader(name)
        return model, lambda state: read_fields(state.replace(b'"queue":"999-', b'"queue":"101-'))

    monkeypatch.setattr("cli.contract_files.samples.reader", misreading)
    values = "the store's reader and the contract read different values from its golden record"
    assert check_all(copy) == [
        f"ringback.contact.{noun}.v1: {values}" for noun in ("CallAbandoned", "CallQueued", "CallReclassified")
    ]


class Moved(Event):
    """A call changed hands."""

    call: Text


class MovedAgain(Event):
    """A call changed hands, and it is known to whose."""

    call: Text
    handler: Text


@pytest.fixture
def own_types(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Types and upcasts registered in a test are gone after it."""
    monkeypatch.setattr(registry, "_by_name", dict(registry._by_name))
    monkeypatch.setattr(registry, "_by_model", dict(registry._by_model))
    monkeypatch.setattr(upcasts, "_steps", dict(upcasts._steps))
    yield
    codec.stored_reader.cache_clear()


def bring_forward(first: str, second: str, step: Callable[[upcasts.Data], upcasts.Data]) -> None:
    """Register an upcast as a module would when it is imported, before anything was read."""
    upcasts.register(upcasts.Upcast(first, second, step))
    codec.stored_reader.cache_clear()


@pytest.mark.usefixtures("own_types")
def test_a_second_version_needs_an_upcast_and_the_first_is_kept(copy: Folder) -> None:
    first, second = "ringback.contact.CallMoved.v1", "ringback.contact.CallMoved.v2"
    registry.event("contact", noun="CallMoved")(Moved)
    written, _ = write_all(copy)
    assert {copy.sample(first), copy.history(first, 1), copy.schema(first)} <= set(written)
    golden = copy.sample(first).read_text()
    registry.event("contact", 2, noun="CallMoved")(MovedAgain)
    assert check_all(copy) == [f"{first}: {second} exists, but no upcast leads there. Register one in contracts/upcasts.py"]
    bring_forward(first, second, lambda data: data | {"handler": "unknown"})
    written, faults = write_all(copy)
    assert faults == [] and copy.sample(second) in written
    assert check_all(copy) == [] and copy.sample(first).read_text() == golden


@pytest.mark.usefixtures("own_types")
def test_an_upcast_that_does_not_make_a_whole_new_event_is_named(copy: Folder) -> None:
    first, second = "ringback.contact.CallMoved.v1", "ringback.contact.CallMoved.v2"
    registry.event("contact", noun="CallMoved")(Moved)
    write_all(copy)
    registry.event("contact", 2, noun="CallMoved")(MovedAgain)
    bring_forward(first, second, lambda data: data)
    written, faults = write_all(copy)
    assert written == [] and any(first in fault and "handler: missing" in fault for fault in faults)


def test_the_command_for_the_makefile_says_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "compatible with all that came before" in capsys.readouterr().out
    assert main([]) == 2
    assert "write|check" in capsys.readouterr().err
