"""Opening what is known of people, without a model."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from citewire.services.access.audit.log import AuditLog
from citewire.services.access.changes import CollectionChanges
from citewire.services.access.room import room_of
from citewire.services.assembly.audit import open_audit
from citewire.services.pages.copies import PageCopies
from citewire.services.pages.extract import PageFiles
from citewire.services.pages.folder import PageFolder
from citewire.services.people.forgetting import Personal
from citewire.services.uploads.receiving import Uploads
from citewire.settings import Settings
from citewire.storage.access.credentials import CredentialStore
from citewire.storage.access.people import PeopleStore
from citewire.storage.access.spending import SpendingStore
from citewire.storage.chats.store import build_chats
from citewire.storage.collections.store import CollectionStore
from citewire.storage.connection.connection import open_redis
from citewire.storage.jobs import JobStore
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.snapshots import SnapshotStore
from citewire.storage.runs.overview import RunOverview


@dataclass(frozen=True, slots=True)
class Everybody:
    """What there is of all people."""

    people: PeopleStore
    runs: RunOverview
    jobs: JobStore
    documents: DocumentStore
    credentials: CredentialStore
    collections: CollectionStore
    changes: CollectionChanges
    uploads: Uploads
    audit: AuditLog


@asynccontextmanager
async def open_everybody(settings: Settings) -> AsyncGenerator[Everybody, None]:
    """Open what there is of all people.

    Raises:
        ConfigurationError: the audit log cannot be opened.
        StorageUnavailable: Redis does not answer.
    """
    namespace = settings.storage.namespace
    async with open_redis(settings.storage) as client:
        documents = DocumentStore(client, namespace)
        collections = CollectionStore(client, namespace)
        async with open_audit(settings, documents) as audit:
            yield Everybody(
                PeopleStore(client, namespace),
                RunOverview(client, namespace),
                JobStore(client, namespace),
                documents,
                CredentialStore(client, namespace),
                collections,
                CollectionChanges(collections, audit, _nothing),
                Uploads(
                    settings.storage, settings.uploads, room_of=partial(room_of, settings=settings)
                ),
                audit,
            )


@asynccontextmanager
async def open_personal(settings: Settings) -> AsyncGenerator[Personal, None]:
    """Open what is somebody's alone; raises as `open_everybody`."""
    namespace = settings.storage.namespace
    async with open_everybody(settings) as everybody:
        documents = everybody.documents
        uploads, collections = everybody.uploads, everybody.collections
        copies = PageCopies(
            PageFolder(settings.storage.data_dir / "pages" / namespace, max_bytes=0),
            documents=documents,
            snapshots=SnapshotStore(documents.client, namespace),
            page_files=PageFiles(),
        )

        async def leave_collections(owner: str) -> dict[str, int]:
            return {"memberships": await collections.leave_all(owner)}

        async def close_doors(owner: str) -> dict[str, int]:
            keys, sessions = await everybody.credentials.drop_owner(owner)
            return {"keys": keys, "sessions": sessions}

        yield Personal(
            chats=build_chats(documents.client, settings),
            runs=everybody.runs,
            jobs=everybody.jobs,
            documents=documents,
            page_copies=copies,
            uploads=uploads.root,
            forget_uploads=uploads.forget,
            spending=SpendingStore(documents.client, namespace),
            people=everybody.people,
            audit=everybody.audit,
            doors=(leave_collections, close_doors),
        )


def _nothing() -> None:
    """Nothing is remembered here that a change makes old."""
