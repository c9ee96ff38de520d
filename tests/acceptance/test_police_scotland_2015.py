"""Police Scotland 2015: it was noted on paper and never entered."""

from acceptance.incident_room import MINUTE, NOON, ONE, incident_room

from contracts.incident.backlog import TaskKind, TaskOpened
from contracts.incident.records import LogDraftLeft, LogDraftSaved
from services.incident.domain.record.logbook import MakeEntry, SaveDraft


def test_what_was_typed_is_kept_from_the_first_keystroke_and_an_unfinished_note_is_asked_for() -> None:
    with incident_room() as room:
        room.opened(grade="Scheduled")
        for words in ("c", "car", "car off the road", "car off the road at the slip"):
            room.do(SaveDraft(ONE, "note-1", "handler 7", words))
        assert [saved.words for saved in room.said(LogDraftSaved)][-1] == "car off the road at the slip"
        room.wait(11)
        assert [left.by for left in room.said(LogDraftLeft)] == ["handler 7"]
        (task,) = room.said(TaskOpened)
        assert (task.kind, task.at) == (TaskKind.FINISH_DRAFT, NOON + 10 * MINUTE)


def test_a_finished_note_asks_for_nothing() -> None:
    with incident_room() as room:
        room.opened(grade="Scheduled")
        room.do(SaveDraft(ONE, "note-1", "handler 7", "car"), MakeEntry(ONE, "note-1", "handler 7", "car off the road"))
        room.wait(60)
        assert (room.said(LogDraftLeft), room.said(TaskOpened)) == ([], [])
