"""Tasks: callers to inform, victims to speak to again, reviews, drafts to finish."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from chassis.host import Host
from chassis.http.bodies import Body
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.incident.api.access import Changing, IncidentId, InRoom, Long, Reader, Words, shown
from services.incident.cases.waiting import RequestReview
from services.incident.domain.backlog.task import Finish
from services.incident.streams import TASK
from services.incident.views.waiting import TaskView, task

TaskId = Annotated[str, Path(pattern=r"^task-[0-9a-f-]{36}$", description="As `task` in a view.")]


class ReviewBody(Body):
    """What a supervisor is to look at, and who, where one is named."""

    because: Words
    owner: Words | None = None


class DoneBody(Body):
    """What came of it."""

    words: Long


def router(host: Host) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["tasks"])

    @routes.get("/tasks")
    def list_tasks(page: Paging, known_at: KnownAt, _: Reader) -> Listing[TaskView]:
        """What is to be done, the nearest end first."""
        found = page.read(host, "tasks", known_at=known_at)
        states = (host.load(TASK, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[task(state) for state in states if state is not None], next=found.next)

    @routes.get("/incidents/{incident}/tasks")
    def list_tasks_of(incident: IncidentId, page: Paging, known_at: KnownAt, _: Reader) -> Listing[TaskView]:
        """What is to be done for one incident."""
        found = page.read(host, "tasks-of", incident, known_at)
        states = (host.load(TASK, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[task(state) for state in states if state is not None], next=found.next)

    @routes.get("/tasks/{task_id}", response_model=TaskView)
    def read_task(task_id: TaskId, known_at: KnownAt, _: Reader) -> Response:
        """One task."""
        loaded = host.load(TASK, task_id, known_at)
        return shown(loaded, task)

    @routes.post("/incidents/{incident}/reviews", response_model=TaskView)
    async def request_review(incident: IncidentId, body: ReviewBody, context: InRoom) -> Response:
        """Ask a supervisor to look at it; until that is done it cannot be closed."""
        loaded = await host.run(RequestReview(incident, context.actor, body.because, body.owner), context)
        return shown(loaded, task)

    @routes.post("/tasks/{task_id}/done", response_model=TaskView)
    async def finish_task(task_id: TaskId, body: DoneBody, context: Changing) -> Response:
        """It is done."""
        loaded = await host.run(Finish(task_id, context.actor, body.words), context)
        return shown(loaded, task)

    return routes
