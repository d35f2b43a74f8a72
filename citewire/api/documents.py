"""Documents: what is ingested."""

from fastapi import APIRouter

from citewire.api.dependencies import AppParts
from citewire.api.schemas import DocumentList, DocumentView, LocationView

router = APIRouter(tags=["documents"])


@router.get("/documents")
async def list_documents(parts: AppParts) -> DocumentList:
    """All ingested documents, newest first, with where they lie."""
    records = await parts.library.documents.list()
    return DocumentList(
        documents=[
            DocumentView(
                doc_id=record.doc_id,
                title=record.title,
                language=record.language,
                pages=record.pages,
                passages=record.passages,
                ingested_at=record.ingested_at,
                locations=[LocationView(folder=at.folder, path=at.path) for at in record.locations],
            )
            for record in records
        ]
    )
