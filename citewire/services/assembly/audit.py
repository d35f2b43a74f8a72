"""Opening the audit log of the settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread

from citewire.errors import CitewireError
from citewire.services.access.audit.log import AuditLog
from citewire.services.access.audit.naming import Naming
from citewire.services.access.audit.writer import AuditWriter
from citewire.settings import Settings
from citewire.storage.access.people import PeopleStore
from citewire.storage.library.documents import DocumentStore


@asynccontextmanager
async def open_audit(
    settings: Settings, documents: DocumentStore
) -> AsyncGenerator[AuditLog, None]:
    """Open the audit log, on the connection of some documents; leaving writes what is left.

    Raises:
        ConfigurationError: its file cannot be opened.
    """
    naming = Naming(PeopleStore(documents.client, documents.namespace))
    access = settings.access
    if access.audit_log is None:
        yield AuditLog(None, naming, questions=False)
        return
    # Deferred: it needs flock, which not every system has.
    from citewire.services.access.audit.file import open_sink

    sink = open_sink(access.audit_log, data_dir=settings.storage.data_dir)
    try:
        audit = AuditLog(AuditWriter(sink), naming, questions=access.audit_questions)
        failure: CitewireError | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(audit.run)
            try:
                yield audit
            except CitewireError as error:
                # As it is, and not in a group: whoever opened the log knows what it means.
                failure = error
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
    finally:
        await to_thread.run_sync(sink.close)
