"""Files that were ingested and cannot be read any more: what is kept of them says so."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import replace

from citewire.content.outdated import Outdated
from citewire.services.ingest.catalog import Catalog, retag
from citewire.services.ingest.outcome import FileOutcome
from citewire.services.reading.files import FoundFile
from citewire.storage.library.documents import Location
from citewire.storage.library.versions import Versions

LONGEST_REASON = 300


def failed(file: FoundFile, reason: str, catalog: Catalog) -> FileOutcome:
    """Tell that a file cannot be ingested, and that what it was before stays, if it was known."""
    known = catalog.at(file.place)
    stays = f"; {Outdated(known.record.ingested_at).kept}" if known is not None else ""
    return FileOutcome(file.name, "failed", f"{reason}{stays}")


async def note_unread(
    versions: Versions, catalog: Catalog, files: Iterable[tuple[FoundFile, str]]
) -> None:
    """Let the documents that lay at some files tell that these could not be read, and why.

    It ends where something is ingested from there again, or what lay there is taken out. A run
    that is killed before this finds the files as it found them, and notes them then.

    Args:
        versions: what changes the documents.
        catalog: the documents as they are; learns of it.
        files: that failed, and why; those that were not known are left alone.

    Raises:
        LibraryBusy, StorageError: the lease is lost, or Redis refuses.
    """
    noted = await asyncio.to_thread(_noted, list(files), catalog)
    if noted:
        change = catalog.place(noted)
        await versions.apply(change)
        await retag(versions, catalog, change.moved)


def _noted(files: Iterable[tuple[FoundFile, str]], catalog: Catalog) -> list[tuple[str, Location]]:
    noted = []
    for file, reason in files:
        known = catalog.at(file.place)
        if known is None:
            continue
        try:
            status = os.stat(file.path)
        except FileNotFoundError:
            continue  # gone meanwhile, as others that are
        except OSError:
            changed_ns = 0
        else:
            before = known.location.size, known.location.mtime_ns
            is_changed = (status.st_size, status.st_mtime_ns) != before
            changed_ns = status.st_mtime_ns if is_changed else 0
        location = replace(known.location, unread=reason[:LONGEST_REASON], changed_ns=changed_ns)
        if location != known.location:
            noted.append((known.record.doc_id, location))
    return noted
