"""Shared collections: made, renamed, deleted; their members, and what is shared into them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request

from citewire.api.collection_schemas import (
    CollectionList,
    CollectionSummary,
    CollectionView,
    Member,
    MemberRole,
    NamedCollection,
    SharedDocuments,
)
from citewire.api.dependencies import (
    CallerDep,
    CollectionChangesDep,
    CollectionStoreDep,
    EndingDep,
    JobsDep,
    ReachingDep,
    SettingsDep,
    UploadsDep,
    WhoDep,
    services_of,
)
from citewire.api.patterns import SHARED
from citewire.api.schemas import CreatedJob
from citewire.api.scopes import ScopedRoute
from citewire.api.uploads import begin_job, check_room
from citewire.errors import TooManyCollections
from citewire.services.access.caller import Caller
from citewire.services.access.reach import Reaching, members_of
from citewire.services.pages.original import find_file
from citewire.services.uploads.copying import copy_documents
from citewire.services.uploads.names import folder_name
from citewire.storage.collections.store import Role

router = APIRouter(tags=["collections"], route_class=ScopedRoute)

SharedId = Annotated[str, Path(pattern=SHARED)]


@router.get("/collections")
async def list_collections(reaching: ReachingDep, caller: CallerDep) -> CollectionList:
    """The collections that one is in, by name; the private one is the first."""
    reach = await reaching.now(caller)
    shared = map(CollectionSummary.of, reach.memberships)
    return CollectionList(collections=[CollectionSummary.private(), *shared])


@router.post("/collections", status_code=HTTPStatus.CREATED)
async def create_collection(
    asked: NamedCollection,
    *,
    store: CollectionStoreDep,
    changes: CollectionChangesDep,
    reaching: ReachingDep,
    caller: CallerDep,
    who: WhoDep,
    settings: SettingsDep,
) -> CollectionView:
    """Make a shared collection, whose manager one is."""
    managed = [one for one in (await reaching.now(caller)).memberships if one.role == "manager"]
    most = settings.access.max_collections_per_owner
    if len(managed) >= most:
        told = f"you may manage {most} collections (CITEWIRE_MAX_COLLECTIONS_PER_OWNER)"
        raise TooManyCollections(told)
    collection_id = await changes.create(who, asked.name, caller.owner)
    return await _told(collection_id, "manager", store, reaching, caller)


@router.get("/collections/{collection_id}")
async def read_collection(
    collection_id: SharedId, store: CollectionStoreDep, reaching: ReachingDep, caller: CallerDep
) -> CollectionView:
    """A collection with its members and one's own role."""
    return await _told(collection_id, "reader", store, reaching, caller)


@router.patch("/collections/{collection_id}")
async def rename_collection(
    collection_id: SharedId,
    asked: NamedCollection,
    store: CollectionStoreDep,
    reaching: ReachingDep,
    caller: CallerDep,
) -> CollectionView:
    """Give a collection another name; for managers."""
    (await reaching.now(caller)).check(collection_id, "manager")
    await store.rename(collection_id, asked.name)
    reaching.forget()
    return await _told(collection_id, "reader", store, reaching, caller)


@router.delete("/collections/{collection_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete_collection(
    collection_id: SharedId,
    *,
    changes: CollectionChangesDep,
    ending: EndingDep,
    reaching: ReachingDep,
    caller: CallerDep,
    who: WhoDep,
) -> None:
    """Delete a collection with its documents and uploaded files; for managers."""
    (await reaching.now(caller)).check(collection_id, "manager")
    await changes.finish(who, collection_id)
    ending.tell()


@router.put("/collections/{collection_id}/members/{member:path}")
async def add_member(
    collection_id: SharedId,
    member: Annotated[Member, Path()],
    *,
    asked: MemberRole,
    store: CollectionStoreDep,
    changes: CollectionChangesDep,
    reaching: ReachingDep,
    caller: CallerDep,
    who: WhoDep,
) -> CollectionView:
    """Give an owner (`ann`) or a group (`group:staff`) a role; for managers."""
    (await reaching.now(caller)).check(collection_id, "manager")
    await changes.join(who, collection_id, member, asked.role)
    return await _told(collection_id, "reader", store, reaching, caller)


@router.delete(
    "/collections/{collection_id}/members/{member:path}", status_code=HTTPStatus.NO_CONTENT
)
async def remove_member(
    collection_id: SharedId,
    member: Annotated[Member, Path()],
    *,
    changes: CollectionChangesDep,
    reaching: ReachingDep,
    caller: CallerDep,
    who: WhoDep,
) -> None:
    """Take an owner or a group out; for managers, and for who leaves."""
    leaves = member == members_of(caller)[0]
    (await reaching.now(caller)).check(collection_id, "reader" if leaves else "manager")
    await changes.leave(who, collection_id, member)


@router.post("/collections/{collection_id}/documents", status_code=HTTPStatus.ACCEPTED)
async def share_documents(
    collection_id: SharedId,
    asked: SharedDocuments,
    *,
    request: Request,
    uploads: UploadsDep,
    jobs: JobsDep,
    reaching: ReachingDep,
    caller: CallerDep,
) -> CreatedJob:
    """Copy private documents into a folder of a collection, and ingest it; for editors.

    They are read and embedded once for the collection; the private ones stay as they are.
    """
    reach = await reaching.now(caller)
    reach.check(collection_id, "editor")
    library = reach.library(collection_id)
    folder = folder_name(asked.folder)
    jobs.check_room(library, caller.owner)
    services = services_of(request)
    await check_room(services, library)
    own = services.documents.owned_by(caller.owner)
    records = [await own.known(doc_id) for doc_id in dict.fromkeys(asked.doc_ids)]
    found = [(record, await find_file(record)) for record in records]
    async with uploads.receiving(library, max_files=len(found)) as incoming:
        await copy_documents(found, incoming)
        jobs.check_room(library, caller.owner)  # again: others may have come while this was copied
        (await reaching.now(caller)).check(collection_id, "editor")
        root = await uploads.keep(incoming, folder)
    return await begin_job(request, jobs, incoming, folder=folder, root=root, by=caller)


async def _told(
    collection_id: str, role: Role, store: CollectionStoreDep, reaching: Reaching, caller: Caller
) -> CollectionView:
    reach = await reaching.now(caller)
    reach.check(collection_id, role)
    return CollectionView.of(await store.read(collection_id), reach.role(collection_id))
