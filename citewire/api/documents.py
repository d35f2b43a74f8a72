"""Documents: what is ingested, the files themselves, and taking one out."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from http import HTTPStatus
from pathlib import Path as FilePath
from typing import Annotated
from urllib.parse import quote

import anyio
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from citewire.api.audit import note_act
from citewire.api.contents import NOT_MODIFIED, answers, files, text
from citewire.api.dependencies import (
    CallerDep,
    ChangeableDocument,
    DocumentsDep,
    PageCopiesDep,
    ReachDep,
    UploadsDep,
    services_of,
)
from citewire.api.schemas import DocumentCorrection, DocumentList, DocumentView, Identifier
from citewire.api.scopes import ScopedRoute
from citewire.errors import DocumentNotFound
from citewire.services.access.audit.schema import Resource
from citewire.services.access.reads import Cut
from citewire.services.ingest.correction import correct_document
from citewire.services.ingest.removal import remove_document
from citewire.services.pages.original import find_file
from citewire.services.reading.formats import FORMATS, PDF, media_type, named_format
from citewire.services.reading.pdf.file import MAX_PAGES

router = APIRouter(tags=["documents"], route_class=ScopedRoute)

DocId = Annotated[Identifier, Path()]
PageNumber = Annotated[int, Path(ge=1, le=MAX_PAGES)]

FILES = files(kind for row in FORMATS for kind in row.media_types.values())
BUSY_WAIT_S = 5.0
"""How long a removal waits for an ingestion before it answers 409."""

_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
# A report may be a web page with scripts: it must not act as a page of this service.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@router.get("/documents")
async def list_documents(documents: DocumentsDep, reach: ReachDep) -> DocumentList:
    """All ingested documents, in the order in which they were, with where they lie."""
    records = await documents.list()
    return DocumentList(documents=[DocumentView.of(record, reach) for record in records])


@router.get("/documents/{doc_id}")
async def read_document(doc_id: DocId, documents: DocumentsDep, reach: ReachDep) -> DocumentView:
    """One ingested document."""
    return DocumentView.of(await documents.known(doc_id), reach)


class ReachableFile(FileResponse):
    """A file that is cut off if access to it is taken away: half of one is not the whole.

    Args:
        path: of the file.
        headers: of the answer.
        sending: a block in which what it is given is called then.
    """

    def __init__(
        self,
        path: FilePath,
        *,
        headers: dict[str, str],
        sending: Callable[[Cut], AbstractContextManager[None]],
    ) -> None:
        super().__init__(path, headers=headers)
        self._sending = sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as long as it may be read."""
        with anyio.CancelScope() as whole, self._sending(whole.cancel):
            await super().__call__(scope, receive, send)


@router.get(
    "/documents/{doc_id}/file",
    response_class=FileResponse,
    responses={
        200: answers("the file", FILES),
        206: answers("the part that `Range` names", FILES, text("multipart/byteranges")),
        304: NOT_MODIFIED,
        416: answers("the file ends before the part that `Range` names", text("text/plain")),
    },
)
async def read_file(
    doc_id: DocId, request: Request, documents: DocumentsDep, caller: CallerDep
) -> Response:
    """The stored file, with ranges; 404 if it is not there any more with the same bytes."""
    record = await documents.known(doc_id)
    path = await find_file(record)
    if path is None:
        raise DocumentNotFound(f"the file of document {doc_id} is not there any more")
    headers = {
        # By hand: text would be declared to be UTF-8, which it may not be.
        "Content-Type": media_type(path),
        "Content-Disposition": f"inline; filename*=utf-8''{quote(path.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{doc_id}"',
    }
    if named_format(path) is not PDF:  # the viewers of browsers do not work in a sandbox
        headers["Content-Security-Policy"] = _SANDBOX
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    _drop_unknown_range(request)
    reads = services_of(request).reads
    sending = partial(reads.sending, caller, record.owner)
    return ReachableFile(path, headers=headers, sending=sending)


def _drop_unknown_range(request: Request) -> None:
    """Ranges of other units and forms are ignored (RFC 9110, 14.2), and not refused."""
    unit, _, ranges = request.headers.get("Range", "").partition("=")
    if unit.strip().lower() != "bytes" or not all(map(_is_range, ranges.split(","))):
        kept = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
        request.scope["headers"] = kept


def _is_range(text: str) -> bool:
    found = _RANGE.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return False
    return not all(found.groups()) or int(found[1]) <= int(found[2])


@router.get(
    "/documents/{doc_id}/pages/{number}",
    response_class=Response,
    responses={
        200: answers("the page", files(PDF.media_types.values())),
        304: NOT_MODIFIED,
    },
)
async def read_page(
    doc_id: DocId,
    number: PageNumber,
    request: Request,
    page_copies: PageCopiesDep,
    reach: ReachDep,
) -> Response:
    """One page of a PDF or picture as a PDF of its own; of a cited one also when all else is gone.

    404 for other formats.
    """
    # A document is its bytes, so that its pages never change.
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{doc_id}-{number}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        # Only who may read it is told that there is such a document.
        await page_copies.check(doc_id, reach.libraries)
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    content = await page_copies.page(doc_id, number, reach.libraries)
    headers |= {"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=PDF.media_types[".pdf"], headers=headers)


@router.patch("/documents/{doc_id}")
async def patch_document(
    doc_id: DocId,
    correction: DocumentCorrection,
    documents: ChangeableDocument,
    reach: ReachDep,
    request: Request,
) -> DocumentView:
    """Correct title, date, organisation, periods or kind, for as long as the file is the same.

    Null goes back to what the report says.
    """
    changes = correction.model_dump(exclude_unset=True)
    note_act(request, Resource("document", doc_id, {"fields": sorted(changes)}))
    record = await correct_document(doc_id, changes, documents=documents, wait_s=BUSY_WAIT_S)
    return DocumentView.of(record, reach)


@router.delete("/documents/{doc_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete_document(
    doc_id: DocId, uploads: UploadsDep, documents: ChangeableDocument
) -> None:
    """Take a document out, with its uploaded file; files in other folders are left alone."""
    await remove_document(doc_id, documents=documents, uploads=uploads.root, wait_s=BUSY_WAIT_S)
