"""Backlog, escalations, tasks, custody, log, assessments, links, transfers and concerns, as they are asked for over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.http.principal import Role
from contracts.incident.handing import Function, TransferMessage
from contracts.topics import HEARS
from services.incident.api.routes import policy_routers, routers
from services.incident.application import Incidents
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL
from services.incident.timers import on_timer

MINUTE = timedelta(minutes=1)
OPENING = {"opening_code": "burglary", "summary": "glass breaking at the back door"}
LOW = {name: {"level": "low"} for name in ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")}


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]], incidents: Incidents) -> Callable[..., TestClient]:
    service = Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)
    return serve(service, lambda host: (*routers(host), *policy_routers(host, None)))


@pytest.fixture
def handler(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.CALL_HANDLER, subject="handler 7")


@pytest.fixture
def supervisor(client: Callable[..., TestClient]) -> TestClient:
    return client(Role.SUPERVISOR, subject="sergeant 4")


def opened(handler: TestClient, call: str = "call-1", grade: str | None = "Priority", **more: Any) -> str:
    at = str(handler.post("/incidents", json=OPENING | {"call": call} | more).headers["Location"])
    if grade is not None:
        assert change(handler, at, "grade", {"grade": grade}).status_code == 200
    return at


def change(client: TestClient, at: str, what: str, body: dict[str, Any], thing: str = "") -> Any:
    """Decide on what was read a moment before."""
    seen = client.get(f"{at}{thing}")
    return client.post(f"{at}{thing}/{what}".rstrip("/"), json=body, headers={"If-Match": seen.headers["ETag"]})


def test_the_backlog_ranks_by_vulnerability_times_lateness_then_age_and_says_why(
    handler: TestClient, clock: VirtualClock
) -> None:
    ages = {"old": 200, "vulnerable": 100, "young": 10, "younger": 5}
    at = {
        name: opened(handler, name, "Priority", reported_at=(clock.now() - age * MINUTE).isoformat())
        for name, age in ages.items()
    }
    change(handler, at["vulnerable"], "vulnerability", {"level": "high", "reasons": ["lives alone"]})
    at["ungraded"] = opened(handler, "ungraded", None)
    first = handler.get("/backlog", params={"limit": 2}).json()
    clock.move_by(29 * MINUTE)
    rest = handler.get(first["next"].replace("limit=2", "limit=50")).json()
    whole = handler.get("/backlog").json()["items"]
    order = ["ungraded", "vulnerable", "old", "young", "younger"]
    assert [f"/incidents/{one['incident']['incident']}" for one in first["items"] + rest["items"]] == [at[name] for name in order]
    assert [f"/incidents/{one['incident']['incident']}" for one in whole] == [at[name] for name in order]
    assert [one["score"] for one in first["items"] + rest["items"]] == [0, 540, 160, 0, 0]
    assert first["items"][1]["reasons"] == [
        "somebody should have been sent 60 min ago",
        "vulnerability high: counts 9 times",
        "reported 100 min ago",
    ]


def test_a_page_of_the_backlog_goes_on_where_the_one_before_ended(handler: TestClient, clock: VirtualClock) -> None:
    for n in range(7):
        opened(handler, f"late-{n}", "Priority", reported_at=(clock.now() - 90 * MINUTE).isoformat())
    for n in range(4):
        opened(handler, f"early-{n}", "Scheduled")
    whole = [one["incident"]["incident"] for one in handler.get("/backlog").json()["items"]]
    page, walked = handler.get("/backlog", params={"limit": 2}).json(), []
    while True:
        walked += [one["incident"]["incident"] for one in page["items"]]
        if page["next"] is None:
            break
        page = handler.get(page["next"]).json()
    assert walked == whole
    assert len(set(walked)) == 11


def test_a_downgrade_takes_a_supervisor_new_information_and_leaves_a_task(handler: TestClient, supervisor: TestClient) -> None:
    at = opened(handler)
    less = {"grade": "Scheduled", "rationale": "he has gone"}
    refused = change(handler, at, "regrade", less | {"new_information": "seen on a train"})
    assert (refused.status_code, refused.json()["code"]) == (409, "authority-needed")
    assert change(supervisor, at, "regrade", less).json()["code"] == "new-information-needed"
    assert change(supervisor, at, "regrade", less | {"new_information": "seen on a train"}).status_code == 200
    (task,) = supervisor.get("/tasks").json()["items"]
    assert task["kind"] == "inform_caller"
    done = change(supervisor, f"/tasks/{task['task']}", "done", {"words": "told: tomorrow morning"})
    assert (done.status_code, done.json()["done_by"]) == (200, "sergeant 4")
    assert supervisor.get(f"{at}/tasks").json()["items"] == []


def test_a_log_keeps_both_entries_of_two_who_write_at_once_and_what_was_struck(
    handler: TestClient, supervisor: TestClient
) -> None:
    at = opened(handler)
    for client, entry, words in ((handler, "a", "first"), (supervisor, "b", "second")):
        assert client.put(f"{at}/log/{entry}/draft", json={"words": words[0]}).status_code == 200
        assert client.put(f"{at}/log/{entry}", json={"words": words}).status_code == 200
    stolen = supervisor.put(f"{at}/log/a", json={"words": "mine"})
    assert (stolen.status_code, stolen.json()["code"]) == (409, "somebody-elses")
    late = "2026-06-05T11:00:00Z"
    handler.put(f"{at}/log/c", json={"words": "seen from the window", "at": late, "written": "sheet 3"})
    assert handler.post(f"{at}/log/a/strike", json={"reason": "wrong house"}).status_code == 428
    seen = handler.get(f"{at}/log")
    struck = handler.post(
        f"{at}/log/a/strike", json={"reason": "wrong house", "instead": "b"}, headers={"If-Match": seen.headers["ETag"]}
    )
    entries = struck.json()["entries"]
    assert [(one["entry"], one["words"], one["struck_by"]) for one in entries] == [
        ("c", "seen from the window", None),
        ("a", "first", "handler 7"),
        ("b", "second", None),
    ]
    told = handler.get(f"{at}/log/history").json()["events"]
    assert [event["type"].split(".")[2] for event in told].count("LogDraftSaved") == 2
    assert (told[-2]["at"], told[-2]["recorded"]) == (late, "2026-06-05T12:00:00Z")


def test_a_person_decides_against_the_suggestion_with_reasons_and_both_are_on_record(handler: TestClient) -> None:
    at = opened(handler, grade=None)
    assessed = handler.post(f"{at}/thrive", json=LOW | {"threat": {"level": "high", "words": "he has a knife"}}).json()
    (first,) = assessed["assessments"]
    assert (first["suggested"], first["reasons"], first["levels"]["threat"]) == ("Immediate", ["threat high"], "high")
    refused = change(handler, at, "grade", {"grade": "Priority"})
    assert (refused.status_code, refused.json()["code"]) == (422, "reasons-needed")
    graded = change(handler, at, "grade", {"grade": "Priority", "reasons": ["officers are there already"]}).json()
    assert (graded["grade"], graded["suggested"]) == ("Priority", "Immediate")
    again = handler.post(f"{at}/thrive", json=LOW | {"vulnerability": {"level": "high"}}).json()
    assert [one["number"] for one in again["assessments"]] == [1, 2]
    assert handler.get(at).json()["vulnerability"] == "high"
    (task,) = handler.get(f"{at}/tasks").json()["items"]
    assert task["kind"] == "recontact"


def test_records_of_one_thing_are_suggested_linked_merged_and_taken_apart(handler: TestClient) -> None:
    here = {"source": "spoken", "point": {"latitude": 51.5, "longitude": -0.1}}
    near = {"source": "spoken", "point": {"latitude": 51.5009, "longitude": -0.1}}
    one, other = opened(handler, "a", location=here), opened(handler, "b", location=near, summary="somebody shouts")
    opened(handler, "c", opening_code="fraud", summary="a letter about a lottery")
    (alike,) = handler.get(f"{one}/alike").json()
    assert (f"/incidents/{alike['incident']}", alike["reasons"]) == (
        other,
        ["100 m away", "0 min apart", "the same opening code"],
    )
    linked = change(handler, one, "", {"kind": "related", "other": other[11:], "reason": "same shout"}, "/links")
    assert linked.json()["links"] == [{"kind": "related", "other": other[11:]}]
    assert handler.get(f"{other}/links").json()["links"] == [{"kind": "related", "other": one[11:]}]
    undone = change(handler, one, "undo", {"kind": "related", "other": other[11:], "reason": "two shouts"}, "/links")
    assert undone.json()["links"] == []
    merged = change(handler, other, "merge", {"into": one[11:], "reason": "the same"})
    assert (merged.json()["merged_into"], merged.json()["allowed"]) == (one[11:], ["unmerge"])
    assert change(handler, other, "close", {"closing_code": "duplicate", "reason": "x"}).json()["code"] == "merged"
    assert change(handler, other, "unmerge", {"reason": "two shouts"}).json()["merged_into"] is None


def test_an_escalation_is_listed_and_acknowledged_by_the_role_it_stands_with(
    handler: TestClient, supervisor: TestClient, client: Callable[..., TestClient]
) -> None:
    at = opened(handler)
    offered = handler.post(f"{at}/transfers", json={"to": "sussex", "reason": "their side"}).json()
    refusal = TransferMessage(
        message="m-1",
        transfer=offered["transfer"],
        function=Function.REFUSE,
        sender="sussex",
        receiver="kent",
        sent_at=offered["answer_by"],
        reference=offered["reference"],
        reason="yours",
    )
    gateway = client(Role.SERVICE)
    assert gateway.post("/transfer-messages", json=refusal.model_dump(mode="json")).json()["phase"] == "refused"
    (escalation,) = supervisor.get("/escalations").json()["items"]
    assert (escalation["role"], escalation["reason"]) == ("control room supervisor", "transfer")
    body = {"role": "sergeant", "plan": "we send ours"}
    refused = change(supervisor, at, "acknowledge", body, "/escalation")
    assert (refused.status_code, refused.json()["allowed"][0]) == (409, "control room supervisor")
    assert change(handler, at, "acknowledge", body, "/escalation").status_code == 403
    done = change(supervisor, at, "acknowledge", body | {"role": "duty inspector"}, "/escalation").json()
    assert (done["acknowledged_by"], done["pending"]) == ("sergeant 4", False)
    assert supervisor.get("/escalations").json()["items"] == []


def test_what_somebody_has_in_hand_is_handed_over_and_acknowledged(handler: TestClient, supervisor: TestClient) -> None:
    at = opened(handler)
    assert handler.post(f"{at}/accept").json()["holder"] == "handler 7"
    (offered,) = handler.post("/hand-overs", json={"to": "sergeant 4"}).json()["items"]
    assert offered["offered_to"] == "sergeant 4"
    assert len(supervisor.get("/hand-overs/sergeant 4").json()["items"]) == 1
    assert supervisor.post(f"{at}/take-over").json()["holder"] == "sergeant 4"
    assert len(supervisor.get("/in-hand/sergeant 4").json()["items"]) == 1
    assert handler.get(f"{at}/custody").json()["offered_to"] is None


def test_a_review_holds_the_closing(handler: TestClient, supervisor: TestClient) -> None:
    at = opened(handler)
    task = handler.post(f"{at}/reviews", json={"because": "threats were mentioned"}).json()["task"]
    close = {"closing_code": "advice given", "reason": "spoken to"}
    refused = change(handler, at, "close", close)
    assert (refused.status_code, refused.json()["code"]) == (409, "pending")
    change(supervisor, f"/tasks/{task}", "done", {"words": "no threat"})
    assert change(handler, at, "close", close).status_code == 200
    assert change(handler, at, "reopen", {"reason": "rang back"}).json()["reopened"] == 1


def test_a_concern_stays_ours_until_the_agency_has_accepted_it(handler: TestClient) -> None:
    at = opened(handler)
    assert change(handler, at, "hand", {"agency": "social care"}, "/concern").json()["code"] == "threshold-not-decided"
    wrong = change(handler, at, "threshold", {"police_attend": True, "reasons": ["feels right"]}, "/concern")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "threshold-reason-needed")
    change(handler, at, "threshold", {"police_attend": False, "reasons": ["no risk to life"]}, "/concern")
    unknown = change(handler, at, "hand", {"agency": "the neighbours"}, "/concern")
    assert (unknown.status_code, "social care" in unknown.json()["allowed"]) == (422, True)
    assert change(handler, at, "hand", {"agency": "social care"}, "/concern").json()["accepted"] is None
    close = {"closing_code": "taken on by another agency", "reason": "theirs"}
    assert change(handler, at, "close", close).json()["code"] == "pending"
    change(handler, at, "answer", {"accepted": True}, "/concern")
    assert change(handler, at, "close", close).status_code == 200


@pytest.mark.parametrize(
    ("what", "body", "code", "allowed"),
    [
        ("grade", {"grade": "Grade 2"}, "unknown-grade", "Immediate"),
        ("close", {"closing_code": "C9", "reason": "done"}, "unknown-closing-code", "crime: burglary"),
        ("delays", {"code": "busy"}, "unknown-delay", "no unit available"),
        ("close", {"closing_code": "arrest", "reason": "r", "qualifiers": ["zzz"]}, "unknown-qualifier", "hate"),
    ],
)
def test_what_is_not_in_the_list_is_refused_with_the_list(
    handler: TestClient, what: str, body: dict[str, Any], code: str, allowed: str
) -> None:
    refused = change(handler, opened(handler, grade=None), what, body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert allowed in refused.json()["allowed"]


@pytest.mark.parametrize(
    ("at", "code"), [("2099-01-01T00:00:00Z", "in-the-future"), ("1999-01-01T00:00:00Z", "before-the-report")]
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_done(handler: TestClient, at: str, code: str) -> None:
    where = opened(handler, grade=None)
    for what, body in (("grade", {"grade": "Priority"}), ("close", {"closing_code": "arrest", "reason": "r"})):
        refused = change(handler, where, what, body | {"at": at})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert handler.get(where).headers["ETag"] == '"1"'


def test_qualifiers_of_the_opening_and_of_the_closing_stand_apart(handler: TestClient) -> None:
    where = handler.post("/incidents", json=OPENING | {"call": "call-1", "qualifiers": ["alcohol"]}).headers["Location"]
    closed = change(handler, where, "close", {"closing_code": "arrest", "reason": "r", "qualifiers": ["hate"]}).json()
    assert (closed["qualifiers"], closed["closing_qualifiers"]) == (["alcohol"], ["hate"])


def test_an_opening_code_that_is_not_in_the_list_opens_nothing(handler: TestClient) -> None:
    refused = handler.post("/incidents", json=OPENING | {"call": "call-1", "opening_code": "burgalry"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-opening-code")
    assert handler.get("/incidents").json()["items"] == []


def test_a_message_for_another_control_room_is_refused_and_one_for_nothing_offered_too(client: Callable[..., TestClient]) -> None:
    gateway = client(Role.SERVICE)
    message = {
        "message": "m-1",
        "transfer": "9b2f6d6e-0c1c-4f54-a3c9-6d8a6f3f7a10",
        "function": "accept",
        "sender": "sussex",
        "receiver": "essex",
        "sent_at": "2026-06-05T12:00:00Z",
        "reference": "2026-06-05/7",
    }
    assert gateway.post("/transfer-messages", json=message).json()["code"] == "not-for-us"
    assert gateway.post("/transfer-messages", json=message | {"receiver": "kent"}).json()["code"] == "unknown-transfer"
    missing = gateway.post("/transfer-messages", json=message | {"receiver": "kent", "function": "create"})
    assert (missing.status_code, missing.json()["allowed"]) == (422, ["reported_at", "opening_code", "answer_by"])


def test_an_addition_needs_no_version_and_keeps_to_the_one_it_is_given(handler: TestClient, supervisor: TestClient) -> None:
    at = opened(handler)
    words = {"words": "the door is open"}
    additions: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("PUT", "log/a/draft", "log/b/draft", words),
        ("PUT", "log/c", "log/d", words),
        ("POST", "thrive", "thrive", LOW),
    )
    for method, mine, theirs, body in additions:
        first = handler.request(method, f"{at}/{mine}", json=body)
        assert first.status_code == 200
        assert supervisor.request(method, f"{at}/{theirs}", json=body).status_code == 200, "somebody else adds at the same time"
        stale = handler.request(method, f"{at}/{mine}", json=body, headers={"If-Match": first.headers["ETag"]})
        assert (stale.status_code, "by sergeant 4" in stale.json()["detail"]) == (412, True), mine
    assert len(handler.get(f"{at}/log").json()["entries"]) == 2, "and no word is lost"
