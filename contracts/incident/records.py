"""What the incident service keeps word for word: numbers of the day, assessments, log entries, links between records."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Text, Value
from contracts.incident.incidents import Vulnerability
from contracts.registry import event


class LinkKind(StrEnum):
    """How two records belong together."""

    RELATED = "related"
    PARENT = "parent"
    CHILD = "child"
    MERGED_INTO = "merged_into"
    MERGED_FROM = "merged_from"
    CALL = "call"


class Level(StrEnum):
    """How much of a thing there is."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Heading(Value):
    """One heading of an assessment: the level, and why in the assessor's own words."""

    level: Level
    words: Narrative | None = None


@event("incident")
class DayNumberDrawn(Event):
    """The next number of a local day: gap-free, never given twice. `day` is the date by the wall clock of the place."""

    day: Text
    number: Annotated[int, Field(ge=1)]
    incident: Text


@event("incident")
class ThriveAssessed(Event):
    """One assessment under the six headings. A later one stands beside it; none is ever changed."""

    incident: Text
    number: Annotated[int, Field(ge=1)]
    by: Text
    threat: Heading
    harm: Heading
    risk: Heading
    investigation: Heading
    vulnerability: Heading
    engagement: Heading
    policy: Text
    suggested: Text
    reasons: tuple[Text, ...] = ()
    level: Vulnerability = Vulnerability.NONE_KNOWN


@event("incident")
class LogDraftSaved(Event):
    """Somebody is writing: what stands there so far, saved from the first keystroke on. A later save stands beside it."""

    incident: Text
    entry: Text
    by: Text
    words: Narrative
    finish_by: Instant | None = None


@event("incident")
class LogEntryMade(Event):
    """An entry stands. `at` is when it happened; `written` names the paper it was first written on, if it was."""

    incident: Text
    entry: Text
    by: Text
    words: Narrative
    written: Text | None = None


@event("incident")
class LogDraftLeft(Event):
    """A draft was begun and not finished in time: somebody is asked to finish it, and its words are kept."""

    incident: Text
    entry: Text
    by: Text


@event("incident")
class LogEntryStruck(Event):
    """An entry was struck through, by whom and why; it can still be read. `instead` is the entry that stands in its place."""

    incident: Text
    entry: Text
    by: Text
    reason: Narrative
    instead: Text | None = None


@event("incident")
class RecordLinked(Event):
    """This record belongs with another one. Each of the two says so on its own stream."""

    incident: Text
    kind: LinkKind
    other: Text
    by: Text
    reason: Narrative


@event("incident")
class RecordUnlinked(Event):
    """It does not belong with the other one after all; that it was thought so stays on record."""

    incident: Text
    kind: LinkKind
    other: Text
    by: Text
    reason: Narrative
