"""Police Scotland 2015: it was noted on paper and never entered."""

import pytest
from acceptance.incident_room import MINUTE, NOON, ONE, incident_room

from contracts.incident.backlog import TaskKind, TaskOpened
from contracts.incident.records import LogDraftLeft, LogDraftSaved, SheetEntered, SheetGivenOut, SheetOverdue, SheetVoided
from contracts.refusals import Refused
from services.incident.cases.sheets import GiveOutSheets
from services.incident.domain.record.logbook import MakeEntry, SaveDraft, Strike
from services.incident.domain.record.sheet import MarkEntered, Void
from services.incident.streams import SHEET


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


def test_a_sheet_that_was_given_out_and_never_entered_is_told_to_one_role_after_the_other_and_stays_in_the_list() -> None:
    with incident_room() as room:
        room.do(GiveOutSheets(("A-1", "A-2", "A-3"), "handler 7", "sergeant 4"))
        room.opened(grade="Scheduled")
        room.do(MakeEntry(ONE, "e1", "handler 7", "car off the road", NOON, "A-1"), MarkEntered("A-1", ONE, "handler 7"))
        room.do(Void("A-2", "sergeant 4", "torn, nothing on it"))
        room.wait(119)
        assert room.said(SheetOverdue) == []
        room.wait(600)
        told = [(late.sheet, late.holder, late.role, late.at) for late in room.said(SheetOverdue)]
        assert told == [
            ("A-3", "handler 7", "control room supervisor", NOON + 120 * MINUTE),
            ("A-3", "handler 7", "duty inspector", NOON + 130 * MINUTE),
            ("A-3", "handler 7", "duty superintendent", NOON + 145 * MINUTE),
        ]
        assert room.load(SHEET, "sheet-A-3").open


def test_a_sheet_is_entered_when_a_log_names_it_and_not_before() -> None:
    with incident_room() as room:
        room.opened(grade="Scheduled")
        room.do(GiveOutSheets(("A-1",), "handler 7", "sergeant 4"))
        entered = MarkEntered("A-1", ONE, "handler 7")
        with pytest.raises(Refused, match="names the sheet"):
            room.do(entered)
        room.do(MakeEntry(ONE, "e1", "handler 7", "something else", NOON, "A-2"))
        with pytest.raises(Refused, match="names the sheet"):
            room.do(entered)
        room.do(MakeEntry(ONE, "e2", "handler 7", "car off the road", NOON, "A-1"), Strike(ONE, "e2", "handler 7", "wrong log"))
        with pytest.raises(Refused, match="names the sheet"):
            room.do(entered)
        room.do(MakeEntry(ONE, "e3", "handler 7", "car off the road", NOON, "A-1"), entered, entered)
        assert [(said.sheet, said.incident) for said in room.said(SheetEntered)] == [("A-1", ONE)]
        room.wait(600)
        assert room.said(SheetOverdue) == []


def test_a_number_is_given_out_once_and_a_handful_is_given_out_whole_or_not_at_all() -> None:
    with incident_room() as room:
        room.do(GiveOutSheets(("A-1",), "handler 7", "sergeant 4"))
        room.do(GiveOutSheets(("A-1",), "handler 7", "sergeant 4"))
        with pytest.raises(Refused, match="handler 7"):
            room.do(GiveOutSheets(("A-2", "A-1"), "handler 8", "sergeant 4"))
        assert [given.sheet for given in room.said(SheetGivenOut)] == ["A-1"]
        room.do(Void("A-1", "sergeant 4", "spoilt"))
        with pytest.raises(Refused, match="A-1"):
            room.do(GiveOutSheets(("A-1",), "handler 7", "sergeant 4"))


def test_a_sheet_that_was_voided_by_mistake_can_still_be_entered() -> None:
    with incident_room() as room:
        room.opened(grade="Scheduled")
        room.do(GiveOutSheets(("A-1",), "handler 7", "sergeant 4"), Void("A-1", "sergeant 4", "never used"))
        room.do(MakeEntry(ONE, "e1", "handler 7", "car off the road", NOON, "A-1"), MarkEntered("A-1", ONE, "handler 7"))
        assert (len(room.said(SheetVoided)), len(room.said(SheetEntered))) == (1, 1)
