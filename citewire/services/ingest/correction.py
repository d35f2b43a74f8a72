"""What people correct of a document where its reader got it wrong: title, date, identity."""

from collections.abc import Mapping

from citewire.storage.library.documents import Correction, DocumentRecord, DocumentStore
from citewire.storage.library.versions import changing_documents


async def correct_document(
    doc_id: str,
    changes: Mapping[str, Correction | None],
    *,
    documents: DocumentStore,
    wait_s: float,
) -> DocumentRecord:
    """Correct what a document is told to be; its passages tell so, and are found so, from then on.

    A correction belongs to the bytes of the file: it holds also where they are taken out and
    ingested again. What is embedded for its passages keeps the old title until then.

    Args:
        doc_id: its id.
        changes: new values by field, None to go back to what its reader found.
        documents: of the namespace and the owner.
        wait_s: how long to wait in seconds for others who change the documents.

    Raises:
        DocumentNotFound: there is none of that id.
        LibraryBusy: others still change the documents.
        StorageError: Redis does not answer.
    """
    await documents.known(doc_id)
    async with changing_documents(documents, wait_s=wait_s) as versions:
        record = await documents.known(doc_id)  # somebody may have been faster
        corrections = {**await versions.corrections(doc_id), **changes}
        return await versions.correct(
            record, {name: value for name, value in corrections.items() if value is not None}
        )
