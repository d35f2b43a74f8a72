"""Uploading reports, and the jobs that ingest them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path as FolderPath
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from sse_starlette import EventSourceResponse

from citewire.api.audit import note_act
from citewire.api.contents import answers, event_stream
from citewire.api.dependencies import (
    CallerDep,
    JobsDep,
    ReachDep,
    ReachingDep,
    SettingsDep,
    UploadsDep,
    services_of,
)
from citewire.api.multipart import receive_form
from citewire.api.schemas import CollectionId, CreatedJob, Identifier, JobList, JobView
from citewire.api.scopes import ScopedRoute
from citewire.api.sse import run_response
from citewire.errors import InvalidUpload, UploadNotStored
from citewire.services.access.audit.schema import Resource
from citewire.services.access.caller import Caller
from citewire.services.access.reach import PRIVATE
from citewire.services.access.room import room_of, told_limit
from citewire.services.assembly.serving import Services
from citewire.services.runs.log import ToldBatch
from citewire.services.uploads.job import ENDED, Job, State
from citewire.services.uploads.jobs import Jobs
from citewire.services.uploads.names import folder_name
from citewire.services.uploads.receiving import Incoming
from citewire.storage.keys import Libraries

router = APIRouter(tags=["jobs"], route_class=ScopedRoute)

JOB_EVENTS = event_stream({"progress": "JobProgress", "done": "JobView", "failed": "JobView"})
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["folder", "files"],
                    "properties": {
                        "folder": {"type": "string", "description": "name of the folder"},
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


@router.post(
    "/documents",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=_FORM,
)
async def upload_documents(
    request: Request,
    *,
    uploads: UploadsDep,
    jobs: JobsDep,
    reaching: ReachingDep,
    caller: CallerDep,
    collection: Annotated[CollectionId, Query()] = PRIVATE,
) -> CreatedJob:
    """Store files in a folder, all or none, and ingest it in the background."""
    reach = await reaching.now(caller)
    reach.check(collection, "editor")
    owner = reach.library(collection)
    jobs.check_room(owner, caller.owner)
    await check_room(services_of(request), owner)
    async with uploads.receiving(owner) as incoming:
        fields = await receive_form(request, incoming)
        folder = folder_name(fields.get("folder", ""))
        if not incoming.files:
            raise InvalidUpload("files: at least one file is needed")
        jobs.check_room(owner, caller.owner)  # again: others may have come while the files did
        if collection != PRIVATE:  # it may have been taken away meanwhile
            (await reaching.now(caller)).check(collection, "editor")
        root = await uploads.keep(incoming, folder)
    return await begin_job(request, jobs, incoming, folder=folder, root=root, by=caller)


async def begin_job(
    request: Request, jobs: Jobs, incoming: Incoming, *, folder: str, root: FolderPath, by: Caller
) -> CreatedJob:
    """Begin the job that ingests what was kept in a folder.

    Args:
        request: is told of in the audit log with the job.
        jobs: takes it.
        incoming: whose files they are, and which.
        folder: the name of the folder.
        root: where it lies.
        by: who began it.

    Raises:
        Draining, TooManyJobs: no more are taken.
        StorageError: its state cannot be kept.
    """
    files = tuple(incoming.files)
    job = Job(folder, root, files, owner=incoming.owner, by=by.owner, groups=by.groups)
    uploaded = [Resource("document", file.doc_id) for file in incoming.files]
    note_act(request, Resource("job", job.job_id), *uploaded)
    await jobs.submit(job)
    return CreatedJob(job_id=job.job_id, folder=folder, files=list(job.uploaded))


async def check_room(services: Services, owner: str) -> None:
    """Return if an owner, or a collection, may have more documents and passages.

    Raises:
        UploadNotStored: there are as many as there may be.
    """
    room, documents = room_of(owner, services.settings), services.documents.owned_by(owner)
    if room.documents is not None and await documents.count() >= room.documents:
        raise UploadNotStored(f"there is no room: {told_limit('documents', room)}")
    if room.passages is not None and await documents.passages() >= room.passages:
        raise UploadNotStored(f"there is no room: {told_limit('passages', room)}")


@router.get("/jobs")
async def list_jobs(
    jobs: JobsDep, reach: ReachDep, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> JobList:
    """The jobs of the last week, the newest first."""
    states = await jobs.newest(reach.libraries, limit)
    return JobList(jobs=[JobView.model_validate(state) for state in states])


@router.delete("/jobs/{job_id}")
async def stop_job(
    job_id: Annotated[Identifier, Path()], jobs: JobsDep, reaching: ReachingDep, caller: CallerDep
) -> JobView:
    """Stop a job: its documents stay, its other files are deleted; one that is over stays so."""
    reach = await reaching.now(caller)
    owner = await jobs.library_of(job_id, reach.libraries)
    reach.check(reach.named(owner)[0], "editor")
    return JobView.model_validate(await jobs.stop(job_id, owner))


@router.get("/jobs/{job_id}")
async def read_job(
    job_id: Annotated[Identifier, Path()], jobs: JobsDep, reach: ReachDep
) -> JobView:
    """How far a job is, and what became of its files."""
    return JobView.model_validate(await jobs.read(job_id, reach.libraries))


async def known_job(job_id: Annotated[Identifier, Path()], jobs: JobsDep, reach: ReachDep) -> str:
    """The id of a job that there is: inside the stream it is too late for a 404."""
    await jobs.read(job_id, reach.libraries)
    return job_id


@router.get(
    "/jobs/{job_id}/events",
    response_class=EventSourceResponse,
    responses={200: answers("how far the job is", JOB_EVENTS)},
)
async def job_events(
    job_id: Annotated[str, Depends(known_job)],
    jobs: JobsDep,
    settings: SettingsDep,
    reaching: ReachingDep,
    caller: CallerDep,
) -> EventSourceResponse:
    """Stream how far a job is: `progress` events, then one `done` or `failed`."""

    async def libraries() -> Libraries:
        return (await reaching.of(caller)).libraries

    return run_response(job_id, _encoded(jobs, job_id, libraries), settings.server)


async def _encoded(
    jobs: Jobs, job_id: str, libraries: Callable[[], Awaitable[Libraries]]
) -> AsyncGenerator[ToldBatch, None]:
    seq = 0
    async with aclosing(jobs.follow(job_id, libraries)) as states:
        async for state in states:
            seq += 1
            name, data = _event(state)
            yield ((seq, name, orjson.dumps(data)),)


def _event(state: State) -> tuple[str, State]:
    if state["status"] not in ENDED:
        # What became of each file stands in the last event, and in the job.
        return "progress", {name: value for name, value in state.items() if name != "files"}
    return ("done" if state["status"] == "done" else "failed"), state
