"""Opening what backups are made of, and what they are restored into."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from citewire import __version__
from citewire.errors import CitewireError
from citewire.services.access.audit.log import Who
from citewire.services.access.audit.schema import Resource
from citewire.services.assembly.audit import open_audit
from citewire.services.backup.archive import ArchiveWriter
from citewire.services.backup.files import FileFiller, Folders
from citewire.services.backup.format import Manifest, Origin
from citewire.services.backup.moving import Moved
from citewire.services.backup.restoring import RestoreRun
from citewire.services.backup.saving import BackupRun, OnStage
from citewire.services.reading.files import printable
from citewire.services.uploads.receiving import uploads_root
from citewire.settings import Settings
from citewire.settings.groups import StorageSettings
from citewire.storage.backup.following import following_changes
from citewire.storage.backup.reading import InstantReader
from citewire.storage.backup.writing import filling
from citewire.storage.connection.connection import open_redis
from citewire.storage.connection.fingerprint import read_noted
from citewire.storage.keys import SCHEMA_VERSION
from citewire.storage.library.documents import DocumentStore
from citewire.storage.migration.migrating import check_path, migrate


async def save_backup(settings: Settings, writer: ArchiveWriter, on_stage: OnStage) -> Manifest:
    """Make a backup of the namespace of the settings, and tell the audit log.

    Args:
        settings: say where everything is.
        writer: takes it.
        on_stage: is told how far it is.

    Raises:
        IndexMismatch: what is stored is of another version, or not whole.
        CitewireError: nothing is stored there.
        StorageError, OSError: Redis does not answer, or a file cannot be read or written.
    """
    storage = settings.storage
    async with open_redis(storage) as client:
        noted = await read_noted(client, storage.namespace)
        if not noted:
            raise _nothing_stored(storage.namespace)
        about = Origin(
            citewire=__version__,
            schema=int(noted.pop("schema_version")),
            namespace=storage.namespace,
            begun_at=datetime.now(UTC).isoformat(timespec="seconds"),
            uploads=printable(str(uploads_root(storage))),
            noted=noted,
        )
        documents = DocumentStore(client, storage.namespace)
        async with (
            open_audit(settings, documents) as audit,
            following_changes(client, storage.namespace) as follower,
        ):
            reader = InstantReader(client, storage.namespace, follower)
            run = BackupRun(reader, _folders(storage), about, writer, on_stage)
            manifest = await run.save()
            who, what = Who(command="citewire backup"), Resource("namespace", storage.namespace)
            await audit.acted(who, "Export", [what], more=dict(manifest.counts))
    return manifest


async def restore_backup(
    settings: Settings, path: Path, about: Origin, manifest: Manifest, on_stage: OnStage
) -> None:
    """Restore a backup, which was checked, into the namespace of the settings.

    Args:
        settings: say where everything is to be.
        path: of the file.
        about: what it is of.
        manifest: what it holds.
        on_stage: is told how far it is.

    Raises:
        IndexMismatch: the backup is of a version that this program cannot bring to its own.
        NotEmpty, LibraryBusy: something is there, or somebody uses it; nothing was changed.
        StorageError, OSError: it could not be finished; run it again.
    """
    check_path(about.schema)
    storage = settings.storage
    noted = {**about.noted, "schema_version": str(about.schema)}
    moved = Moved(
        from_namespace=about.namespace,
        to_namespace=storage.namespace,
        from_uploads=about.uploads,
        to_uploads=printable(str(uploads_root(storage))),
    )
    async with open_redis(storage, whatever_is_stored=True) as client:
        documents = DocumentStore(client, storage.namespace)
        async with open_audit(settings, documents) as audit:
            async with filling(client, storage.namespace, noted) as keys:
                files = FileFiller(_folders(storage))
                await RestoreRun(path, about, manifest, keys, files, moved, on_stage).restore()
            if about.schema != SCHEMA_VERSION:
                await migrate(client, storage.namespace)
            who, what = Who(command="citewire restore"), Resource("namespace", storage.namespace)
            await audit.acted(who, "Import", [what], more=dict(manifest.counts))


async def migrate_namespace(settings: Settings, on_step: Callable[[int], None]) -> int:
    """Bring what is stored to this program's version; gives the version that it had.

    Raises:
        CitewireError: nothing is stored there.
        IndexMismatch, LibraryBusy, StorageError: as `storage.migration.migrating.migrate`.
    """
    namespace = settings.storage.namespace
    async with open_redis(settings.storage, whatever_is_stored=True) as client:
        first = await migrate(client, namespace, on_step=on_step)
    if first is None:
        raise _nothing_stored(namespace)
    return first


def _nothing_stored(namespace: str) -> CitewireError:
    return CitewireError(
        f"nothing is stored in the namespace {namespace}: "
        "see CITEWIRE_REDIS_URL, CITEWIRE_DATA_DIR and CITEWIRE_NAMESPACE"
    )


def _folders(storage: StorageSettings) -> Folders:
    return {
        "uploads": uploads_root(storage),
        "pages": storage.data_dir / "pages" / storage.namespace,
    }
