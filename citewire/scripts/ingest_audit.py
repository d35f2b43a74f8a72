"""What `citewire ingest` tells the audit log: each document that came in, and each that went."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from citewire.services.access.audit.log import Who
from citewire.services.access.audit.schema import Resource
from citewire.services.assembly.audit import open_audit
from citewire.services.ingest.run import OnChange
from citewire.settings import Settings
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.versions import Change

WHO = Who(command="citewire ingest")


@asynccontextmanager
async def audited(settings: Settings, documents: DocumentStore) -> AsyncGenerator[OnChange, None]:
    """What is to be told of changes of the documents, for the block.

    Raises:
        ConfigurationError: the file of the audit log cannot be opened.
        StorageError: Redis does not answer, or refuses.
    """
    owner = documents.owner
    async with open_audit(settings, documents) as audit:
        await audit.know(owner)

        async def tell(change: Change) -> None:
            came = [Resource("document", record.doc_id) for record in change.show]
            went = [Resource("document", doc_id) for doc_id in change.retire]
            for activity, found in (("Import", came), ("Delete", went)):
                if found:
                    await audit.acted(WHO, activity, found, owner=owner)

        yield tell
