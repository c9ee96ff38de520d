"""The log, the assessments, the links and what was handed on, as people read them."""

from datetime import datetime

from pydantic import BaseModel

from contracts.incident.records import LinkKind
from services.incident.domain.handing.concern import Concern
from services.incident.domain.handing.transfer import Phase, Transfer
from services.incident.domain.record.links import Links
from services.incident.domain.record.logbook import Draft, Entry, Logbook
from services.incident.domain.record.thrive import HEADINGS, Thrive


class EntryView(BaseModel):
    """One entry. `at` is when it happened; when it was recorded stands in the history. A struck one can still be read."""

    entry: str
    at: datetime
    by: str
    words: str
    written: str | None = None
    struck_by: str | None = None
    struck_because: str | None = None
    instead: str | None = None


class DraftView(BaseModel):
    """What somebody is writing."""

    entry: str
    by: str
    words: str
    begun_at: datetime


class LogView(BaseModel):
    """The log in the order things happened."""

    incident: str
    entries: tuple[EntryView, ...] = ()
    drafts: tuple[DraftView, ...] = ()


class AssessmentView(BaseModel):
    """One assessment: levels by heading, and what was suggested. The words are in the history."""

    number: int
    at: datetime
    by: str
    levels: dict[str, str]
    suggested: str
    reasons: tuple[str, ...]


class ThriveView(BaseModel):
    """All assessments, the latest last."""

    incident: str
    assessments: tuple[AssessmentView, ...] = ()


class LinkView(BaseModel):
    """One bond, as seen from here."""

    kind: LinkKind
    other: str


class LinksView(BaseModel):
    """What an incident is bound to."""

    incident: str
    links: tuple[LinkView, ...] = ()


class AlikeView(BaseModel):
    """Another record that may be of the same thing, and why. A suggestion: people link and merge."""

    incident: str
    score: float
    reasons: tuple[str, ...]


class TransferView(BaseModel):
    """How far a transfer is."""

    transfer: str
    incident: str
    peer: str
    outgoing: bool
    phase: Phase
    reference: str
    answer_by: datetime | None = None
    timed_out: bool = False
    closing_code: str | None = None


class ConcernView(BaseModel):
    """The threshold decision, and whose concern it is."""

    incident: str
    decisions: int = 0
    police_attend: bool | None = None
    agency: str | None = None
    answer_by: datetime | None = None
    overdue: bool = False
    accepted: bool | None = None


def log(state: Logbook) -> LogView:
    """All entries in the order they happened, those entered late in their right place; and the drafts."""
    entries = sorted(state.entries, key=lambda entry: entry.at)
    return LogView(
        incident=state.incident,
        entries=tuple(_entry(entry) for entry in entries),
        drafts=tuple(_draft(draft) for draft in state.drafts),
    )


def _entry(entry: Entry) -> EntryView:
    return EntryView(
        entry=entry.entry,
        at=entry.at,
        by=entry.by,
        words=entry.words,
        written=entry.written,
        struck_by=entry.struck_by,
        struck_because=entry.struck_because,
        instead=entry.instead,
    )


def _draft(draft: Draft) -> DraftView:
    return DraftView(entry=draft.entry, by=draft.by, words=draft.words, begun_at=draft.begun_at)


def thrive(state: Thrive) -> ThriveView:
    """Every assessment."""
    made = (
        AssessmentView(
            number=one.number,
            at=one.at,
            by=one.by,
            levels=dict(zip(HEADINGS, one.levels, strict=True)),
            suggested=one.suggested,
            reasons=one.reasons,
        )
        for one in state.assessments
    )
    return ThriveView(incident=state.incident, assessments=tuple(made))


def links(state: Links) -> LinksView:
    """Every bond."""
    return LinksView(incident=state.incident, links=tuple(LinkView(kind=one.kind, other=one.other) for one in state.links))


def transfer(state: Transfer) -> TransferView:
    """How far it is."""
    return TransferView(
        transfer=state.transfer,
        incident=state.incident,
        peer=state.peer,
        outgoing=state.outgoing,
        phase=state.phase,
        reference=state.reference,
        answer_by=state.answer_by,
        timed_out=state.timed_out > 0,
        closing_code=state.closing_code,
    )


def concern(state: Concern) -> ConcernView:
    """Where it lies."""
    return ConcernView(
        incident=state.incident,
        decisions=state.decisions,
        police_attend=state.police_attend,
        agency=state.agency,
        answer_by=state.answer_by,
        overdue=state.overdue,
        accepted=state.accepted,
    )
