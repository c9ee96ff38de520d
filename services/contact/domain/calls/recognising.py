"""Who calls, as far as records and people say: it is told when it grows, and nothing learned later takes it back."""

from contracts.contact.callers import CallerIdentified
from contracts.contact.calls import CallerMatched, Marker
from contracts.envelope import Event
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import IdentifyCaller, NoteMatch

_ORDER = tuple(Marker)


def identify(call: Call, fact: IdentifyCaller) -> list[Event]:
    """A person is named once for a call; several may be: whoever said so may be wrong, and each is looked up."""
    if fact.person_ref in call.persons:
        return []
    return [
        CallerIdentified(
            at=fact.at, call=call.call, person_ref=fact.person_ref, person=fact.person, by=fact.by, evidence=fact.evidence
        )
    ]


def match(call: Call, note: NoteMatch) -> list[Event]:
    """What is known of the caller now, joined with what was known, if that is more."""
    markers = set(note.markers) | set(call.markers)
    reasons = tuple(dict.fromkeys((*call.reasons, *note.reasons)))
    earlier = max(note.earlier, call.earlier)
    if markers == set(call.markers) and earlier == call.earlier and reasons == call.reasons:
        return []
    return [
        CallerMatched(
            at=note.at,
            call=call.call,
            markers=tuple(sorted(markers, key=_ORDER.index)),
            earlier_contacts=earlier,
            reasons=reasons,
        )
    ]
