"""Forgetting a person: what is that person's alone goes, and the audit log does not say who it was.

Each step takes what it finds, and what it removes is found no more: a run that was killed is
finished by the next. Whose a pseudonym was is thrown away at last, when all else is done.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio

from citewire.errors import LibraryBusy
from citewire.services.access.allowances import KINDS
from citewire.services.access.audit.log import AuditLog, Who
from citewire.services.ingest.removal import remove_everything
from citewire.services.pages.copies import PageCopies
from citewire.storage.access.people import PeopleStore
from citewire.storage.access.spending import SpendingStore
from citewire.storage.chats.store import ChatStore
from citewire.storage.jobs import JobStore
from citewire.storage.library.documents import DocumentStore
from citewire.storage.runs.overview import RunOverview

logger = logging.getLogger(__name__)

STOP_S: Final = 10.0
"""How long runs and jobs get to stop; of what does not, nobody is alive any more."""
POLL_S: Final = 0.2
COMMAND: Final = "citewire forget"

Told = Callable[[str], None]
Step = Callable[[str], Awaitable[dict[str, int]]]
"""Forgets something of an owner; gives how many there were of each kind."""


@dataclass(frozen=True, slots=True)
class Personal:
    """Where things of people are.

    Args:
        chats: with all that is kept for them.
        runs: of all workers.
        jobs: of all workers.
        documents: of the namespace.
        page_copies: of pages that chats cite.
        uploads: where uploaded files lie.
        forget_uploads: deletes those of an owner, and gives how many files there were.
        spending: what people have spent.
        people: whose the pseudonyms of the audit log are.
        audit: is told.
        doors: steps that close what lets the person in (keys, sessions, memberships): they come
            first, so that nothing new is made meanwhile.
    """

    chats: ChatStore
    runs: RunOverview
    jobs: JobStore
    documents: DocumentStore
    page_copies: PageCopies
    uploads: Path
    forget_uploads: Callable[[str], Awaitable[int]]
    spending: SpendingStore
    people: PeopleStore
    audit: AuditLog
    doors: Sequence[Step] = ()


async def forget_person(owner: str, personal: Personal, *, on_wait: Told) -> dict[str, int]:
    """Remove what is a person's alone; gives how much of each kind there was.

    Of somebody of whom nothing is kept nothing is told.

    Files in folders that were not uploaded are left alone; what the index had of them goes.

    Args:
        owner: the person.
        personal: where things are.
        on_wait: told if another process is waited for.

    Raises:
        LibraryBusy: somebody still ingests reports of the person.
        StorageError, UploadNotStored: Redis or the disk refuses.
    """
    removed: dict[str, int] = {}
    for step in personal.doors:
        removed |= await step(owner)
    await _stop_all(owner, personal)
    removed["jobs"] = await personal.jobs.forget(owner)
    removed["runs"] = await personal.runs.forget(owner)
    removed["chats"] = await _purge_chats(owner, personal.chats)
    documents = personal.documents.owned_by(owner)
    taken = await remove_everything(documents, uploads=personal.uploads, on_wait=on_wait)
    removed["documents"] = taken.documents
    # Files beside those of documents, too: what could not be read, say.
    removed["uploaded files"] = _files_of(taken.locations, personal.uploads)
    removed["uploaded files"] += await personal.forget_uploads(owner)
    removed["page copies"] = await personal.page_copies.settle_all()
    spent = await personal.spending.forget(owner, KINDS)
    told = {name.replace(" ", "_"): count for name, count in removed.items()}
    if spent or any(removed.values()) or await personal.people.knows(owner):
        await personal.audit.forgot(Who(command=COMMAND), owner, removed=told)
    removed["allowances"] = spent
    removed["pseudonyms"] = int(await personal.people.forget(owner))
    return removed


def _files_of(places: Sequence[str], uploads: Path) -> int:
    return sum(place.startswith(f"{uploads}/") for place in places)


async def _purge_chats(owner: str, chats: ChatStore) -> int:
    ids = await chats.all_of(owner)
    for chat_id in ids:
        await chats.purge(chat_id, owner)
    return len(ids)


async def _stop_all(owner: str, personal: Personal) -> None:
    deadline = time.monotonic() + STOP_S
    while True:
        runs = [run for run in await personal.runs.all(owner) if run.is_under_way]
        jobs = [job for job in await personal.jobs.all(owner) if _may_go_on(job["status"])]
        alive = [job for job in jobs if (await personal.jobs.read(job["job_id"], (owner,)))[1]]
        if not runs and not alive:
            return
        if time.monotonic() > deadline:
            break
        for run in runs:
            await personal.runs.stop(run)
        for job in alive:
            await personal.jobs.ask_to_stop(job["job_id"])
        await anyio.sleep(POLL_S)
    if alive:
        raise LibraryBusy(f"{len(alive)} jobs of {owner} do not stop: try again when they are over")
    logger.warning("%d runs of %s do not stop: their worker may be dead", len(runs), owner)


def _may_go_on(status: str) -> bool:
    return status not in ("done", "failed", "stopped")
