"""The file of a document, where one of its places still has it."""

import os
from pathlib import Path, PurePosixPath

import anyio

from citewire.services.reading.files import FoundFile, identify
from citewire.storage.library.documents import DocumentRecord, Location


async def find_file(record: DocumentRecord) -> Path | None:
    """A file that has the bytes of the document; None if there is none any more.

    Only where the document is known to lie, and only what ingestion has seen there: the same size
    and time of change, or the same hash. So what was put in its place is never given out.
    """
    return await anyio.to_thread.run_sync(_find, record)


def _find(record: DocumentRecord) -> Path | None:
    for location in record.locations:
        if ".." in PurePosixPath(location.path).parts:
            continue
        path = Path(location.root, location.path)
        try:
            if path.is_file() and _is(record, location, path):
                return path
        except OSError:
            continue
    return None


def _is(record: DocumentRecord, location: Location, path: Path) -> bool:
    status = os.stat(path)
    if (status.st_size, status.st_mtime_ns) == (location.size, location.mtime_ns):
        return True
    if status.st_size != location.size:
        return False
    return identify(FoundFile(Path(location.root), path, location.owner))[0] == record.doc_id
