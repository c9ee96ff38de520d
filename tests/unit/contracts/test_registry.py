"""The table of event types: names that stand for ever, and where personal data hides."""

import subprocess
import sys
from typing import Annotated, Optional

import pytest
from pydantic import Field

from contracts import registry
from contracts.callback.reviews import ReviewOpened
from contracts.contact.calls import CallAbandoned, CallEnded
from contracts.envelope import Address, Narrative, Telephone, Text, Value
from contracts.places import Location


class Party(Value):
    """Somebody, nested."""

    name: Text
    told: Narrative | None = None


class Everything(Value):
    """Each way in which a personal field can be wrapped."""

    plain: Text
    bare: Telephone
    union: Telephone | None = None
    optional: Optional[Telephone] = None  # noqa: UP045
    many: tuple[Address, ...] = ()
    by_name: dict[str, Narrative] = Field(default_factory=dict)
    capped: Annotated[tuple[Annotated[Address, Field(min_length=1)], ...], Field(max_length=3)] | None = None
    nested: Party
    nested_optional: Party | None = None
    nested_many: tuple[Party, ...] | None = None
    either: Party | Location


def test_personal_fields_are_found_however_they_are_wrapped() -> None:
    found = {path: marker.category for path, marker in registry.personal_fields(Everything).items()}
    assert found == {
        "bare": "telephone",
        "union": "telephone",
        "optional": "telephone",
        "many": "address",
        "by_name": "narrative",
        "capped": "address",
        "nested.told": "narrative",
        "nested_optional.told": "narrative",
        "nested_many.told": "narrative",
        "either.told": "narrative",
        "either.address": "address",
        "either.point": "position",
    }


def test_an_event_with_a_personal_field_deep_inside_is_classified_personal() -> None:
    assert set(registry.personal_fields(ReviewOpened)) == {"number", "location.address", "location.point"}
    assert registry.of(CallAbandoned).classification == "personal"
    assert registry.of(CallEnded).classification == "internal"


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match=r"ringback\.contact\.CallEnded\.v1 is registered twice"):
        registry.event("contact", noun="CallEnded")(CallEnded)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(registry.UnknownEventType, match=r"CallEnded\.v99"):
        registry.by_name("ringback.contact.CallEnded.v99")


@pytest.mark.parametrize("expression", ["next(r.all_types())", "r.by_name('ringback.dispatch.UnitAssigned.v1')"])
def test_types_are_known_before_anybody_imported_their_module(expression: str) -> None:
    program = f"from contracts import registry as r; print({expression}.name)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ringback.")


def test_the_events_of_a_service_are_in_its_folder() -> None:
    of_others = {entry.name for entry in registry.all_types() if entry.model.__module__.split(".")[1] != entry.service}
    assert of_others == set()
