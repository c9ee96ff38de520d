"""The worklist's alarms over HTTP: each is told to a role, climbs until somebody acknowledges, and stands until somebody acts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk_room import Desk
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from services.callback.domain.commands import LinkIncident, PassDeadline
from services.callback.policy import desk as policy
from services.callback.worklist.commands import ClimbAlarm, PassAcknowledgement, PassSilence, PassTaking, RepeatAlarm

A = "1f1f968a-b92a-5ff5-829f-55b6c1c6a5b9"
SUPERVISOR, INSPECTOR, SUPERINTENDENT = "control room supervisor", "duty inspector", "duty superintendent"


@pytest.fixture
def desk(serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> Desk:
    return Desk(serve, clock)


def alarm(desk: Desk) -> dict[str, Any]:
    [item] = desk.sarah.get("/worklist/alarms").json()["items"]
    found: dict[str, Any] = item["alarm"]
    return found


def acknowledged(desk: Desk, role: str, plan: str = "I ring her now") -> Any:
    return desk.sarah.post(f"/worklist/{A}/alarm/acknowledge", json={"role": role, "plan": plan})


def handed_to_people(desk: Desk) -> None:
    desk.opened(A)
    assert desk.ben.post(f"/reviews/{A}/escalate", json={"reason": "a child was heard"}).status_code == 200


def untaken(desk: Desk) -> None:
    handed_to_people(desk)
    desk.wait(600)
    desk.hear(PassTaking(review=A))


def test_what_was_handed_to_people_and_nobody_takes_is_an_alarm(desk: Desk) -> None:
    handed_to_people(desk)
    [item] = desk.sarah.get("/worklist").json()["items"]
    assert item["take_by"] == "2026-06-05T12:10:00Z"
    desk.wait(599)
    desk.hear(PassTaking(review=A))
    assert desk.listed("/worklist/alarms") == []
    desk.wait(1)
    desk.hear(PassTaking(review=A))
    told = alarm(desk)
    assert (told["kind"], told["role"], told["rung"], told["rungs"]) == ("untaken", SUPERVISOR, 1, 3)
    assert (told["since"], told["acknowledge_by"]) == ("2026-06-05T12:00:00Z", "2026-06-05T12:15:00Z")
    assert told["words"] == "it was handed to people at 12:00:00 UTC, and nobody took it: somebody take it"
    assert desk.ben.post(f"/worklist/{A}/take").json()["alarm"] is None
    assert desk.listed("/worklist/alarms") == []


def test_what_rings_by_itself_waits_for_nobody_until_its_deadline(desk: Desk) -> None:
    desk.opened(A)
    [item] = desk.sarah.get("/worklist").json()["items"]
    assert item["take_by"] is None
    desk.wait(3600)
    desk.hear(PassDeadline(review=A))
    [item] = desk.sarah.get("/worklist").json()["items"]
    assert item["take_by"] == "2026-06-05T13:10:00Z"


def test_an_alarm_climbs_and_stands_at_the_top(desk: Desk) -> None:
    untaken(desk)
    for seconds, role, by in (
        (300, INSPECTOR, "2026-06-05T12:25:00Z"),
        (600, SUPERINTENDENT, "2026-06-05T12:55:00Z"),
        (1800, SUPERINTENDENT, None),
    ):
        desk.wait(seconds - 1)
        desk.hear(ClimbAlarm(review=A))
        assert alarm(desk)["role"] != role or by is None
        desk.wait(1)
        desk.hear(ClimbAlarm(review=A))
        assert (alarm(desk)["role"], alarm(desk)["acknowledge_by"]) == (role, by)
    desk.wait(600)
    desk.hear(ClimbAlarm(review=A))
    assert alarm(desk)["may_answer"] == [SUPERINTENDENT]
    assert acknowledged(desk, SUPERINTENDENT).status_code == 200, "who stands at the top can still answer"


def test_an_acknowledgement_names_the_role_and_what_will_be_done(desk: Desk) -> None:
    untaken(desk)
    desk.wait(300)
    desk.hear(ClimbAlarm(review=A))
    low = acknowledged(desk, SUPERVISOR)
    assert (low.status_code, low.json()["code"], low.json()["allowed"]) == (409, "role-too-low", [INSPECTOR, SUPERINTENDENT])
    assert acknowledged(desk, INSPECTOR, " ").json()["code"] == "plan-needed"
    body = {"role": INSPECTOR, "plan": "I ring her now"}
    assert desk.ben.post(f"/worklist/{A}/alarm/acknowledge", json=body).status_code == 403
    assert acknowledged(desk, INSPECTOR).status_code == 200
    told = alarm(desk)
    assert (told["acknowledged_by"], told["acknowledge_by"], told["again_at"]) == ("sarah", None, "2026-06-05T12:45:00Z")
    desk.wait(600)
    desk.hear(ClimbAlarm(review=A))
    assert alarm(desk)["role"] == INSPECTOR, "what was acknowledged climbs no more"


def test_acknowledging_is_not_acting(desk: Desk) -> None:
    untaken(desk)
    acknowledged(desk, INSPECTOR)
    desk.wait(1799)
    desk.hear(RepeatAlarm(review=A))
    assert alarm(desk)["acknowledged_by"] == "sarah"
    desk.wait(1)
    desk.hear(RepeatAlarm(review=A))
    told = alarm(desk)
    assert (told["role"], told["acknowledged_by"], told["acknowledge_by"]) == (INSPECTOR, None, "2026-06-05T12:50:00Z")


def test_silence_after_a_taking_goes_on_where_the_ladder_stood_and_work_begins_it_anew(desk: Desk) -> None:
    untaken(desk)
    desk.wait(300)
    desk.hear(ClimbAlarm(review=A))
    desk.ben.post(f"/worklist/{A}/take")
    desk.wait(600)
    desk.hear(PassSilence(review=A))
    assert (alarm(desk)["kind"], alarm(desk)["role"]) == ("silent", INSPECTOR), "nobody did anything in between"
    desk.ben.post(f"/worklist/{A}/note", json={})
    assert desk.listed("/worklist/alarms") == []
    desk.wait(600)
    desk.hear(PassSilence(review=A))
    assert alarm(desk)["role"] == SUPERVISOR


def test_a_hand_over_that_is_known_of_and_not_taken_waits_again(desk: Desk) -> None:
    handed_to_people(desk)
    desk.anna.post(f"/worklist/{A}/take")
    desk.anna.post("/worklist/log-off")
    desk.wait(300)
    desk.hear(PassAcknowledgement(review=A))
    assert (alarm(desk)["kind"], alarm(desk)["role"]) == ("unanswered", SUPERVISOR)
    assert desk.ben.post(f"/worklist/{A}/acknowledge").json()["take_by"] == "2026-06-05T12:15:00Z"
    assert desk.listed("/worklist/alarms") == []
    desk.wait(600)
    desk.hear(PassTaking(review=A))
    assert alarm(desk)["kind"] == "untaken"


def test_what_is_put_back_waits_again(desk: Desk) -> None:
    handed_to_people(desk)
    desk.anna.post(f"/worklist/{A}/take")
    assert desk.anna.post(f"/worklist/{A}/put-back", json={"reason": "end of shift"}).json()["take_by"] == "2026-06-05T12:10:00Z"


def test_an_incident_or_the_end_takes_the_alarm_away(desk: Desk) -> None:
    untaken(desk)
    desk.hear(LinkIncident(review=A, incident="incident-1", at=desk.clock.now()))
    assert desk.listed("/worklist/alarms") == []
    assert [entry.stream for entry in desk.host.find("desk-alarm")] == []


def test_the_end_of_the_review_leaves_no_alarm_behind(desk: Desk) -> None:
    untaken(desk)
    assert desk.sarah.post(f"/reviews/{A}/close", json={"reason": "rang her myself"}).status_code == 200
    assert [entry.stream for entry in desk.host.find("desk-alarm")] == []


def test_nothing_to_acknowledge_is_said_so(desk: Desk) -> None:
    desk.opened(A)
    assert acknowledged(desk, SUPERVISOR).json()["code"] == "no-alarm"
    assert (
        desk.sarah.post(
            "/worklist/2f1f968a-b92a-5ff5-829f-55b6c1c6a5b9/alarm/acknowledge", json={"role": SUPERVISOR, "plan": "x"}
        ).status_code
        == 404
    )


def test_a_force_has_its_own_ladder_and_an_alarm_keeps_the_one_it_was_raised_with(
    serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock, tmp_path: Path
) -> None:
    shipped = Path(policy.__file__).with_suffix(".toml").read_text()
    begins, changes = "from = 1970-01-01T00:00:00Z", "2026-06-05T12:20:00Z"
    middle = '  { role = "duty inspector", acknowledge_within_s = 600 },\n'
    first = shipped.replace("default-1", "kent-1").replace(begins, f"{begins}\nuntil = {changes}").replace(middle, "")
    then = shipped.replace("default-1", "kent-2").replace(begins, f"from = {changes}")
    (tmp_path / "callback-desk.toml").write_text(f"{first}\n{then}")
    desk = Desk(serve, clock, tmp_path)
    untaken(desk)
    assert alarm(desk)["rungs"] == 2
    desk.wait(1200)
    desk.hear(ClimbAlarm(review=A))
    assert (alarm(desk)["role"], alarm(desk)["rungs"]) == (SUPERINTENDENT, 2)
