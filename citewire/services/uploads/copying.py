"""Copying the files of documents to where those of another library lie."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import anyio

from citewire.errors import DocumentNotFound
from citewire.services.uploads.receiving import Incoming
from citewire.storage.keys import document_id
from citewire.storage.library.documents import DocumentRecord

PIECE_BYTES = 1 << 20


async def copy_documents(
    found: Sequence[tuple[DocumentRecord, Path | None]], incoming: Incoming
) -> None:
    """Copy the file of each document, under the name that it has.

    Args:
        found: the documents, and where the file of each was found.
        incoming: takes the files.

    Raises:
        DocumentNotFound: the file of one is not there any more with the same bytes.
        UploadNotStored: there is no room for them.
    """
    for record, path in found:
        if path is None:
            raise _gone(record)
        await anyio.to_thread.run_sync(_copy, record, path, incoming)


def _copy(record: DocumentRecord, path: Path, incoming: Incoming) -> None:
    digest = hashlib.sha256()
    incoming.begin(path.name)
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
                incoming.write(piece)
    except OSError as error:
        raise _gone(record) from error
    incoming.end()
    # What was put in its place while it was copied is not what is to be shared.
    if document_id(digest.hexdigest(), record.owner) != record.doc_id:
        raise _gone(record)


def _gone(record: DocumentRecord) -> DocumentNotFound:
    return DocumentNotFound(
        f"the file of document {record.doc_id} is not there any more: upload it to the collection"
    )
