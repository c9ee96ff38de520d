"""The codes an incident is opened and closed under: data of the national standard, one meaning each."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from contracts.refusals import Invalid
from services.incident.domain.standard import Name

Names = Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A category of the standard and the codes in it."""

    category: Name
    names: Names


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody had to wait, and what exactly that says (Northumbria: one code with two meanings)."""

    code: Name
    meaning: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of the codes."""

    version: Name
    opening: Annotated[tuple[Category, ...], msgspec.Meta(min_length=1)]
    results: tuple[Category, ...] = ()
    qualifiers: tuple[Name, ...] = ()
    delays: tuple[Delay, ...] = ()

    def __post_init__(self) -> None:
        _unique("opening and results", [code for code in _written(self.opening + self.results) if ": " in code])
        _unique("delays", [delay.code for delay in self.delays])
        meanings = [delay.meaning for delay in self.delays]
        _unique("delays", meanings)

    def check_opening(self, code: str) -> None:
        """Raises Invalid with the codes there are."""
        _check("opening code", code, self.opening, self.version)

    def check_closing(self, code: str) -> None:
        """An incident may close under any opening code, or with a result; raises Invalid with the codes there are."""
        _check("closing code", code, self.opening + self.results, self.version)

    def check_qualifiers(self, qualifiers: tuple[str, ...]) -> None:
        """Raises Invalid with the qualifiers there are."""
        if set(qualifiers) - set(self.qualifiers):
            raise Invalid("unknown-qualifier", f"{self.version} has no such qualifier.", self.qualifiers)

    def check_delay(self, code: str) -> None:
        """Raises Invalid with the codes there are."""
        codes = tuple(delay.code for delay in self.delays)
        if code not in codes:
            raise Invalid("unknown-delay", f"{self.version} has no such code for a delay.", codes)


def _check(what: str, code: str, categories: tuple[Category, ...], version: str) -> None:
    if code not in set(_written(categories)):
        full = tuple(written for written in _written(categories) if ": " in written)
        raise Invalid(f"unknown-{what.replace(' ', '-')}", f"{version} has no such {what}.", full)


def _written(categories: tuple[Category, ...]) -> Iterator[str]:
    for category in categories:
        for name in category.names:
            yield f"{category.category}: {name}"
            yield name


def _unique(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what}: given twice: {', '.join(twice)}; one code has one meaning")
