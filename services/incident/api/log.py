"""The log of an incident: saved from the first keystroke, entered, struck through; never edited."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from contracts.envelope import Instant
from services.incident.api.access import Changing, IncidentId, InRoom, Long, Reader, Words, beside, shown
from services.incident.domain.record.logbook import Logbook, MakeEntry, SaveDraft, Strike, logbook_of
from services.incident.streams import LOGBOOK
from services.incident.views.records import LogView, log

EntryId = Annotated[str, Path(pattern=r"^[0-9A-Za-z._-]{1,80}$", description="Yours: unique within the log, a UUID for example.")]


class DraftBody(Body):
    """What stands in the input so far."""

    words: Annotated[str, Field(max_length=4000)]


class EntryBody(Body):
    """What happened, and when; `written` names the paper it was first written on."""

    words: Long
    at: Annotated[Instant | None, Field(description="When it happened; left out: now. Never later than now.")] = None
    written: Annotated[Words | None, Field(description="The sheet, when it was first written on paper.")] = None


class StrikeBody(Body):
    """Why it is struck through, and which entry stands instead."""

    reason: Long
    instead: Words | None = None


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/incidents/{incident}/log", tags=["log"])

    @routes.get("", response_model=LogView)
    def read_log(incident: IncidentId, known_at: KnownAt, _: Reader) -> Response:
        """The log in the order things happened, with what was entered late in its right place; and the drafts."""
        loaded = (
            beside(host, LOGBOOK, logbook_of(incident), incident)
            if known_at is None
            else host.load(LOGBOOK, logbook_of(incident), known_at)
        )
        return shown(loaded, log, Logbook(incident))

    @routes.get("/history")
    def read_log_history(
        incident: IncidentId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200
    ) -> History:
        """Every saving, entry and strike with its two times, in the order of recording."""
        stream = logbook_of(incident)
        return history(stream, host.history(stream, known_at), after, limit)

    @routes.put("/{entry}/draft", response_model=LogView)
    async def save_draft(incident: IncidentId, entry: EntryId, body: DraftBody, context: InRoom) -> Response:
        """Save what stands in the input. Each saving is kept: nothing that was typed is lost."""
        return _told(await host.run(SaveDraft(incident, entry, context.actor, body.words), context))

    @routes.put("/{entry}", response_model=LogView)
    async def make_entry(incident: IncidentId, entry: EntryId, body: EntryBody, context: InRoom) -> Response:
        """Enter it. Two people who write at once write two entries: nobody overwrites anybody."""
        made = MakeEntry(incident, entry, context.actor, body.words, body.at, body.written)
        return _told(await host.run(made, context))

    @routes.post("/{entry}/strike", response_model=LogView)
    async def strike_entry(incident: IncidentId, entry: EntryId, body: StrikeBody, context: Changing) -> Response:
        """Strike it through; it can still be read."""
        struck = Strike(incident, entry, context.actor, body.reason, body.instead)
        return _told(await host.run(struck, context))

    return routes


def _told(loaded: Loaded[Logbook]) -> Response:
    return shown(loaded, log)
