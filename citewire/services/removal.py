"""Taking out what was ingested: a folder, a document or one place of a document."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from citewire.errors import CitewireError
from citewire.services.folders import printable
from citewire.services.ingest.catalog import Catalog, Known
from citewire.storage.documents import DocumentStore
from citewire.storage.versions import Versions, changing_documents


@dataclass(frozen=True, slots=True)
class Removed:
    """How many places were taken out, and how many documents that now lie nowhere."""

    locations: int
    documents: int


async def remove(
    target: str, *, documents: DocumentStore, on_wait: Callable[[str], None] = lambda _: None
) -> Removed:
    """Take out what `target` names, with its passages unless they lie elsewhere, too.

    Args:
        target: a document id, the path of a folder or file, or the name of an ingested folder;
            looked for in this order. The path need not exist any more.
        documents: of the namespace.
        on_wait: told once if another process is being waited for.

    Raises:
        CitewireError: nothing of that name is known.
        LibraryBusy: another process is changing the documents.
        StorageError: Redis does not answer.
    """
    async with changing_documents(documents, on_wait=on_wait) as versions:
        catalog = Catalog(await documents.list())
        staged = await versions.staged()
        gone = _matching(catalog, target)
        unfinished = [one for one, root in staged.items() if _names(target, one, root)]
        if not gone and not unfinished:
            raise CitewireError(f"there is no folder, document or file {printable(target)}")
        retired = await _take_out(versions, catalog, gone)
        for doc_id in unfinished:
            await versions.discard(doc_id)
    return Removed(len(gone), len(retired) + len(unfinished))


async def _take_out(versions: Versions, catalog: Catalog, gone: list[Known]) -> tuple[str, ...]:
    change = catalog.place((), gone)
    await versions.apply(change)
    for doc_id in change.retire:
        await versions.discard(doc_id)
    for doc_id in sorted({doc_id for doc_id, _ in change.drop}):
        record = catalog.get(doc_id)
        if record is not None and record.tagged != record.folders:
            await versions.retag(record)
    return change.retire


def _matching(catalog: Catalog, target: str) -> list[Known]:
    all_known = [
        Known(record, location) for record in catalog.records for location in record.locations
    ]
    absolute = printable(str(Path(target).expanduser().absolute()))
    resolved = printable(str(Path(target).expanduser().resolve()))
    for matches in (
        [known for known in all_known if known.record.doc_id == target],
        [known for known in all_known if _is_below(known, absolute)],
        [known for known in all_known if _is_below(known, resolved)],
        [known for known in all_known if known.location.folder == printable(target)],
    ):
        if matches:
            return matches
    return []


def _is_below(known: Known, path: str) -> bool:
    place = f"{known.location.root.rstrip('/')}/{known.location.path}"
    return place == path or place.startswith(f"{path.rstrip('/')}/")


def _names(target: str, doc_id: str, root: str) -> bool:
    """Whether `target` names a document that was not finished, or the root that it is in."""
    folder = root.rstrip("/").rpartition("/")[2]
    resolved = printable(str(Path(target).expanduser().resolve()))
    return target == doc_id or resolved == root or printable(target) == folder
