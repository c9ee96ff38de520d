"""How numbers, people and addresses are read so that the same one is known again, whoever wrote it down."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from contracts.contact.callers import SubjectKind
from contracts.refusals import Invalid
from services.contact.domain.callers.caller import Subject

LONGEST = 40
"""As `contracts.envelope.Telephone` has it."""
_NOT_WORDS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are read and matched: `telephone` gives the normal form and whether it can be dialled."""

    telephone: Callable[[str], tuple[str, bool]]
    reference: Callable[[str, str], str]

    def known(self, raw: str) -> tuple[str, str | None]:
        """The normal form of a number, and its reference unless it tells nobody apart, as "withheld" does.

        One that is too long to be one is kept as far as it is looked at.
        """
        number, diallable = self.telephone(raw)
        return number[:LONGEST], self.reference("tel", number) if diallable else None

    def person(self, raw: str) -> str:
        """The reference of a person, by the force's own record of them; case and spacing tell nobody apart."""
        return self.reference("person", _plain(raw))

    def address(self, raw: str) -> str:
        """The reference of an address in words; case, spacing and punctuation tell none apart."""
        return self.reference("address", _plain(raw))

    def subject(self, named: Subject) -> Subject:
        """A subject with its reference; raises Invalid for what tells nobody apart."""
        if named.kind is SubjectKind.NUMBER:
            number, ref = self.known(named.text)
            if ref is None:
                raise Invalid("number-unreadable", "a marker belongs to a telephone number, for example +44 7700 900123")
            return Subject(named.kind, number, ref)
        if not _plain(named.text):
            raise Invalid("subject-unreadable", f"name the {named.kind} in letters or digits")
        return Subject(named.kind, named.text, self.person(named.text) if _is_person(named) else self.address(named.text))


def _is_person(named: Subject) -> bool:
    return named.kind is SubjectKind.PERSON


def _plain(text: str) -> str:
    return _NOT_WORDS.sub(" ", text.casefold()).strip()
